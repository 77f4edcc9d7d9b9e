"""The commands for what `mic` remembers: nodes, aliases and preferences."""

from mic.cli.table.rows import Command, Option

COMMANDS: tuple[Command, ...] = (
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
