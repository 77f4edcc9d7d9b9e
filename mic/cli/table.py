"""Every command of `mic`, as data: what it is called, what it takes, what help says of it.

Help, the parser and the reference page are made from this table, so none of them can tell another
story. It imports nothing that costs time: `mic --help` reads it and ends.
"""

from typing import NamedTuple


class Option(NamedTuple):
    """A word that a command takes: by place if the name is upper case, else by flag."""

    name: str
    help: str
    short: str = ""
    value: str = ""
    """What stands for the flag's value in help; a flag without one is a switch."""

    many: str = ""
    """How often a word by place occurs: "" once, "?" at most once, "*" any number, "+" some."""

    choices: tuple[str, ...] = ()
    number: bool = False


class Command(NamedTuple):
    """One command. `module` holds its `run`, or the function that is named behind a dot."""

    name: str
    module: str
    summary: str
    usage: str
    examples: tuple[tuple[str, str], ...]
    options: tuple[Option, ...] = ()
    more: str = ""


_TARGET = Option("PROJECT", "account/project, its URL, or nothing in a workspace", many="*")
_POSITION = Option(
    "--position", "the position to look at: N, @N or latest", short="-p", value="POSITION"
)
_ORIGIN = (
    Option(
        "--origin",
        "who made the change: human (unless --model is given), ai-assisted or ai-generated",
        value="ORIGIN",
        choices=("human", "ai-assisted", "ai-generated", "unknown"),
    ),
    Option("--model", "the model that made or helped to make it", value="MODEL"),
    Option("--tool", "the program that was used", value="TOOL"),
)
_VISIBILITY = Option("--visibility", "who may see it", value="WHO", choices=("public", "private"))
_PROJECT_LINKS = (
    Option("--url", "the project's own site, http or https", value="URL"),
    Option("--llm-model", "the model that its agents are to use", value="MODEL"),
)
_STRATEGIES = ("ours", "theirs", "interactive")
_STRATEGY = Option(
    "--strategy",
    "what to do where lines clash: keep ours, take theirs, or mark and ask (interactive)",
    short="-s",
    value="STRATEGY",
    choices=_STRATEGIES,
)

COMMANDS: tuple[Command, ...] = (
    Command(
        "share",
        "share",
        "make a project of a directory and put it on a node",
        "mic share [DIR] [--name NAME] [--private]",
        (
            ("mic share", "share this directory, publicly, under its own name"),
            ("mic share notes --private", "share ./notes so that only you see it"),
        ),
        (
            Option("DIR", "the directory (this one)", many="?"),
            Option("--name", "the project's name (the directory's)", value="NAME"),
            Option("--private", "only you may see it; without it, anybody may"),
            *_ORIGIN,
        ),
        more="The directory becomes a workspace. After a failure, run it again: it goes on.",
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
    ),
    Command(
        "link",
        "link",
        "make this directory a workspace of a project, without touching its files",
        "mic link ADDRESS",
        (("mic link ada/engine", "tie this directory to ada/engine"),),
        (Option("ADDRESS", "account/project, or its URL on a node"),),
        more="Afterwards `mic status` tells how the files differ from the project's head.",
    ),
    Command(
        "status",
        "status",
        "show what has changed here",
        "mic status",
        (("mic status", "list what you have added (A), modified (M) and deleted (D)"),),
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
        (Option("GOAL", "what the change is for, in a sentence"), *_ORIGIN),
        more="If others have landed on the same paths since, nothing lands: run `mic sync` first.",
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
        (_STRATEGY,),
    ),
    Command(
        "session start",
        "session.start",
        "begin a session: work with a goal, notes and decisions",
        "mic session start GOAL",
        (('mic session start "Faster start"', "begin, in this workspace"),),
        (
            Option("GOAL", "what the work is for; may follow ACCOUNT PROJECT", many="+"),
            *_ORIGIN,
        ),
    ),
    Command(
        "session status",
        "session.status",
        "show the session that is under way",
        "mic session status",
        (("mic session status", "its goal, notes, decisions and changed files"),),
    ),
    Command(
        "session note",
        "session.note",
        "write something down in the session",
        "mic session note MESSAGE [--role human|agent]",
        (
            ('mic session note "Tried a cache: slower"', "as yourself"),
            ('mic session note "Done" -r agent', "as an agent"),
        ),
        (
            Option("MESSAGE", "the note"),
            Option("--role", "who says it", short="-r", value="ROLE", choices=("human", "agent")),
        ),
    ),
    Command(
        "session decision",
        "session.decide",
        "write down a decision and its reason",
        "mic session decision TEXT --why REASON",
        (('mic session decision "No cache" --why "It was slower"', "keep the reason, too"),),
        (
            Option("TEXT", "what was decided"),
            Option("--why", "the reason", value="REASON"),
        ),
    ),
    Command(
        "session land",
        "session.land",
        "land the session",
        "mic session land",
        (("mic session land", "land the changes, with goal, notes and decisions"),),
        _ORIGIN,
    ),
    Command(
        "session abandon",
        "session.abandon",
        "give the session up; your files stay as they are",
        "mic session abandon",
        (("mic session abandon", "forget goal, notes and decisions"),),
    ),
    Command(
        "session resolve",
        "session.resolve",
        "settle the last conflicts, then land the session",
        "mic session resolve [--strategy ours|theirs|interactive]",
        (("mic session resolve -s ours", "keep our lines where they clash, and land"),),
        (_STRATEGY, *_ORIGIN),
    ),
    Command(
        "log",
        "log",
        "list what has landed, newest first",
        "mic log [PROJECT] [--path PATH] [--limit N]",
        (
            ("mic log", "the last 20 landings of this workspace's project"),
            ("mic log ada/engine -p src -n 5", "the last 5 under src"),
        ),
        (
            _TARGET,
            Option("--path", "only landings that touch PATH", short="-p", value="PATH"),
            Option("--limit", "how many (20)", short="-n", value="N", number=True),
        ),
    ),
    Command(
        "show",
        "show",
        "show one landing: its goal, session and changes",
        "mic show [PROJECT] POSITION",
        (("mic show 12", "landing 12"), ("mic show ada/engine latest", "the newest")),
        (Option("WORDS", "the project, if not this one, and a position", many="*"),),
    ),
    Command(
        "diff",
        "diff",
        "show what differs, line by line",
        "mic diff [PROJECT] [FROM [TO]]",
        (
            ("mic diff", "what you have changed here"),
            ("mic diff 3", "from position 3 to the newest"),
            ("mic diff ada/engine 3 5", "from position 3 to position 5"),
        ),
        (
            Option("WORDS", "the project, if not this one, and up to two positions", many="*"),
            Option("--names", "only the names of the files", short="-n"),
        ),
    ),
    Command(
        "cat",
        "cat",
        "write a file's content to standard output",
        "mic cat [PROJECT] PATH [--position POSITION]",
        (
            ("mic cat README.md", "as the workspace's position has it"),
            ("mic cat ada/engine README.md -p 3", "as it was at position 3"),
        ),
        (Option("WORDS", "the project, if not this one, and a path", many="+"), _POSITION),
    ),
    Command(
        "ls",
        "ls",
        "list a directory of a project",
        "mic ls [PROJECT] [--path PATH] [--position POSITION]",
        (
            ("mic ls", "the top of this workspace's project"),
            ("mic ls ada/engine -p src -r 3", "src, as it was at position 3"),
        ),
        (
            Option("WORDS", "the project, or a path in this one", many="*"),
            Option("--path", "the directory", short="-p", value="PATH"),
            Option("--position", "the position to look at", short="-r", value="POSITION"),
        ),
    ),
    Command(
        "blame",
        "blame",
        "show which landing each line of a file comes from",
        "mic blame [PROJECT] PATH [--position POSITION]",
        (("mic blame src/main.py", "number, session, author, time, text"),),
        (Option("WORDS", "the project, if not this one, and a path", many="+"), _POSITION),
    ),
    Command(
        "goto",
        "goto",
        "list every file as it was at a position",
        "mic goto [PROJECT] POSITION [--path PATH]",
        (("mic goto 3", "hash and path of each file at position 3"),),
        (
            Option("WORDS", "the project, if not this one, and a position", many="+"),
            Option("--path", "only below PATH", short="-p", value="PATH"),
        ),
    ),
    Command(
        "verify",
        "verify",
        "check signatures and hashes of the whole log, on this machine",
        "mic verify [PROJECT]",
        (("mic verify", "each landing of this workspace's project"),),
        (
            _TARGET,
            Option("--offline", "use only what is in the workspace; ask no node"),
        ),
    ),
    Command(
        "project create",
        "project.create",
        "make an empty project",
        "mic project create ACCOUNT HANDLE [NAME] [--description TEXT] [--visibility WHO] "
        "[--url URL] [--llm-model MODEL]",
        (('mic project create ada engine "The Engine"', "a public project"),),
        (
            Option("WORDS", "ACCOUNT HANDLE or account/project, then a name", many="+"),
            Option("--description", "what it is about", short="-d", value="TEXT"),
            _VISIBILITY,
            *_PROJECT_LINKS,
        ),
    ),
    Command(
        "project list",
        "project.listed",
        "list an account's projects",
        "mic project list [ACCOUNT]",
        (("mic project list ada", "those of ada that you may see"),),
        (Option("ACCOUNT", "the account (yours)", many="?"),),
    ),
    Command(
        "project get",
        "project.show",
        "show a project",
        "mic project get ACCOUNT HANDLE",
        (("mic project get ada engine", "everything about it"),),
        (_TARGET,),
    ),
    Command(
        "project update",
        "project.update",
        "change a project's name, description, handle, visibility, url or model",
        "mic project update ACCOUNT HANDLE [--name NAME] [--description TEXT] "
        "[--new-handle HANDLE] [--visibility WHO] [--url URL] [--llm-model MODEL]",
        (('mic project update ada engine -d ""', "remove the description"),),
        (
            _TARGET,
            Option("--name", "the new name", short="-n", value="NAME"),
            Option("--description", "the new description", short="-d", value="TEXT"),
            Option("--new-handle", "the new handle", short="-H", value="HANDLE"),
            _VISIBILITY,
            *_PROJECT_LINKS,
        ),
    ),
    Command(
        "project delete",
        "project.delete",
        "delete a project",
        "mic project delete ACCOUNT HANDLE [--yes]",
        (("mic project delete ada engine --yes", "without asking"),),
        (_TARGET, Option("--yes", "do not ask to type the handle")),
    ),
    Command(
        "auth login",
        "auth.login",
        "keep a token for a node",
        "mic auth login --token TOKEN [--node URL]",
        (("mic auth login --token mut_…", "for the default node"),),
        (
            Option("--token", "the token; - reads it from standard input", value="TOKEN"),
            Option("--node", "the node (the default one)", value="URL"),
        ),
    ),
    Command(
        "auth status",
        "auth.status",
        "show who you are to a node",
        "mic auth status [--node URL]",
        (("mic auth status", "for the default node"),),
        (Option("--node", "the node (the default one)", value="URL"),),
    ),
    Command(
        "auth logout",
        "auth.logout",
        "revoke and forget the token for a node",
        "mic auth logout [--node URL]",
        (("mic auth logout", "for the default node"),),
        (Option("--node", "the node (the default one)", value="URL"),),
    ),
    Command(
        "config list",
        "config.listed",
        "show the settings",
        "mic config list",
        (("mic config list", "nodes, aliases and preferences"),),
    ),
    Command(
        "config get",
        "config.show",
        "show one setting",
        "mic config get KEY",
        (("mic config get default_server", "the default node"),),
        (Option("KEY", "its name, as `mic config list` shows it"),),
    ),
    Command(
        "config set",
        "config.change",
        "change one setting",
        "mic config set KEY [VALUE]",
        (
            ("mic config set aliases.e ada/engine", "`mic clone e` means ada/engine"),
            ("mic config set aliases.e", "forget it"),
        ),
        (
            Option("KEY", "its name, as `mic config list` shows it"),
            Option("VALUE", "the new value; nothing removes it", many="?"),
        ),
    ),
    Command(
        "server add",
        "server.add",
        "remember a node by name",
        "mic server add NAME URL",
        (("mic server add work https://forge.example", "call it work"),),
        (Option("NAME", "what you call it"), Option("URL", "where it is")),
    ),
    Command(
        "server use",
        "server.use",
        "make a node the default",
        "mic server use NAME",
        (("mic server use work", "from now on"),),
        (Option("NAME", "one that `mic config list` shows"),),
    ),
)


def find(words: list[str]) -> tuple[Command, list[str]] | None:
    """Return the command that `words` begin with, and the words behind it."""
    for length in (2, 1):
        name = " ".join(words[:length])
        for command in COMMANDS:
            if command.name == name and len(words) >= length:
                return command, words[length:]
    return None


def group(name: str) -> tuple[Command, ...]:
    """Return the commands of a family, such as `session`."""
    return tuple(command for command in COMMANDS if command.name.split(" ")[0] == name)
