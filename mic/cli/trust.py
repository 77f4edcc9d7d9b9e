"""What a node says of a position, checked against the record that it signed."""

from dataclasses import dataclass

from keys.errors import KeysFault
from keys.statements import landing as landings
from keys.statements.project import open_chain
from mic.client.remote import Remote
from mic.errors import Unreachable
from store.digest import Digest
from store.tree import EMPTY


@dataclass(frozen=True, slots=True)
class Held:
    """A position, its tree, and the signed record that binds the two."""

    position: int
    tree: Digest
    record: bytes | None


def held(remote: Remote, project_id: str, at: int | None = None) -> Held:
    """Return position `at` (the newest for None) of a project; raises `Unreachable` for a lie.

    Who may sign for the project, and whether the log before is sound, is `mic verify`'s question.
    """
    if at == 0:
        return Held(0, EMPTY, None)
    if at is None:
        head = remote.head()
        if head.position == 0:
            return Held(0, EMPTY, None)
        position, tree, record = head.position, head.tree, head.record
    else:
        detail = remote.landing(at)
        position, tree, record = at, detail.landing.tree, detail.record
    _check(remote, record, project_id, position, tree)
    return Held(position, Digest(bytes.fromhex(tree)), record)


def _check(remote: Remote, record: bytes | None, project_id: str, position: int, tree: str) -> None:
    if record is None:
        raise _untrue(position, "it is not signed")
    try:
        said, _ = landings.open_landing(record)
    except KeysFault as fault:
        raise _untrue(position, str(fault)) from fault
    is_ours = said.project == project_id or said.project == _id_at(remote, project_id, position)
    if not is_ours or (said.position, said.tree.hex()) != (position, tree):
        raise _untrue(position, "it is signed for something else")


def _id_at(remote: Remote, project_id: str, position: int) -> str:
    """Return of which project the landing at a position must be: a fork's origin's, up to there."""
    try:
        chain = open_chain(remote.documents())
    except KeysFault as fault:
        raise _untrue(position, f"the project's documents do not hold: {fault}") from fault
    if chain.id != project_id:
        raise _untrue(position, f"the documents are those of {chain.id}")
    return chain.id_at(position)


def _untrue(position: int, why: str) -> Unreachable:
    return Unreachable(
        f"What the node says of position {position} cannot be trusted: {why}.",
        code="landing.record-mismatch",
        hint="Nothing was written. Ask the node's owner to run `micelio fsck`.",
        position=position,
    )
