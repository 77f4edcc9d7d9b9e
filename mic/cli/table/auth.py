"""The commands that say who you are to a node."""

from mic.cli.table.rows import Command, Option

COMMANDS: tuple[Command, ...] = (
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
)
