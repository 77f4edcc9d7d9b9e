"""The rest of a clone that was killed: what is there and right stays, what lacks is fetched.

In an empty directory a clone writes files straight under their names, so the kill may have left
beginnings of files; those are completed. A file that differs in any other way is somebody's, and
stays.
"""

from operator import itemgetter
from pathlib import Path

from mic.cli import receiving, resolving, trust
from mic.cli.context import Context
from mic.cli.receiving import Incoming
from mic.client import download
from mic.client.remote import Remote
from mic.workspace import checkout as writing
from mic.workspace import files
from mic.workspace.checkout import Checkout
from mic.workspace.manifest import Tracked
from mic.workspace.scan import HALF_WRITTEN
from store import tree
from store.contents import BLOB_MAX
from store.tree import Entry

Files = list[tuple[str, Entry]]


def fill(
    context: Context, remote: Remote, root: Path, held: trust.Held
) -> tuple[Files, dict[str, Tracked]]:
    """Return the files of a position, and the manifest's lines of those that stand in `root`."""
    _sweep(root)
    incoming = Incoming(remote, held.position)
    incoming.receive_tree()
    found = receiving.all_of(tree.walk(held.tree, incoming.node), itemgetter(0))
    standing = {path: resolving.standing(root, path) for path, _ in found}
    tracked = {
        path: there for path, entry in found if (there := standing[path]) and there.entry == entry
    }
    absent = [(path, entry) for path, entry in found if standing[path] is None]
    tracked.update(_fetched(context, remote, root, held, absent))
    for path, entry in found:
        if (there := standing[path]) and _may_be_torn(there, entry):
            tracked.update(_completed(remote, root, held, path, entry, there))
    return found, tracked


def _sweep(root: Path) -> None:
    """Remove the files that the kill left under temporary names."""
    for path in root.rglob(".mic-*"):
        if HALF_WRITTEN.fullmatch(path.name):
            path.unlink()


def _fetched(
    context: Context, remote: Remote, root: Path, held: trust.Held, absent: Files
) -> dict[str, Tracked]:
    with context.console.progress("Receiving", len(absent)) as bar, Checkout(root) as checkout:
        for path, entry in absent:
            checkout.want(path, entry)
        while wanted := checkout.needs():
            for record, raw in download.fetch(remote, sorted(wanted), held.position):
                checkout.accept(record.digest, raw)
                bar(1, len(raw))
        return checkout.finish()


def _may_be_torn(there: Tracked, entry: Entry) -> bool:
    return there.size < entry.size <= BLOB_MAX and there.mode == entry.mode


def _completed(
    remote: Remote, root: Path, held: trust.Held, path: str, entry: Entry, stands: Tracked
) -> dict[str, Tracked]:
    """Write the file if its beginning stands there; return its line, or none."""
    ((_, raw),) = download.fetch(remote, [entry.id], held.position)
    if not raw.startswith(files.read_bytes(root, path, BLOB_MAX)):
        return {}
    return {path: writing.write_bytes(root, path, raw, entry.mode, stands)}
