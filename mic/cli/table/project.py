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
