"""What this node says of a project of its own that goes: signed, so that mirrors can believe it.

A public project is spoken of to whoever asks; one that was not is spoken of to the nodes that held
it alone. What comes back, or is given to a node again, takes its notice back by a newer document.
"""

from collections.abc import Iterable

from keys.statements.notice import Notice, State, seal_notice
from node.access import verbs as access
from node.access.rules import PUBLIC
from node.kernel.forge import Forge
from node.projects import rows
from node.projects.model import Project
from store.database import Tx

ANYBODY = ""


def deleted(forge: Forge, tx: Tx, project: Project) -> None:
    """Say that a project was deleted, to all who may have held it."""
    is_known = project.visibility == PUBLIC or is_public(tx, project)
    peers = access.peers_of(tx, project.key)
    _say(forge, tx, project, "deleted", [*peers, ANYBODY] if is_known else peers)


def withdrawn(forge: Forge, tx: Tx, project: Project, peers: Iterable[str] = (ANYBODY,)) -> None:
    """Say that a project is not for everybody any more, or not for these nodes."""
    _say(forge, tx, project, "withdrawn", peers)


def is_public(tx: Tx, project: Project) -> bool:
    """Return whether whoever asks is told what became of a project."""
    return rows.notice(tx, project.id, [ANYBODY]) is not None


def taken_back(tx: Tx, project: Project, peer: str | None = None) -> bool:
    """Take back what was said of a project, or said to one node; return whether there was any."""
    return rows.drop_notices(tx, project.id, peer)


def _say(forge: Forge, tx: Tx, project: Project, state: State, peers: Iterable[str]) -> None:
    version = len(rows.documents(tx, project.key))
    said = Notice(project=project.id, state=state, version=version, at=forge.now())
    envelope = seal_notice(said, forge.node.key)
    for peer in peers:
        rows.put_notice(tx, said, peer, envelope)
