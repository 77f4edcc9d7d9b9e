"""A bundle as a project to read, and what a workspace adds to it."""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from keys.errors import KeysFault
from keys.statements.equivocation import Equivocation, prove
from keys.statements.landing import open_landing
from mic.cli import keeping
from mic.client.addresses import FILE
from mic.client.connection import Connection
from mic.errors import Missing
from mic.workspace import bundled
from mic.workspace import manifest as manifests
from mic.workspace.answering import Answering
from mic.workspace.bundled import Bundled
from mic.workspace.verify import Unverified
from store.bundles import Bundle


def opened(cwd: Path, path: Path, project_id: str | None = None) -> Bundled:
    """Open and verify a bundle.

    One that does not begin at the first position goes on from the log that a workspace around
    `cwd` keeps. With a `project_id`, it is that project's or refused, and no older than what is
    known in that workspace.
    """
    root, manifest = here(cwd)
    before: Iterable[bytes] = ()
    witnessed = None
    if root and manifest and _is_of(path, manifest.project_id):
        before = keeping.Log(root).objects()
        witnessed = manifest.record if project_id else None
    return bundled.opened(path, before, project_id=project_id, witnessed=witnessed)


def connection(cwd: Path, url: str, project_id: str | None = None) -> Connection:
    """Return a connection to the bundle at a `file://` URL."""
    path = Path(url.removeprefix(FILE))
    return bundled.connection(path, opened(cwd, path, project_id))


def evidence_in(connection: Connection) -> Bundled | None:
    """Return the bundle that a connection answers from, if it is one."""
    if isinstance(connection, Answering) and isinstance(connection.evidence, Bundled):
        return connection.evidence
    return None


def compared(found: Bundled, seen: bytes | None) -> Equivocation | None:
    """Return proof, if a bundle tells another record than the one that was `seen` before.

    Raises `Conflict` where they differ, and are not signed by the same key.
    """
    position = open_landing(seen)[0].position if seen else 0
    if not seen or position > found.last or found.landed(position).envelope == seen:
        return None
    try:
        return prove(seen, found.landed(position).envelope)
    except KeysFault as fault:
        raise Unverified(position, "it is another record than the one seen before") from fault


def keep_log(root: Path, found: Bundled) -> None:
    """Keep the log of a bundle in a workspace, as `mic verify` keeps a node's."""
    log = keeping.Log(root)
    log.keep_documents(found.documents)
    if found.last > log.last:
        log.keep(log.last + 1, found.last, found.log(log.last + 1, found.last))


def here(cwd: Path) -> tuple[Path, manifests.Manifest] | tuple[None, None]:
    """Return the workspace around a directory, if there is one."""
    with suppress(Missing):
        root = manifests.find_root(cwd)
        return root, manifests.load(root)
    return None, None


def _is_of(path: Path, project_id: str) -> bool:
    with suppress(FileNotFoundError), Bundle.open(path) as bundle:
        return bundle.index.project == project_id
    return False
