"""The commands that bring a project here and your changes there."""

from mic.cli.table.options import ORIGIN, STRATEGY
from mic.cli.table.rows import Command, Option

COMMANDS: tuple[Command, ...] = (
    Command(
        "share",
        "share",
        "make a project of a directory, its git history included, and put it on a node",
        "mic share [DIR] [--name NAME] [--account HANDLE] [--private] [--dirty] [--no-history]",
        (
            ("mic share", "share this directory, publicly, under its own name"),
            ("mic share notes --private", "share ./notes so that only you see it"),
            ("mic share --account guild", "share it as a project of an organization"),
        ),
        (
            Option("DIR", "the directory (this one)", many="?"),
            Option("--name", "the project's name (the directory's)", value="NAME"),
            Option("--account", "whose project it becomes (yours)", value="HANDLE"),
            Option("--private", "only you may see it; without it, anybody may"),
            Option("--dirty", "in a git working copy: land what is not committed, too"),
            Option("--no-history", "in a git working copy: share the files only, as one landing"),
            *ORIGIN,
        ),
        more="The directory becomes a workspace. In a git working copy each commit of HEAD's "
        "first-parent line becomes a landing, and the tags come along; what is not committed stays "
        "as it is. After a failure, run it again: it goes on.",
        tool="writes",
    ),
    Command(
        "import",
        "import_",
        "make a project of a git repository, here or at a URL, with its history",
        "mic import URL|DIR [--project NAME] [--account HANDLE] [--private] [--no-wait]",
        (
            ("mic import https://git.example/engine.git", "the node fetches it"),
            ("mic import ../engine --project engine", "a repository that lies here, bare or not"),
            ("mic import --id ID", "how an import goes on that was begun with --no-wait"),
        ),
        (
            Option("SOURCE", "the repository's URL or directory", many="?"),
            Option("--project", "the project's name (the repository's)", value="NAME"),
            Option("--account", "whose project it becomes (yours)", value="HANDLE"),
            Option("--private", "only you may see it; without it, anybody may"),
            Option("--wait", "from a URL: wait until it has come (what happens anyway)"),
            Option("--no-wait", "from a URL: let the node go on alone"),
            Option("--id", "look at an import that was begun", value="ID"),
        ),
        more="Each commit of HEAD's first-parent line becomes a landing that keeps its author, "
        "time, message and commit id. After a failure, run it again: it goes on.",
        tool="writes",
    ),
    Command(
        "export git",
        "export",
        "get a project as a git repository, with its whole history",
        "mic export git [ADDRESS] DIR [--bare]",
        (
            ("mic export git ../engine-git", "this workspace's project"),
            ("mic export git ada/engine engine.git --bare", "a mirror without a working copy"),
        ),
        (
            Option(
                "WORDS",
                "the project, if not this one, and a directory that is new or empty",
                many="+",
                parts=("PROJECT?", "DIR"),
            ),
            Option("--bare", "a bare mirror"),
        ),
        more="What came from git keeps its commit ids, so that it is the same history.",
        tool="writes",
    ),
    Command(
        "clone",
        "clone",
        "get a project into a new directory",
        "mic clone ADDRESS [DIR]",
        (
            ("mic clone ada/engine", "from the default node, into ./engine"),
            ("mic clone https://forge.example/ada/engine there", "from any node, into ./there"),
            ("mic clone /ip4/192.0.2.7/tcp/4001/p2p/12D3…/ada/engine", "from a peer"),
            ("mic clone mic:z8Qk…", "by its id, from whichever node we know that has it"),
            ("mic clone mic:z8Qk…@https://forge.example", "by its id, from this node"),
            ("mic clone engine.bundle", "out of a file"),
        ),
        (
            Option("ADDRESS", "account/project, its URL, a peer's address, mic:z…, or a bundle"),
            Option("DIR", "where to (./PROJECT)", many="?"),
        ),
        tool="writes",
    ),
    Command(
        "bundle",
        "bundle",
        "put a project and its whole log into one file",
        "mic bundle FILE [ADDRESS] [--from N]",
        (
            ("mic bundle engine.bundle", "this workspace's project, from its node"),
            ("mic bundle engine.bundle ada/engine", "any project that you may read"),
            ("mic bundle more.bundle --from 13", "for who has the positions to 12 already"),
        ),
        (
            Option("FILE", "the file to write, which does not exist yet"),
            Option("ADDRESS", "account/project, or another address (this workspace's)", many="?"),
            Option("--from", "the first position that is in it (1)", value="N", number=True),
        ),
        more="All of it is verified while it is written. Whoever has the file can read all of it: "
        "`mic clone FILE`, and `mic verify|log|show|ls|cat|diff FILE`, ask no node.",
        tool="writes",
    ),
    Command(
        "checkout",
        "checkout",
        "get a project, at any position, into a new directory",
        "mic checkout ADDRESS [--path DIR] [--position POSITION]",
        (
            ("mic checkout ada/engine -p there", "into ./there"),
            ("mic checkout ada/engine --position 12", "as it was at position 12"),
        ),
        (
            Option("ADDRESS", "account/project, another address, or a bundle"),
            Option("--path", "where to (./PROJECT)", short="-p", value="DIR"),
            Option("--position", "the position to get (the newest)", value="POSITION"),
        ),
        tool="writes",
    ),
    Command(
        "link",
        "link",
        "make this directory a workspace of a project, without touching its files",
        "mic link ADDRESS",
        (("mic link ada/engine", "tie this directory to ada/engine"),),
        (Option("ADDRESS", "account/project, another address, or a bundle"),),
        more="Afterwards `mic status` tells how the files differ from the project's head.",
        tool="writes",
    ),
    Command(
        "status",
        "status",
        "show what has changed here",
        "mic status",
        (("mic status", "list what you have added (A), modified (M) and deleted (D)"),),
        tool="reads",
    ),
    Command(
        "write",
        "write",
        "write standard input to a file, in a session",
        "mic write PATH",
        (("mic write src/hello.txt < hello.txt", "made, or replaced whole"),),
        (Option("PATH", "the file, in this workspace"),),
        more="At most 10 MiB. The file lands with the session, as any other change does.",
        tool="writes",
        stdin="the file's new content",
    ),
    Command(
        "land",
        "land",
        "put your changes on the project's log",
        "mic land GOAL [--origin ORIGIN] [--model MODEL] [--tool TOOL]",
        (
            ('mic land "Faster start"', "land all that `mic status` lists"),
            ('mic land "Fix a typo" --model m-1', "say that a model has helped"),
        ),
        (Option("GOAL", "what the change is for, in a sentence"), *ORIGIN),
        more="If others have landed on the same paths since, nothing lands: run `mic sync` first.",
        tool="writes",
    ),
    Command(
        "sync",
        "sync",
        "bring what others have landed into this workspace",
        "mic sync [--strategy ours|theirs|interactive]",
        (
            ("mic sync", "merge line by line, and mark what clashes"),
            ("mic sync -s theirs", "where lines clash, take theirs"),
        ),
        (STRATEGY,),
        tool="writes",
    ),
)
