"""Bundles, made as `mic` makes them, or as somebody would who means harm."""

from collections.abc import Iterable
from pathlib import Path

from keys.ed25519 import PrivateKey
from store.bundles import Bundle, Writer
from store.records import Record

MAKER = PrivateKey.from_seed(b"m" * 32)
AT = 1_790_000_000_000


def a_bundle(
    path: Path,
    documents: Iterable[bytes],
    log: Iterable[Record],
    contents: Iterable[Record],
    *,
    project: str = "mic:z" + "1" * 44,
    first: int = 1,
    last: int = 1,
    record: bytes | None = b"r" * 32,
) -> Path:
    """Write these parts to `path`, whatever they are."""
    with path.open("xb") as file:
        writer = Writer(file)
        for raw in documents:
            writer.document(raw)
        for one in log:
            writer.log(one)
        for one in contents:
            writer.content(one)
        writer.finish(MAKER, project=project, first=first, last=last, record=record, made_at=AT)
    return path


def rewritten(source: Path, path: Path, *, change=len, **said) -> Path:
    """Write the bundle `source` again, its parts as `change` leaves them: lists by name."""
    with Bundle.open(source) as bundle:
        parts = {
            "documents": bundle.documents(),
            "log": [record for record, _ in bundle.log()],
            "contents": [record for record, _ in bundle.contents()],
        }
        index = bundle.index
    change(parts)
    known = {
        "project": index.project,
        "first": index.first,
        "last": index.last,
        "record": index.record,
    }
    return a_bundle(path, parts["documents"], parts["log"], parts["contents"], **known | said)
