"""The commands that make, show and change projects."""

from mic.cli.table.options import TARGET, VISIBILITY
from mic.cli.table.rows import Command, Option

_PROJECT_LINKS = (
    Option("--url", "the project's own site, http or https", value="URL"),
    Option("--llm-model", "the model that its agents are to use", value="MODEL"),
)

COMMANDS: tuple[Command, ...] = (
    Command(
        "project create",
        "project.create",
        "make an empty project",
        "mic project create ACCOUNT HANDLE [NAME] [--description TEXT] [--visibility WHO] "
        "[--url URL] [--llm-model MODEL]",
        (('mic project create ada engine "The Engine"', "a public project"),),
        (
            Option(
                "WORDS",
                "ACCOUNT HANDLE or account/project, then a name",
                many="+",
                parts=("PROJECT", "NAME?"),
            ),
            Option("--description", "what it is about", short="-d", value="TEXT"),
            VISIBILITY,
            *_PROJECT_LINKS,
        ),
        tool="writes",
    ),
    Command(
        "fork",
        "fork",
        "make a project of yours that goes on from another one, with its whole history",
        "mic fork PROJECT [--to ACCOUNT] [--handle HANDLE] [--name NAME] [--visibility WHO]",
        (
            ("mic fork ada/engine", "into your account, under the same handle"),
            ("mic fork ada/engine --to guild --handle motor", "for an organization of yours"),
        ),
        (
            TARGET,
            Option("--to", "the account or organization that is to have it", value="ACCOUNT"),
            Option("--handle", "its handle (as the origin's)", short="-H", value="HANDLE"),
            Option("--name", "its name", short="-n", value="NAME"),
            VISIBILITY,
        ),
        more="The fork is made on the node of the project. What landed before is there as its "
        "authors signed it; `mic verify` checks all of it.",
        tool="writes",
    ),
    Command(
        "project sync",
        "fork.sync",
        "bring into a fork what landed on its origin since",
        "mic project sync [PROJECT] [--ours PATH]... [--theirs PATH]...",
        (
            ("mic project sync bob/engine", "each landing with its author and its reason"),
            ("mic project sync --theirs README.md", "where both sides changed it, take theirs"),
        ),
        (
            TARGET,
            Option("--ours", "keep the fork's version of a path", value="PATH", many="*"),
            Option("--theirs", "take the origin's version of a path", value="PATH", many="*"),
        ),
        more="Changes to different lines of a file are merged. What clashes is named, and nothing "
        "happens until each such path is decided.",
    ),
    Command(
        "project list",
        "project.listed",
        "list an account's projects",
        "mic project list [ACCOUNT] [--deleted]",
        (
            ("mic project list ada", "those of ada that you may see"),
            ("mic project list --deleted", "those of yours that can be brought back"),
        ),
        (
            Option("ACCOUNT", "the account (yours)", many="?"),
            Option("--deleted", "those that were deleted in the last 7 days"),
        ),
        tool="reads",
    ),
    Command(
        "project get",
        "project.show",
        "show a project",
        "mic project get ACCOUNT HANDLE",
        (("mic project get ada engine", "everything about it"),),
        (TARGET,),
        tool="reads",
    ),
    Command(
        "project update",
        "project.update",
        "change a project's name, description, handle, visibility, url or model",
        "mic project update ACCOUNT HANDLE [--name NAME] [--description TEXT] "
        "[--new-handle HANDLE] [--visibility WHO] [--url URL] [--llm-model MODEL]",
        (('mic project update ada engine -d ""', "remove the description"),),
        (
            TARGET,
            Option("--name", "the new name", short="-n", value="NAME"),
            Option("--description", "the new description", short="-d", value="TEXT"),
            Option("--new-handle", "the new handle", short="-H", value="HANDLE"),
            VISIBILITY,
            *_PROJECT_LINKS,
        ),
        tool="writes",
    ),
    Command(
        "project delete",
        "project.delete",
        "delete a project",
        "mic project delete ACCOUNT HANDLE [--yes]",
        (("mic project delete ada engine --yes", "without asking"),),
        (TARGET, Option("--yes", "do not ask to type the handle")),
    ),
)
