"""Projects of this node that others hold further than it does: it was put back to an older state.

Whatever it signed for them now could contradict what it has signed before. So it signs nothing for
them until it has got that back, or until it knows that there is nothing. Functions here are for the
verbs of other slices.
"""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from keys.errors import KeysFault
from keys.statements.project import Project as Chain
from keys.statements.project import open_chain
from node.access import verbs as access
from node.accounts import verbs as accounts
from node.kernel.errors import Conflict
from node.kernel.forge import Forge
from node.projects import mirroring, rows, rules
from node.projects.model import BadDocuments, DocumentsDiffer, GraftedDocuments, Project
from store.database import Tx
from store.digest import digest_of
from store.records import Kind


@dataclass(frozen=True, slots=True)
class Lag:
    """A project that is behind what this node has signed, up to `position`; 0 if that is unknown.

    `since` is Unix milliseconds; `reason` says why it has not caught up.
    """

    project: Project
    position: int
    since: int
    reason: str


class Behind(Conflict):
    """This node may have signed more for the project than it remembers: it signs nothing now."""

    def __init__(self, position: int) -> None:
        known = f"other nodes hold @{position}, which it had signed before" if position else ""
        super().__init__(
            "project.behind",
            "Nothing landed. This node was put back to an older state: "
            f"{known or 'it is asking other nodes how far it was'}. It goes on by itself once it"
            " has got back what they hold; `micelio doctor` on it says what is missing.",
            position=position,
        )


class Succeeded(Conflict):
    """The project has another home since."""

    def __init__(self, home: str) -> None:
        super().__init__(
            "project.succeeded",
            f"Its owner has made {home} its home since: land there.",
            home=home,
        )


class OwnerUnknown(Conflict):
    """The project has an owner since who has no account here."""

    def __init__(self, owner: str) -> None:
        super().__init__(
            "project.owner-unknown",
            f"Its owner since is {owner}, who has no account on this node any more: it can be"
            " adopted at a node that mirrors it.",
            owner=owner,
        )


def mark(tx: Tx, project: int, position: int, at: int) -> None:
    """Let nothing be signed for a project below what is known to be signed."""
    rows.put_behind(tx, project, position, at)


def suspect(tx: Tx, at: int) -> None:
    """Let nothing be signed for any project that this node orders."""
    rows.suspect(tx, at)


def trust(tx: Tx) -> None:
    """Let be signed again for what nobody has shown anything newer of."""
    rows.trust(tx)


def clear(tx: Tx, project: int) -> None:
    """Let be signed again for a project."""
    rows.remove_behind(tx, project)


def failed(tx: Tx, project: int, reason: str) -> None:
    """Note why a project did not catch up."""
    rows.explain_behind(tx, project, reason[:1000])


def check(tx: Tx, project: int) -> None:
    """Raise `Behind` if nothing may be signed for a project."""
    position = rows.behind(tx, project)
    if position is not None:
        raise Behind(position)


def of(tx: Tx, project: int) -> int | None:
    """Return how far a project must catch up, None if nothing is known to be newer."""
    return rows.behind(tx, project)


def lags(tx: Tx) -> list[Lag]:
    """Return the projects that are behind, those first that have been so for longest."""
    return [
        Lag(project, position, since, reason)
        for key, position, since, reason in rows.all_behind(tx)
        if (project := rows.by_key(tx, key)) is not None
    ]


def continued(forge: Forge, tx: Tx, project: Project, given: Sequence[bytes]) -> Project:
    """Bring a project of this node to the newest of its own signed documents, as others kept them.

    Raises `BadDocuments`, `GraftedDocuments`, `DocumentsDiffer`, `Succeeded` or `OwnerUnknown`.
    """
    chain = _opened(given)
    if chain.id != project.id:
        raise GraftedDocuments(chain.id)
    known = rows.documents(tx, project.key)
    for version, (ours, theirs) in enumerate(zip(known, map(digest_of, given), strict=False), 1):
        if ours != theirs:
            raise DocumentsDiffer(version)
    if len(given) <= len(known):
        return project
    after = _after(forge, tx, project, chain, given[-1])
    rows.change(tx, after)
    rows.set_home(tx, after.key, after.owner, None)
    previous = project.document
    for envelope in given[len(known) :]:
        previous = forge.objects.put(tx, Kind.DOCUMENT, envelope, previous)
        rows.add_document(tx, project.key, previous)
    access.set_peers(tx, project.key, rules.peers_of(chain.current))
    return after


def _opened(given: Sequence[bytes]) -> Chain:
    try:
        return open_chain(given)
    except KeysFault as fault:
        raise BadDocuments(str(fault)) from fault


def _after(forge: Forge, tx: Tx, project: Project, chain: Chain, newest: bytes) -> Project:
    said = chain.current
    if said.home != forge.node.did:
        raise Succeeded(said.home)
    owner = accounts.find_did(tx, said.owner)
    if owner is None:
        raise OwnerUnknown(said.owner)
    return dataclasses.replace(
        project,
        owner=owner.key,
        account=owner.handle,
        handle=mirroring.free_handle(tx, owner.key, said.handle or project.handle, project.key),
        name=said.name,
        visibility=said.visibility,
        document=digest_of(newest),
        updated_at=forge.now(),
    )
