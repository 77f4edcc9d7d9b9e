"""The commands that look at what has landed."""

from mic.cli.table.options import POSITION, TARGET
from mic.cli.table.rows import Command, Option

COMMANDS: tuple[Command, ...] = (
    Command(
        "log",
        "log",
        "list what has landed, newest first",
        "mic log [PROJECT] [--path PATH] [--no-follow] [--limit N]",
        (
            ("mic log", "the last 20 landings of this workspace's project"),
            ("mic log ada/engine -p src -n 5", "the last 5 under src"),
        ),
        (
            TARGET,
            Option("--path", "only landings that touch PATH", short="-p", value="PATH"),
            Option("--no-follow", "do not go on under the names that a file had before"),
            Option("--limit", "how many (20)", short="-n", value="N", number=True),
        ),
        tool="reads",
    ),
    Command(
        "show",
        "show",
        "show one landing: its goal, session and changes",
        "mic show [PROJECT] POSITION",
        (("mic show 12", "landing 12"), ("mic show ada/engine latest", "the newest")),
        (
            Option(
                "WORDS",
                "the project, if not this one, and a position",
                many="*",
                parts=("PROJECT?", "POSITION?"),
            ),
        ),
        tool="reads",
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
            Option(
                "WORDS",
                "the project, if not this one, and up to two positions",
                many="*",
                parts=("PROJECT?", "FROM?", "TO?"),
            ),
            Option("--names", "only the names of the files", short="-n"),
        ),
        tool="reads",
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
        (
            Option(
                "WORDS",
                "the project, if not this one, and a path",
                many="+",
                parts=("PROJECT?", "PATH"),
            ),
            POSITION,
        ),
        tool="reads",
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
            Option("WORDS", "the project, or a path in this one", many="*", parts=("PROJECT?",)),
            Option("--path", "the directory", short="-p", value="PATH"),
            Option("--position", "the position to look at", short="-r", value="POSITION"),
        ),
        tool="reads",
    ),
    Command(
        "blame",
        "blame",
        "show which landing each line of a file comes from",
        "mic blame [PROJECT] PATH [--why] [--position POSITION]",
        (
            ("mic blame src/main.py", "number, session, author, time, text"),
            ("mic blame --why src/main.py", "the goal and the decisions above the lines"),
        ),
        (
            Option(
                "WORDS",
                "the project, if not this one, and a path",
                many="+",
                parts=("PROJECT?", "PATH"),
            ),
            Option("--why", "show the goal and the decisions behind the lines"),
            POSITION,
        ),
        tool="reads",
    ),
    Command(
        "search",
        "search",
        "find projects, code and reasons by their words",
        "mic search WORD… [--scope SCOPE] [--project PROJECT] [--page N]",
        (
            ("mic search outbox jitter", "whatever has both words, on the default node"),
            ("mic search --scope reasons retry", "why anything was retried"),
            ("mic search --project ada/engine first_wait", "in one project"),
            ("mic search retry path:src/", "in files whose path has this"),
            ("mic search retry author:ada", "in what ada wrote down"),
            ("mic search retry origin:human", "in what comes from people"),
        ),
        (
            Option("WORD", "a word or its beginning; a phrase in quotation marks", many="+"),
            Option(
                "--scope",
                "what is searched (all)",
                value="SCOPE",
                choices=("all", "projects", "code", "reasons"),
            ),
            Option("--project", "in this project only", value="PROJECT"),
            Option("--page", "which page, of one scope (1)", value="N", number=True),
        ),
        more="Reasons are the goals, decisions and conversations behind landings, and those of"
        " sessions that have not landed. Code is that of"
        " each project's newest position.",
        tool="reads",
    ),
    Command(
        "goto",
        "goto",
        "list every file as it was at a position",
        "mic goto [PROJECT] POSITION [--path PATH]",
        (("mic goto 3", "hash and path of each file at position 3"),),
        (
            Option(
                "WORDS",
                "the project, if not this one, and a position",
                many="+",
                parts=("PROJECT?", "POSITION"),
            ),
            Option("--path", "only below PATH", short="-p", value="PATH"),
        ),
        tool="reads",
    ),
    Command(
        "verify",
        "verify",
        "check signatures and hashes of the whole log, on this machine",
        "mic verify [PROJECT]",
        (("mic verify", "each landing of this workspace's project"),),
        (
            TARGET,
            Option("--offline", "use only what is in the workspace; ask no node"),
        ),
        tool="reads",
    ),
)
