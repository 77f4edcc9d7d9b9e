"""Who has a project of which only the id is known."""

from collections.abc import Callable, Sequence
from urllib.parse import quote

from mic.client.connection import Connection
from mic.client.remote import Remote
from mic.errors import Invalid, MicFault, Missing, Unreachable
from mic.wire.messages import Project
from mic.workspace import holding

Connect = Callable[[str | None, str | None], Connection]


def find(nodes: Sequence[str], connect: Connect, project_id: str) -> Remote:
    """Return the project at the first of `nodes` that has it, as far as it proves itself.

    Raises `Missing` if none has it, or `Unreachable` if none answers.
    """
    if not nodes:
        raise _nobody(project_id)
    last: MicFault | None = None
    for node in nodes:
        try:
            return _at(connect(node, project_id), project_id)
        except (Missing, Unreachable) as fault:
            last = fault
    assert last is not None  # there is at least one node
    if len(nodes) == 1 and isinstance(last, Unreachable):
        raise last
    raise _nowhere(project_id, nodes) from last


def _at(connection: Connection, project_id: str) -> Remote:
    named = connection.get(f"/by-id/{quote(project_id, safe='')}", Project)
    return holding.remote(connection, named.account, named.handle, project_id)


def _nobody(project_id: str) -> Invalid:
    return Invalid(
        f"Nobody is known who might have {project_id}.",
        code="node.none",
        hint=f"Say where to look: {project_id}@NODE, where NODE is a URL or a peer's address, "
        "/ip4/ADDRESS/tcp/PORT/p2p/ID. Or name a default node in MIC_NODE.",
    )


def _nowhere(project_id: str, nodes: Sequence[str]) -> Missing:
    return Missing(
        f"{project_id} is not to be had from {', '.join(nodes)}.",
        code="project.missing",
        hint=f"Say who has it: {project_id}@NODE, where NODE is a URL or a peer's address, "
        "/ip4/ADDRESS/tcp/PORT/p2p/ID.",
        id=project_id,
    )
