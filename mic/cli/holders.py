"""Who has a project of which only the id is known.

Whoever does not have it may name others who do. What they name is a hint: few are followed, over
few steps, and nobody in a network of our own unless it was named from there. Whoever answers in the
end is believed nothing: all that comes is checked against the id.
"""

import ipaddress
from collections.abc import Callable, Iterator, Sequence
from urllib.parse import quote, urlsplit

import msgspec

from mic.client import addresses
from mic.client.connection import Connection
from mic.client.remote import Remote
from mic.errors import Invalid, MicFault, Missing, Unreachable
from mic.wire import mirrors as wire
from mic.wire.messages import Project
from mic.wire.replication import HolderHint
from mic.workspace import holding

Connect = Callable[[str | None, str | None], Connection]

STEPS = 2
"""How often a hint is followed that a hint led to."""

FOLLOWED = 8
"""Hints that are followed for one project."""

HINT_SECONDS = 5.0


def find(nodes: Sequence[str], connect: Connect, project_id: str) -> Remote:
    """Return the project at the first of `nodes` that has it, or at whom they name.

    Raises `Missing` if none has it, or `Unreachable` if none answers.
    """
    if not nodes:
        raise _nobody(project_id)
    last: MicFault | None = None
    told: list[str] = []
    for node in nodes:
        try:
            return _at(connect(node, project_id), project_id)
        except (Missing, Unreachable) as fault:
            last = fault
            told += _hints(fault, node)
    found = _followed(told, nodes, connect, project_id)
    if found is not None:
        return found
    assert last is not None  # there is at least one node
    if len(nodes) == 1 and isinstance(last, Unreachable):
        raise last
    raise _nowhere(project_id, nodes) from last


def _at(connection: Connection, project_id: str) -> Remote:
    named = connection.get(f"/by-id/{quote(project_id, safe='')}", Project)
    # Where nobody says another place, a clone goes into a directory of this name.
    if not addresses.are_names(named.account, named.handle):
        raise holding.Untrue(
            f"{connection.url} says names of {project_id} that no project can have.",
            hint="Nothing was written. Ask another holder: mic:z…@NODE",
            node=connection.url,
        )
    return holding.remote(connection, named.account, named.handle, project_id)


def _followed(
    told: list[str], asked: Sequence[str], connect: Connect, project_id: str
) -> Remote | None:
    """Return the project at whom hints lead to, those with a URL first: they answer sooner."""
    known, left = set(asked), FOLLOWED
    for _ in range(STEPS):
        further: list[str] = []
        for node in sorted(dict.fromkeys(told), key=addresses.is_peer):
            if node in known or not left:
                continue
            known.add(node)
            left -= 1
            try:
                _at(connect(node, project_id).briefly(HINT_SECONDS), project_id)
                return _at(connect(node, project_id), project_id)
            except MicFault as fault:
                further += _hints(fault, node)
        told = further
    return None


def _hints(fault: MicFault, node: str) -> list[str]:
    """Return the nodes that a refusal of `node` names, as far as they are addresses of nodes."""
    try:
        told = msgspec.convert(fault.details.get(wire.HOLDERS, []), list[HolderHint])
    except msgspec.ValidationError:
        return []
    named = [one for hint in told for one in (hint.url, *hint.addresses) if one]
    return [one for text in named for one in _node(text) if _is_near(node) or not _is_near(one)]


def _node(text: str) -> Iterator[str]:
    try:
        yield addresses.node_url(text)
    except Invalid:
        return


def _is_near(node: str) -> bool:
    """Tell whether an address is one of this machine or of a network that is not everybody's."""
    host = node.split("/")[2] if addresses.is_peer(node) else urlsplit(node).hostname or ""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return host == "localhost" or "." not in host


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
