"""Whom an event is told to, and as what: each kind has a function that says so.

Nobody is told of what they did themselves. What happens to a project happens to its owner, or to
the admins of the organization that owns it.
"""

from collections.abc import Callable, Iterator, Mapping

from node.access import verbs as access
from node.accounts import verbs as accounts
from node.accounts.model import Account, NoAccount
from node.kernel.events import Event
from node.notifications.model import Note
from node.projects import identity
from store.database import Tx

Told = Iterator[Note]


def notes(tx: Tx, event: Event) -> list[Note]:
    """Return who is told of an event."""
    told = _TOLD.get(event.kind)
    return list(told(tx, event)) if told else []


def _said(event: Event, name: str) -> str:
    return str(event.data.get(name) or "")


def _person(tx: Tx, handle: str) -> Account | None:
    try:
        return accounts.find(tx, handle)
    except NoAccount:
        return None


def _owners(tx: Tx, event: Event, actor: str, position: int | None = None) -> Told:
    """Tell those whose project it is."""
    project = identity.of_key(tx, event.project or 0)
    if project is None or project.is_mirror:
        return
    owner = accounts.find_key(tx, project.owner)
    found = [(owner.key, owner.handle)]
    if owner.is_organization:
        admins = access.members(tx, owner.key)
        found = [(one.account, one.handle) for one in admins if one.role == "admin"]
    for key, handle in found:
        if handle.lower() != actor.lower():
            yield Note(key, project.key, actor, position)


def _landed(tx: Tx, event: Event) -> Told:
    yield from _owners(tx, event, _said(event, "author"), int(_said(event, "position") or 0))


def _liked(tx: Tx, event: Event) -> Told:
    yield from _owners(tx, event, _said(event, "handle"))


def _followed(tx: Tx, event: Event) -> Told:
    person = _person(tx, _said(event, "followed"))
    if person is not None and person.is_person:
        yield Note(person.key, actor=_said(event, "handle"))


def _role(tx: Tx, event: Event) -> Told:
    """Tell somebody of their new role, or that they have none any more."""
    person, by = _person(tx, _said(event, "handle")), _said(event, "by")
    if person is None or person.handle == by:
        return
    where = _said(event, "project") or _said(event, "organization")
    has_one = event.kind == "member.set"
    # Without a role, one may not be allowed to see the project: its address is what is left.
    project = event.project if has_one else None
    text = _said(event, "role") if event.project is not None and has_one else where
    yield Note(person.key, project, by, text=text)


def _asked(tx: Tx, event: Event) -> Told:
    person, by = _person(tx, _said(event, "to")), _said(event, "by")
    if person is not None:
        yield Note(person.key, actor=by, text=_said(event, "target"))


def _answered(tx: Tx, event: Event) -> Told:
    inviter, by = _person(tx, _said(event, "inviter")), _said(event, "by")
    if inviter is not None and inviter.handle != by:
        yield Note(inviter.key, actor=by, text=_said(event, "target"))


def _outcome(tx: Tx, event: Event) -> Told:
    """Tell somebody what became of what they asked for and did not wait for."""
    key = event.data.get("account")
    if isinstance(key, int) and identity.of_key(tx, event.project or 0) is not None:
        position = event.data.get("position")
        at = position if isinstance(position, int) else None
        yield Note(key, event.project, position=at, text=_said(event, "message")[:300])


_TOLD: Mapping[str, Callable[[Tx, Event], Told]] = {
    "landing.landed": _landed,
    "project.starred": _liked,
    "project.forked": _liked,
    "account.followed": _followed,
    "member.set": _role,
    "member.removed": _role,
    "invitation.made": _asked,
    "invitation.accepted": _answered,
    "invitation.declined": _answered,
    "import.completed": _outcome,
    "import.failed": _outcome,
    "offer.landed": _outcome,
    "offer.refused": _outcome,
}
KINDS = frozenset(_TOLD)
