"""The commands for who works on a project, and for what becomes of it."""

from mic.cli.table.options import TARGET
from mic.cli.table.rows import Command, Option

_WHO = Option(
    "WORDS",
    "the project, if not this one, and the person's handle",
    many="+",
    parts=("PROJECT?", "PERSON"),
)

_NODE = Option(
    "WORDS",
    "the project, if not this one, and the node: its key did:key:z6Mk…, its peer id or address",
    many="+",
    parts=("PROJECT?", "NODE"),
)

COMMANDS: tuple[Command, ...] = (
    Command(
        "project archive",
        "moves.archive",
        "keep a project as it is: it can be read, and nothing changes",
        "mic project archive [PROJECT]",
        (("mic project archive ada/engine", "until it is unarchived"),),
        (TARGET,),
    ),
    Command(
        "project unarchive",
        "moves.unarchive",
        "let an archived project change again",
        "mic project unarchive [PROJECT]",
        (("mic project unarchive ada/engine", "from now on"),),
        (TARGET,),
    ),
    Command(
        "project transfer",
        "moves.transfer",
        "give a project to another account or organization",
        "mic project transfer [PROJECT] TO [--yes]",
        (("mic project transfer ada/engine guild", "it becomes guild/engine"),),
        (
            Option(
                "WORDS",
                "the project, if not this one, and the account that is to have it",
                many="+",
                parts=("PROJECT?", "ACCOUNT"),
            ),
            Option("--yes", "do not ask to type the handle"),
        ),
        more="If you may not make projects there, the other side has 14 days to accept: "
        "`mic org accept`.",
    ),
    Command(
        "project restore",
        "moves.restore",
        "bring a deleted project back, within 7 days",
        "mic project restore PROJECT",
        (("mic project restore ada/engine", "with everything that has landed on it"),),
        (Option("PROJECT", "account/project", many="+", parts=("PROJECT",)),),
        more="`mic project list --deleted` tells what can be brought back.",
    ),
    Command(
        "project member list",
        "member.listed",
        "list who works on a project besides its owner",
        "mic project member list [PROJECT]",
        (("mic project member list ada/engine", "handle, role, since when, name"),),
        (TARGET,),
        tool="reads",
    ),
    Command(
        "project member add",
        "member.add",
        "let a person work on a project",
        "mic project member add [PROJECT] PERSON [--role writer|maintainer]",
        (
            ("mic project member add ada/engine bob", "bob may see it and land on it"),
            ("mic project member add bob --role maintainer", "and change its settings"),
        ),
        (
            _WHO,
            Option(
                "--role",
                "what they may do (writer)",
                value="ROLE",
                choices=("writer", "maintainer"),
            ),
        ),
    ),
    Command(
        "project member role",
        "member.role",
        "give somebody who works on a project another role",
        "mic project member role [PROJECT] PERSON ROLE",
        (("mic project member role ada/engine bob maintainer", "from now on"),),
        (
            Option(
                "WORDS",
                "the project, if not this one, the person's handle, and the role",
                many="+",
                parts=("PROJECT?", "PERSON", "ROLE"),
            ),
        ),
    ),
    Command(
        "project member remove",
        "member.remove",
        "let somebody work on a project no more",
        "mic project member remove [PROJECT] PERSON",
        (("mic project member remove ada/engine bob", "at once"),),
        (_WHO,),
        more="Everybody may give back their own role.",
    ),
    Command(
        "project peers list",
        "peers.listed",
        "list the nodes that may hold a project that is not public",
        "mic project peers list [PROJECT]",
        (("mic project peers list ada/diary", "a key of a node on each line"),),
        (TARGET,),
        tool="reads",
    ),
    Command(
        "project peers add",
        "peers.add",
        "let a node hold a project that is not public",
        "mic project peers add [PROJECT] NODE",
        (
            ("mic project peers add ada/diary did:key:z6Mk…", "it may seed it from now on"),
            (
                "mic project peers add ada/diary 12D3KooW…",
                "the same by its peer id, or its address",
            ),
        ),
        (_NODE,),
        more="The project's signed document says so, so that every node that holds it serves it to "
        "that one too. Whoever keeps that node can read all of it.",
    ),
    Command(
        "project peers remove",
        "peers.remove",
        "let a node hold a project no longer",
        "mic project peers remove [PROJECT] NODE",
        (("mic project peers remove ada/diary did:key:z6Mk…", "it stops to serve it"),),
        (_NODE,),
        more="An honest node forgets what it held; nothing can make another one do so.",
    ),
)
