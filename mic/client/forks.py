"""Forks on a node: made, and brought up to their origin."""

from collections.abc import Mapping

from mic.client.remote import Remote
from mic.wire.forks import NewFork, Side, Sync, Synced
from mic.wire.messages import Project


def fork(remote: Remote, new: NewFork) -> Project:
    """Make a project that goes on from the head of `remote`; raises `Conflict` for a taken name."""
    return remote.connection.ask("POST", f"{remote.path}/fork", Project, new, again=False)


def sync(remote: Remote, chosen: Mapping[str, Side]) -> Synced:
    """Bring the origin's new landings into a fork; raises `Conflict` with the paths that clash."""
    asked = Sync(chosen=dict(chosen))
    return remote.connection.ask("POST", f"{remote.path}/sync", Synced, asked)
