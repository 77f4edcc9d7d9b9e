"""What became of a landing whose answer never came: only the node knows, and it is asked.

The session's id was chosen here and written down before the landing was sent. If that session has
landed, the landing did, and the manifest moves on as it would have done; what was changed here
since is not touched, and is not part of it.
"""

from typing import NamedTuple

import msgspec

from mic.cli import landing, syncing
from mic.cli.answers import first_line
from mic.cli.context import Context
from mic.cli.targets import Workspace
from mic.client import landing as sending
from mic.client.remote import Remote
from mic.wire.messages import Landed
from mic.workspace import changes, conflicts, unfinished
from mic.workspace import manifest as manifests
from mic.workspace import session as sessions
from mic.workspace.manifest import Manifest
from mic.workspace.unfinished import Landing
from store.digest import Digest


class Recovered(NamedTuple):
    """A landing that is known to have landed, and what was brought in after it."""

    sent: Landing
    landed: Landed
    manifest: Manifest
    synced: syncing.Synced | None


def recover(context: Context, space: Workspace) -> tuple[Workspace, Recovered | None]:
    """Bring the manifest to where a broken-off landing has led; the caller holds the workspace.

    Raises `Conflict` where a clone broke off, `Unreachable` if the node cannot be asked.
    """
    unfinished.need_clone(space.root)
    sent = unfinished.landing(space.root)
    if sent is None:
        return space, None
    remote = space.remote(context)
    try:
        landed = sending.outcome(remote, sent.session)
    except sending.HomeRefused as refusal:
        unfinished.end(space.root, unfinished.LANDING)
        context.console.warn(refusal.message)
        return space, None
    if landed is None:
        unfinished.end(space.root, unfinished.LANDING)
        context.console.warn("A landing broke off before the node had it; it did not land.")
        return space, None
    landing.check_record(landed, space.manifest, sent.session)
    context.console.warn(f"The last landing did land: @{landed.position} {first_line(sent.goal)}")
    done = settle(context, remote, space, sent, landed)
    return Workspace(space.root, done.manifest), done


def settle(
    context: Context, remote: Remote, space: Workspace, sent: Landing, landed: Landed
) -> Recovered:
    """Move the workspace to the position of a landing; can be repeated from wherever it ends.

    What others landed in between is brought in as well. The note that a landing was sent goes
    last: until then, whoever is killed here begins again.
    """
    manifest, synced = space.manifest, None
    if (manifest.position or 0) < landed.position:
        conflicts.clear(space.root)
        manifest, synced = _moved(context, remote, space, sent, landed)
    if (active := sessions.find(space.root)) and active.id == sent.session:
        sessions.end(space.root)
    unfinished.end(space.root, unfinished.LANDING)
    return Recovered(sent, landed, manifest, synced)


def _moved(
    context: Context, remote: Remote, space: Workspace, sent: Landing, landed: Landed
) -> tuple[Manifest, syncing.Synced | None]:
    before = space.manifest
    if landed.position == (before.position or 0) + 1:
        manifest = changes.moved(
            before,
            sent.pairs,
            position=landed.position,
            tree=Digest(bytes.fromhex(landed.tree)),
            record=landed.record,
        )
        return manifests.save(space.root, manifest), None
    # Our own changes count as held already, so that only what others changed is brought in.
    own = changes.moved(
        before, sent.pairs, position=before.position, tree=before.tree, record=before.record
    )
    base = msgspec.structs.replace(own, saved_at=before.saved_at)
    synced = syncing.sync(context, remote, Workspace(space.root, base), at=landed.position)
    return synced.manifest, synced
