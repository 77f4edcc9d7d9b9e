"""Everybody that there is to a project, and what the policy lets them do: one table for all doors.

Ada has three projects of her own, the guild has three; in each, `book` is public, `diary` is
private and `relic` is public and archived. Every role looks at the projects where it is a role.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from node.access import verbs as access
from node.accounts.model import Account
from node.invitations import verbs as invitations
from node.kernel.forge import Forge
from node.kernel.parties import ANONYMOUS, Party
from node.organizations import verbs as organizations
from node.projects import members, moves
from node.projects import verbs as projects
from node.projects.model import NewProject, Project
from tests.support.forges import an_account, the_keeper
from tests.support.wire import Door, Hand, a_door, a_token, session_id

KINDS = {"public": "book", "private": "diary", "archived": "relic"}
FILES = {"README.md": b"# A book\n"}
GUILD = "guild"

# Role, who has it, and whose projects they look at.
ROLES = {
    "anonymous": (None, "ada"),
    "stranger": ("bob", "ada"),
    "invited": ("ivy", GUILD),
    "writer": ("will", "ada"),
    "maintainer": ("mae", "ada"),
    "member": ("otto", GUILD),
    "organization's admin": ("olga", GUILD),
    "owner": ("ada", "ada"),
    "node's admin": ("keeper", "ada"),
}
WRITERS = frozenset({"writer", "maintainer", "member", "organization's admin", "owner"})
MAINTAINERS = frozenset({"maintainer", "organization's admin", "owner"})
OWNERS = frozenset({"organization's admin", "owner"})

ANYBODY = "whoever asks"
SIGNED_IN = "any account, about itself"
READ = "read a project"
KNOWN = "read a project, and have an account"
INSIDE = "see who works on it"
LAND = "land on it"
SETTINGS = "change its settings"
OWN = "manage, archive or delete it"
GIVE = "transfer it"
NAMESPACE = "make or bring back a project in the account"
WITHIN = "see the account from inside"
ORGANIZATION = "see the guild from inside"
MANAGE = "manage the guild"
INVITED = "answer the guild's invitation"
INVITER = "take the guild's invitation back"
NODE = "administer the node"

SIGN_IN, NO, HIDDEN, FROZEN, NOT_ASKED = (
    "auth.required",
    "access.denied",
    "project.missing",
    "project.archived",
    "invitation.missing",
)
ELSEWHERE = "project.elsewhere"
HOME = "did:key:z6MkrEVGLPYHhLGBQ25Bh5DXSakRiDpdoj7fdsNZSqYPcUGt"
"""The node that orders a mirror."""
MIRRORED = ("public", "private")
"""The kinds of projects that a mirror is made of."""
CHANGING = frozenset({INSIDE, LAND, SETTINGS, OWN, GIVE})
"""What a mirror lets nobody do, whatever they are to the project."""
REFUSALS = frozenset({SIGN_IN, NO, HIDDEN, FROZEN, NOT_ASKED})
_PROJECT = {
    READ: frozenset(ROLES),
    KNOWN: frozenset(ROLES) - {"anonymous"},
    INSIDE: WRITERS,
    LAND: WRITERS,
    SETTINGS: MAINTAINERS,
    OWN: OWNERS,
    GIVE: OWNERS,
}
_ELSEWHERE = {
    ANYBODY: frozenset(ROLES),
    SIGNED_IN: frozenset(ROLES) - {"anonymous"},
    NAMESPACE: OWNERS,
    WITHIN: OWNERS | {"member"},
    ORGANIZATION: frozenset({"member", "organization's admin"}),
    MANAGE: frozenset({"organization's admin"}),
    NODE: frozenset({"node's admin"}),
}
_FROZEN = frozenset({LAND, SETTINGS, GIVE})


def refusal(need: str, role: str, kind: str) -> str | None:
    """Return the code that the policy refuses with; None where it lets the role in."""
    refused = SIGN_IN if role == "anonymous" else NO
    if need in (INVITED, INVITER):
        mine = "invited" if need == INVITED else "organization's admin"
        refused = SIGN_IN if role == "anonymous" else NOT_ASKED
        return None if role == mine else refused
    if need in _ELSEWHERE:
        return None if role in _ELSEWHERE[need] else refused
    return _of_the_project(need, role, kind, refused)


def _of_the_project(need: str, role: str, kind: str, refused: str) -> str | None:
    if kind == "private" and role not in WRITERS:
        return HIDDEN
    if role not in _PROJECT[need]:
        return refused
    return FROZEN if kind == "archived" and need in _FROZEN else None


def refusal_by_a_mirror(need: str, role: str, kind: str) -> str | None:
    """Return the code that a mirror refuses with: who may not know of it hears nothing of a home."""
    if need not in _PROJECT:
        return refusal(need, role, kind)
    hidden = refusal(READ, role, kind)
    return hidden or (ELSEWHERE if need in CHANGING else refusal(need, role, kind))


async def mirrored(forge: Forge) -> None:
    """Let all projects be mirrors, whose owners are here all the same: nobody has more rights."""
    await forge.db.write(lambda tx: tx.execute("update projects set home = ?", (HOME,)))


@dataclass(frozen=True)
class Company:
    """A node with everybody on it; `invitation` asks ivy into the guild."""

    forge: Forge
    door: Door
    accounts: dict[str, Account]
    tokens: dict[str, str]
    invitation: int

    def as_(self, role: str) -> Door:
        """The sync door, knocked on by somebody of this role."""
        return self.door.as_(self.tokens.get(ROLES[role][0] or ""))

    def account(self, role: str) -> Account | None:
        """Who has this role."""
        return self.accounts.get(ROLES[role][0] or "")

    async def party(self, role: str) -> Party:
        """Who has this role, as a door lets them in."""
        account = self.account(role)
        return ANONYMOUS if account is None else await acting(self.forge, account)


async def acting(forge: Forge, account: Account) -> Party:
    """An account with the roles that it has, as a door lets it in."""
    return await forge.db.read(lambda tx: access.refreshed(tx, account.party))


@asynccontextmanager
async def a_company(forge: Forge) -> AsyncIterator[Company]:
    """Everybody, before the sync door of a node."""
    people = {"keeper": await the_keeper(forge)}
    for handle in ("ada", "bob", "ivy", "will", "mae", "otto", "olga"):
        people[handle] = await an_account(forge, handle)
    guild = await a_guild(forge, people)
    tokens = {handle: await a_token(forge, account) for handle, account in people.items()}
    async with a_door(forge) as door:
        for at, owner in (("ada", people["ada"]), (GUILD, people["olga"])):
            made = await _three(forge, door.as_(tokens[owner.handle]), owner, at)
            for project in made if at == "ada" else []:
                for handle, role in (("will", "writer"), ("mae", "maintainer")):
                    await members.set_member(forge, owner.party, project, handle, role)
        yield Company(forge, door, people, tokens, guild)


async def a_guild(forge: Forge, people: dict[str, Account]) -> int:
    """An organization of olga and otto; return the key of ivy's invitation to it."""
    olga = people["olga"].party
    await organizations.create(forge, olga, GUILD)
    asked = await invitations.invite(forge, olga, GUILD, "otto")
    await invitations.accept(forge, people["otto"].party, asked.key)
    return (await invitations.invite(forge, olga, GUILD, "ivy")).key


async def _three(forge: Forge, door: Door, owner: Account, at: str) -> list[Project]:
    """Make the three projects of an account, each with a landing and a session that goes on."""
    made, who = [], await acting(forge, owner)
    for number, (kind, handle) in enumerate(KINDS.items()):
        visibility = "private" if kind == "private" else "public"
        project = await projects.create(forge, who, at, NewProject(handle, visibility=visibility))
        parts = Hand(project, forge.keys.person(owner.did)).landing(session_id(number), FILES)
        answer = await door.post(f"/projects/{at}/{handle}/landings", parts.body())
        assert answer.status == 201, answer.body
        if kind == "archived":
            project = await moves.archive(forge, who, at, handle)
        made.append(project)
    return made
