"""Who besides its owner works on a project: given by its owner, given back by oneself.

A role only opens doors, so nobody is asked whether they want it; whoever does not gives it back.
"""

from node.access import verbs as access
from node.access.model import Action, Member, NoMember
from node.access.rules import PROJECT_ROLES, check_role, require_account
from node.accounts import verbs as accounts
from node.audit import verbs as audit
from node.kernel import events
from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.projects import changing, rules
from node.projects.model import AlreadyOwner, Project
from store.database import Tx


async def members(forge: Forge, who: Party, project: Project) -> list[Member]:
    """Return who has a role on the project, by handle; for those who have one."""
    rules.require(who, Action.MEMBERS, project)
    return await forge.db.read(lambda tx: access.project_members(tx, project.key))


async def set_member(forge: Forge, who: Party, project: Project, handle: str, role: str) -> None:
    """Let a person work on the project as `role`, or as another one than before.

    Raises `Denied`, `BadRole`, `NoAccount`, `NotAPerson` or `AlreadyOwner`.
    """

    def write(tx: Tx) -> None:
        now = changing.current(tx, who, project, Action.MANAGE)
        check_role(role, PROJECT_ROLES)
        person = accounts.find_person(tx, handle)
        if person.key == now.owner:
            raise AlreadyOwner(person.handle)
        access.set_project_member(tx, now.key, person.key, role, forge.now())
        _tell(forge, tx, who, now, "set", {"handle": person.handle, "role": role})

    await forge.db.write(write)


async def remove_member(forge: Forge, who: Party, project: Project, handle: str) -> None:
    """Take a person's role on the project away; everybody may give back their own.

    Raises `Denied` or `NoMember`.
    """

    def write(tx: Tx) -> None:
        now = changing.current(tx, who, project, Action.READ)
        person = accounts.find(tx, handle)
        leaves = require_account(who) == person.key
        changing.current(tx, who, project, Action.MEMBERS if leaves else Action.MANAGE)
        if not access.remove_project_member(tx, now.key, person.key):
            raise NoMember(person.handle)
        _tell(forge, tx, who, now, "removed", {"handle": person.handle})

    await forge.db.write(write)


def _tell(
    forge: Forge, tx: Tx, who: Party, project: Project, what: str, facts: dict[str, object]
) -> None:
    told = {"project": project.address, **facts}
    audit.append(tx, who, project.key, f"member.{what}", told, forge.now())
    events.append(tx, f"member.{what}", project.key, told | {"by": who.handle}, forge.now())
