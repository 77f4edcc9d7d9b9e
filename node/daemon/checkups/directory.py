"""Whether what lies in the data directory is what it should be. Nothing here is changed."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from keys.errors import KeysFault
from keys.ring import load
from node.daemon.building import KEYS, MIGRATIONS, OBJECTS
from node.daemon.checkups.model import Line, bad, doubtful, well
from node.kernel.keys import NODE_KEY
from store import copies, index
from store.database import Tx, unapplied, unknown
from store.objects import PACKS

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_SHOWN = 3
RESTORE = "Stop the node, and restore a backup with `micelio restore`."


def permissions(data: Path) -> Line:
    """Look at who may read the directory, and whether we may write there."""
    for path in (data, data / KEYS):
        mode = path.stat().st_mode if path.exists() else 0
        if mode & _OTHERS:
            shown = f"{path} is open to others (mode {stat.S_IMODE(mode):04o})."
            return doubtful("directory", shown, f"chmod go= {path}")
    if not os.access(data, os.W_OK | os.X_OK):
        return bad("directory", f"You may not write to {data}.", "Look at its owner and its mode.")
    return well("directory", f"{data} is closed to others.")


def keys(data: Path) -> Line:
    """Look at every private key."""
    files = [data / KEYS / NODE_KEY, *sorted((data / KEYS / "accounts").glob("*.key"))]
    for file in files:
        try:
            load(file)
        except FileNotFoundError:
            return bad("keys", f"{file} is gone.", RESTORE)
        except KeysFault as fault:
            return bad("keys", f"{fault}", f"chmod 600 {file}, or restore it from a backup.")
    return well("keys", f"{len(files):,} keys can be read by nobody else.")


def person_keys(data: Path, dids: list[str]) -> Line:
    """Look for the key of each account."""
    there = {file.stem for file in (data / KEYS / "accounts").glob("*.key")}
    gone = [did for did in dids if did.rpartition(":")[2] not in there]
    if gone:
        return bad("accounts", f"{len(gone):,} accounts have no key, {gone[0]} first.", RESTORE)
    return well("accounts", f"Every account has its key ({len(dids):,}).")


def database(tx: Tx) -> Line:
    """Look whether the database contradicts itself."""
    wrong = copies.contradictions(tx, most=_SHOWN)
    if wrong:
        return bad("database", f"The database is damaged: {'; '.join(wrong)}", RESTORE)
    return well("database", f"The database is sound ({copies.size(tx):,} bytes).")


def schema(tx: Tx) -> Line:
    """Look whether the database is of this version."""
    newer = unknown(tx, MIGRATIONS)
    if newer:
        return bad(
            "schema",
            f"The database was used by a newer Micelio ({newer[0]}).",
            "Run that version, or a newer one.",
        )
    waiting = unapplied(tx, MIGRATIONS)
    if waiting:
        return doubtful(
            "schema",
            f"The database is of an older Micelio: {len(waiting)} steps behind.",
            "Make a backup; the next `micelio up` brings it up to date.",
        )
    return well("schema", "The database is of this version.")


def packs(data: Path, tx: Tx) -> Line:
    """Look whether every pack is as long as its index says."""
    wrong = list(_wrong_packs(data / OBJECTS / PACKS, index.indexed(tx)))
    if wrong:
        more = f" and {len(wrong) - _SHOWN:,} more" * (len(wrong) > _SHOWN)
        return bad(
            "packs", "; ".join(wrong[:_SHOWN]) + more, f"`micelio fsck` says more. {RESTORE}"
        )
    found = index.indexed(tx)
    return well("packs", f"They are whole ({len(found):,}, {sum(found.values()):,} bytes).")


def _wrong_packs(directory: Path, indexed: dict[int, int]) -> Iterator[str]:
    for number, length in sorted(indexed.items()):
        file = directory / f"{number:06}.pack"
        if not file.exists():
            yield f"{file} is gone"
        elif file.stat().st_size < length:
            yield f"{file} is shorter than its index"


def aside(data: Path) -> Line:
    """Look for what a start could not read."""
    found = sorted((data / OBJECTS / PACKS).glob("*.tail-*"))
    if found:
        return doubtful(
            "kept aside",
            f"{len(found)} files hold what a start could not read, {found[0].name} first.",
            "Once `micelio fsck` ends with 0 and nobody misses anything, remove them.",
        )
    return well("kept aside", "No start has met anything that it could not read.")
