"""A project into a bundle.

The log is verified while it is written: what does not hold never becomes a bundle. The file is
written beside its name, flushed, and gets the name only then, if nothing else has it by then.
"""

import os
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from mic.cli.context import Context
from mic.cli.progress import Progress
from mic.client import download
from mic.client.remote import Remote
from mic.errors import Conflict, Invalid
from mic.wire.messages import Project
from mic.workspace import evidence
from mic.workspace.evidence import Landed
from mic.workspace.verify import Verifier
from store import contents
from store.bundles import Writer
from store.contents import BLOB_MAX
from store.digest import Digest
from store.nodes import Entry
from store.records import Kind, Record, make

POSITIONS = 500
"""Positions in one request."""


@dataclass(frozen=True, slots=True)
class Made:
    """A bundle that was written."""

    project: Project
    first: int
    last: int
    objects: int
    size: int


def make_bundle(context: Context, remote: Remote, path: Path, first: int = 1) -> Made:
    """Write the project's positions from `first` on to `path`; raises `Conflict` if it exists."""
    project = remote.project()
    last = remote.head().position
    if not 1 <= first <= max(last, 1):
        raise Invalid(f"There is no position {first} to begin at.", code="bundle.from", last=last)
    if path.exists() or path.is_symlink():
        raise _exists(path)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    mode = 0o600 if project.visibility == "private" else 0o666
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    try:
        with os.fdopen(os.open(temporary, flags, mode), "wb") as file:
            with context.console.progress("Bundling") as bar:
                made = _written(context, remote, project, Writer(file), first, last, bar)
            file.flush()
            os.fsync(file.fileno())
            size = file.tell()
        _place(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    return Made(project, first, last, made, size)


def _written(
    context: Context,
    remote: Remote,
    project: Project,
    writer: Writer,
    first: int,
    last: int,
    bar: Progress,
) -> int:
    documents = remote.documents()
    for raw in documents:
        writer.document(raw)
    verifier = Verifier(documents, project.id)
    news: dict[int, dict[Digest, int]] = {}
    for landed in _log(remote, verifier, last, bar):
        position = landed.record.position
        if position >= first:
            for raw in landed.raws:
                writer.log(make(Kind.DOCUMENT, raw))
            news[position] = _named(change.new for change in landed.changes)
    report = verifier.finish()
    count = _contents(remote, writer, news, bar)
    writer.finish(
        context.home.key(),
        project=project.id,
        first=first,
        last=report.position,
        record=report.id,
        made_at=context.now(),
    )
    return count


def _log(remote: Remote, verifier: Verifier, last: int, bar: Progress) -> Iterator[Landed]:
    """Yield each position of the log once it is verified as far as it stands alone."""
    records = download.log_records(remote, 1, last)
    yield from map(evidence.read, evidence.grouped(_verified(remote, verifier, records, bar)))


def _verified(
    remote: Remote, verifier: Verifier, records: Iterable[Record], bar: Progress
) -> Iterator[bytes]:
    for record in records:
        raw = download.verified(record, remote)
        verifier.accept(raw)
        bar(1, len(raw))
        yield raw


def _named(entries: Iterable[Entry | None]) -> dict[Digest, int]:
    return {entry.id: entry.size for entry in entries if entry is not None}


def _contents(
    remote: Remote, writer: Writer, news: dict[int, dict[Digest, int]], bar: Progress
) -> int:
    """Write what the change lists name as new, asking for some positions at once."""
    positions, seen = sorted(news), set[Digest]()
    for start in range(0, len(positions), POSITIONS):
        some = positions[start : start + POSITIONS]
        wanted = {digest: size for one in some for digest, size in news[one].items()}
        fresh = {digest: size for digest, size in wanted.items() if digest not in seen}
        seen.update(fresh)
        span = (some[0], some[-1])
        chunks: dict[Digest, None] = {}
        for record, raw in _fetched(remote, list(fresh), span):
            writer.content(record)
            bar(1, len(raw))
            if fresh[record.digest] > BLOB_MAX:
                parts = contents.decode(raw, fresh[record.digest])
                chunks |= dict.fromkeys(Digest(part) for _, part in parts)
        lacking = [digest for digest in chunks if digest not in seen]
        seen.update(lacking)
        for record, raw in _fetched(remote, lacking, span):
            writer.content(record)
            bar(1, len(raw))
    return len(seen)


def _fetched(remote: Remote, ids: list[Digest], span: tuple[int, int]) -> Iterator[download.Object]:
    return download.fetch(remote, ids, span[1], span[0])


def _place(temporary: Path, path: Path) -> None:
    """Give the file its name, unless something has it."""
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        raise _exists(path) from None
    except OSError:
        # A stick may know no links; then nobody else is likely to write to it at this moment.
        if path.exists() or path.is_symlink():
            raise _exists(path) from None
        temporary.rename(path)


def _exists(path: Path) -> Conflict:
    return Conflict(
        f"Nothing was written to {path}: it exists.",
        code="bundle.exists",
        hint="Name another file, or remove this one.",
        path=str(path),
    )
