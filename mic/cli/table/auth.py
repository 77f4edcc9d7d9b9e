"""The commands that say who you are to a node, and which machines and programs may say so."""

from mic.cli.table.rows import Command, Option

_SERVER = Option("SERVER", "the node, by name or URL (the default one)", many="?")
_PROJECT = Option("--project", "for this project only", value="PROJECT")
_KEY = Option("KEY", "its number, as `mic token list` shows it", number=True)

COMMANDS: tuple[Command, ...] = (
    Command(
        "auth login",
        "auth.login",
        "sign this machine in to a node",
        "mic auth login [SERVER] [--scope SCOPES | --token TOKEN]",
        (
            ("mic auth login", "to the default node: open the page that it names"),
            ("mic auth login https://forge.example", "to another one"),
            ("mic auth login --scope read", "for reading only"),
            ("mic auth login --token -", "with a token, read from standard input"),
        ),
        (
            _SERVER,
            Option("--scope", "what it may do: read, write, … (all that you may)", value="SCOPES"),
            Option(
                "--token", "a token that you have; - reads it from standard input", value="TOKEN"
            ),
        ),
        more="Prints a page and a code on standard error and waits until you have said yes there,"
        " on any machine with a browser. Needs no terminal.",
        stdin="a token, with --token -",
    ),
    Command(
        "auth status",
        "auth.status",
        "show who you are to a node, and until when",
        "mic auth status [SERVER]",
        (("mic auth status", "for the default node"),),
        (_SERVER,),
    ),
    Command(
        "auth logout",
        "auth.logout",
        "sign this machine out of a node",
        "mic auth logout [SERVER]",
        (("mic auth logout", "of the default node"),),
        (_SERVER,),
    ),
    Command(
        "auth devices",
        "auth.devices",
        "list the machines that are signed in as you",
        "mic auth devices [SERVER]",
        (("mic auth devices", "each with its number"),),
        (_SERVER,),
    ),
    Command(
        "auth revoke",
        "auth.revoke",
        "sign one of your machines out, at once",
        "mic auth revoke DEVICE [SERVER]",
        (("mic auth revoke 3", "the one that `mic auth devices` shows as 3"),),
        (Option("DEVICE", "its number, as `mic auth devices` shows it", number=True), _SERVER),
    ),
    Command(
        "token create",
        "token.create",
        "make an access token for a program",
        "mic token create NAME [--scope SCOPES] [--days N] [--only-from NETS] [--project PROJECT]",
        (
            ("mic token create nightly --scope session:land --days 30", "it lands for a month"),
            ("mic token create nightly --project ada/garden --scope write", "in one project only"),
        ),
        (
            Option("NAME", "what it is for"),
            Option(
                "--scope",
                "what it may do: read, write, project:read, project:write, session:land (read)",
                value="SCOPES",
            ),
            Option("--days", "how long it holds (90)", value="N", number=True),
            Option(
                "--only-from",
                "addresses and networks that it may be used from, as 192.0.2.0/24 (anywhere)",
                value="NETS",
            ),
            _PROJECT,
        ),
        more="Prints the token, this once. It is never more than you are.",
    ),
    Command(
        "token list",
        "token.listed",
        "list access tokens: what they may do, and when they were used",
        "mic token list [--project PROJECT]",
        (
            ("mic token list", "your own"),
            ("mic token list --project ada/garden", "those for a project"),
        ),
        (_PROJECT,),
    ),
    Command(
        "token revoke",
        "token.revoke",
        "end an access token, at once",
        "mic token revoke KEY [--project PROJECT]",
        (("mic token revoke 7", "the one that `mic token list` shows as 7"),),
        (_KEY, _PROJECT),
    ),
)
