"""The commands for what `mic` remembers: nodes, aliases and preferences."""

from mic.cli.table.rows import Command, Option

_KEY = Option("KEY", "its name, as `mic config list` shows it")
_SERVER = Option("SERVER", "its name, as `mic server list` shows it")

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
        (("mic config get default_server", "the name of the default node"),),
        (_KEY,),
    ),
    Command(
        "config set",
        "config.change",
        "change one setting",
        "mic config set KEY VALUE",
        (
            ("mic config set preferences.color false", "never colour, unless the environment does"),
            ("mic config set preferences.output_format json", "answer as with --json"),
        ),
        (_KEY, Option("VALUE", "the new value")),
    ),
    Command(
        "config unset",
        "config.unset",
        "remove one setting, so that its default holds",
        "mic config unset KEY",
        (("mic config unset preferences.color", "colour on terminals again"),),
        (_KEY,),
    ),
    Command(
        "alias list",
        "alias.listed",
        "list short names of projects",
        "mic alias list",
        (("mic alias list", "each with what it stands for"),),
        tool="reads",
    ),
    Command(
        "alias add",
        "alias.add",
        "give a project a short name",
        "mic alias add ALIAS ADDRESS",
        (("mic alias add e ada/engine", "`mic clone e` now means ada/engine"),),
        (
            Option("ALIAS", "the short name"),
            Option("ADDRESS", "account/project, or its URL on a node"),
        ),
        more="It stands wherever an address does.",
    ),
    Command(
        "alias remove",
        "alias.remove",
        "forget a short name",
        "mic alias remove ALIAS",
        (("mic alias remove e", "the project itself stays"),),
        (Option("ALIAS", "one that `mic alias list` shows"),),
    ),
    Command(
        "server list",
        "server.listed",
        "list the nodes that are known by name",
        "mic server list",
        (("mic server list", "the default one has a star"),),
        tool="reads",
    ),
    Command(
        "server add",
        "server.add",
        "remember a node by name",
        "mic server add NAME URL",
        (("mic server add work https://forge.example", "call it work"),),
        (Option("NAME", "what you call it"), Option("URL", "where it is")),
        more="The first one becomes the default. The name stands wherever a node's URL does.",
    ),
    Command(
        "server remove",
        "server.remove",
        "forget a node",
        "mic server remove SERVER",
        (("mic server remove work", "workspaces of its projects stay as they are"),),
        (_SERVER,),
    ),
    Command(
        "server default",
        "server.default",
        "show the default node, or make another one the default",
        "mic server default [SERVER]",
        (
            ("mic server default", "which node `account/project` is on"),
            ("mic server default work", "from now on"),
        ),
        (_SERVER._replace(many="?"),),
        also=("server use",),
    ),
)
