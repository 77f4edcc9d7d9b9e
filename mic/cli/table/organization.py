"""The commands for organizations, and for what one is asked."""

from mic.cli.table.rows import Command, Option

_ORGANIZATION = Option("ORGANIZATION", "the organization's handle")
_PERSON = Option("PERSON", "the person's handle")
_NUMBER = Option("NUMBER", "the invitation, as `mic org invitations` numbers it", number=True)
_ROLES = ("admin", "member")
_ACCOUNT = Option("ACCOUNT", "the organization, or your own handle")

COMMANDS: tuple[Command, ...] = (
    Command(
        "org list",
        "org.listed",
        "list the organizations that you act for",
        "mic org list",
        (("mic org list", "handle, your role, name"),),
        tool="reads",
    ),
    Command(
        "org get",
        "org.show",
        "show an organization that you act for",
        "mic org get ORGANIZATION",
        (("mic org get guild", "everything about it"),),
        (_ORGANIZATION,),
        tool="reads",
    ),
    Command(
        "org create",
        "org.create",
        "make an organization; you become its admin",
        "mic org create ORGANIZATION [NAME]",
        (('mic org create guild "The Guild"', "with a name"),),
        (_ORGANIZATION, Option("NAME", "what it is called (its handle)", many="?")),
    ),
    Command(
        "org update",
        "org.update",
        "give an organization another name",
        "mic org update ORGANIZATION --name NAME",
        (('mic org update guild --name "The Old Guild"', "its handle stays"),),
        (_ORGANIZATION, Option("--name", "the new name", short="-n", value="NAME")),
    ),
    Command(
        "org models list",
        "models.listed",
        "list the models that an organization's projects may name",
        "mic org models list ACCOUNT",
        (("mic org models list guild", "one a line, and which is the default"),),
        (_ACCOUNT,),
        more="Without a list, a project may name any model.",
        tool="reads",
    ),
    Command(
        "org models set",
        "models.change",
        "say which models an organization's projects may name",
        "mic org models set ACCOUNT [--allow MODEL]... [--any] [--default MODEL]",
        (
            ("mic org models set guild --allow m-1 --allow m-2 --default m-1", "these two"),
            ("mic org models set guild --any", "any model again"),
            ('mic org models set guild --default ""', "no default any more"),
        ),
        (
            _ACCOUNT,
            Option("--allow", "a model of the new list", value="MODEL", many="*"),
            Option("--any", "no list: any model is allowed"),
            Option("--default", "what a new project names by itself", value="MODEL"),
        ),
        more="A project keeps a model that is no longer allowed, until somebody changes it.",
    ),
    Command(
        "org delete",
        "org.delete",
        "remove an organization that has no projects",
        "mic org delete ORGANIZATION [--yes]",
        (("mic org delete guild --yes", "without asking"),),
        (_ORGANIZATION, Option("--yes", "do not ask to type the handle")),
    ),
    Command(
        "org members",
        "org.members",
        "list who acts for an organization",
        "mic org members ORGANIZATION",
        (("mic org members guild", "handle, role, since when, name"),),
        (_ORGANIZATION,),
        tool="reads",
    ),
    Command(
        "org invite",
        "org.invite",
        "ask a person into an organization",
        "mic org invite ORGANIZATION PERSON [--role admin|member]",
        (
            ("mic org invite guild bob", "as a member: may land on all its projects"),
            ("mic org invite guild bob --role admin", "as an admin: may do everything"),
        ),
        (
            _ORGANIZATION,
            _PERSON,
            Option("--role", "what they are to be (member)", value="ROLE", choices=_ROLES),
        ),
        more="They say yes with `mic org accept`, or on their page. After 14 days it expires.",
    ),
    Command(
        "org role",
        "org.role",
        "make a member an admin, or an admin a member",
        "mic org role ORGANIZATION PERSON ROLE",
        (("mic org role guild bob admin", "from now on"),),
        (_ORGANIZATION, _PERSON, Option("ROLE", "admin or member")),
    ),
    Command(
        "org remove",
        "org.remove",
        "let somebody act for an organization no more",
        "mic org remove ORGANIZATION PERSON",
        (("mic org remove guild bob", "at once"),),
        (_ORGANIZATION, _PERSON),
    ),
    Command(
        "org leave",
        "org.leave",
        "act for an organization no more",
        "mic org leave ORGANIZATION",
        (("mic org leave guild", "unless you are its last admin"),),
        (_ORGANIZATION,),
    ),
    Command(
        "org invitations",
        "org.invitations",
        "list what you are asked, or whom an organization asks",
        "mic org invitations [ORGANIZATION]",
        (
            ("mic org invitations", "what you may say yes to, by number"),
            ("mic org invitations guild", "who is asked into guild"),
        ),
        (Option("ORGANIZATION", "only whom this organization asks", many="?"),),
        more="A project that somebody wants to give you, or an organization of yours, is one too.",
        tool="reads",
    ),
    Command(
        "org accept",
        "org.accept",
        "say yes to an invitation",
        "mic org accept NUMBER",
        (("mic org accept 3", "the one with the number 3"),),
        (_NUMBER,),
    ),
    Command(
        "org decline",
        "org.decline",
        "say no to an invitation",
        "mic org decline NUMBER",
        (("mic org decline 3", "the one with the number 3"),),
        (_NUMBER,),
    ),
    Command(
        "org withdraw",
        "org.withdraw",
        "take back an invitation that was not answered yet",
        "mic org withdraw NUMBER",
        (("mic org withdraw 3", "the one with the number 3"),),
        (_NUMBER,),
    ),
)
