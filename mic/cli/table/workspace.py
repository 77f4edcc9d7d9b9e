"""The commands that bring a project here and your changes there."""

from mic.cli.table.options import ORIGIN, STRATEGY
from mic.cli.table.rows import Command, Option

COMMANDS: tuple[Command, ...] = (
    Command(
        "share",
        "share",
        "make a project of a directory and put it on a node",
        "mic share [DIR] [--name NAME] [--account HANDLE] [--private]",
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
            *ORIGIN,
        ),
        more="The directory becomes a workspace. After a failure, run it again: it goes on.",
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
        ),
        (
            Option("ADDRESS", "account/project, or its URL on a node"),
            Option("DIR", "where to (./PROJECT)", many="?"),
        ),
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
            Option("ADDRESS", "account/project, or its URL on a node"),
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
        (Option("ADDRESS", "account/project, or its URL on a node"),),
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
