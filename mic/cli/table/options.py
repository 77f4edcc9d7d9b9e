"""The options that several commands take."""

from mic.cli.table.rows import Option

TARGET = Option(
    "PROJECT",
    "account/project, another address, or nothing in a workspace",
    many="*",
    parts=("PROJECT?",),
)
POSITION = Option(
    "--position",
    "the position to look at: N, @N, a tag as @v1, or latest",
    short="-p",
    value="POSITION",
)
ORIGIN = (
    Option(
        "--origin",
        "who made the change: human (unless --model is given), ai-assisted or ai-generated",
        value="ORIGIN",
        choices=("human", "ai-assisted", "ai-generated", "unknown"),
    ),
    Option("--model", "the model that made or helped to make it", value="MODEL"),
    Option("--tool", "the program that was used", value="TOOL"),
)
VISIBILITY = Option("--visibility", "who may see it", value="WHO", choices=("public", "private"))
STRATEGIES = ("ours", "theirs", "interactive")
STRATEGY = Option(
    "--strategy",
    "what to do where lines clash: keep ours, take theirs, or mark and ask (interactive)",
    short="-s",
    value="STRATEGY",
    choices=STRATEGIES,
)

PARTS = {
    "PROJECT": "account/project, another address or an alias; left out, the workspace's own",
    "PATH": "a path in the project",
    "POSITION": "a position: N, @N, a tag as @v1, or latest",
    "FROM": "the position to compare from; left out, the workspace's files are compared",
    "TO": "the position to compare with (the newest)",
    "GOAL": "what the work is for, in a sentence",
    "DIR": "a directory that is new or empty",
    "NAME": "its name, for people",
}
"""What the parts of several words are, each by itself."""
