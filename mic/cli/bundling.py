"""A project into a bundle.

The log is verified while it is written: what does not hold never becomes a bundle. The file is
written beside its name, flushed, and gets the name only then, if nothing else has it by then.
"""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from mic.cli import room
from mic.cli.context import Context
from mic.cli.progress import Progress
from mic.client import download
from mic.client.remote import Remote
from mic.errors import Conflict, Invalid
from mic.wire.messages import Project
from mic.workspace import evidence
from mic.workspace.evidence import Landed
from mic.workspace.verify import Unverified, Verifier
from store import contents
from store.bundles import Writer
from store.contents import BLOB_MAX
from store.digest import Digest
from store.records import Kind, Record, make

POSITIONS = 500
CHANGES = 50_000
"""Positions, and changes of theirs, that a node looks through for one request."""


@dataclass(frozen=True, slots=True)
class Made:
    """A bundle that was written."""

    project: Project
    first: int
    last: int
    objects: int
    size: int


@dataclass(slots=True)
class _Portion:
    """Positions whose contents are asked for together; `news` has the size of each content."""

    first: int
    last: int = 0
    changes: int = 0
    news: dict[Digest, int] = field(default_factory=dict)

    @property
    def is_full(self) -> bool:
        return self.changes >= CHANGES or self.last - self.first >= POSITIONS - 1

    def add(self, landed: Landed) -> None:
        self.last = landed.record.position
        self.changes += len(landed.changes)
        self.news |= {one.new.id: one.new.size for one in landed.changes if one.new is not None}


def make_bundle(context: Context, remote: Remote, path: Path, first: int = 1) -> Made:
    """Write the project's positions from `first` on to `path`; raises `Conflict` if it exists."""
    project = remote.project()
    last = remote.head().position
    if not 1 <= first <= max(last, 1):
        raise Invalid(f"There is no position {first} to begin at.", code="bundle.from", last=last)
    if path.exists() or path.is_symlink():
        raise _exists(path)
    is_private = project.visibility == "private"
    with room.named(path), _beside(path, is_private=is_private) as file:
        with context.console.progress("Bundling") as bar:
            made = _written(context, remote, project, Writer(file), first, last, bar)
        size = file.tell()
    return Made(project, first, last, made, size)


@contextmanager
def _beside(path: Path, *, is_private: bool) -> Iterator[BinaryIO]:
    """Yield `FILE.part`, and give it the name of `path` once it is whole and flushed.

    What a killed one has left is written anew; what another one is writing is left alone.
    """
    temporary = path.with_name(f"{path.name}.part")
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(temporary, flags, 0o600 if is_private else 0o666), "wb") as file:
        _take_turn(file, path)
        try:
            if is_private:
                # A stick may know no modes; who may read it is then for whoever mounts it.
                with suppress(PermissionError):
                    os.fchmod(file.fileno(), 0o600)
            file.truncate(0)
            yield file
            file.flush()
            os.fsync(file.fileno())
            _place(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)


def _take_turn(file: BinaryIO, path: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Conflict(
            f"Another mic is writing {path} now.",
            code="bundle.busy",
            hint="Wait until it is done, or name another file.",
            path=str(path),
        ) from None


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
    portions = [_Portion(first)]
    for landed in _log(remote, verifier, last, bar):
        position = landed.record.position
        if position >= first:
            for raw in landed.raws:
                writer.log(make(Kind.DOCUMENT, raw))
            if portions[-1].is_full:
                portions.append(_Portion(position))
            portions[-1].add(landed)
    report = verifier.finish()
    if report.position != last:
        raise Unverified(last, "the node has not sent it")
    count = _contents(remote, writer, portions, bar)
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


def _contents(remote: Remote, writer: Writer, portions: list[_Portion], bar: Progress) -> int:
    """Write what the change lists name as new; return how many objects that is."""
    seen: set[Digest] = set()
    for portion in portions:
        chunks: dict[Digest, None] = {}
        for record, raw in _fetched(remote, portion, portion.news.keys() - seen):
            writer.content(record)
            bar(1, len(raw))
            if (size := portion.news[record.digest]) > BLOB_MAX:
                parts = contents.decode(raw, size)
                chunks |= dict.fromkeys(Digest(part) for _, part in parts)
        seen |= portion.news.keys()
        for record, raw in _fetched(remote, portion, chunks.keys() - seen):
            writer.content(record)
            bar(1, len(raw))
        seen |= chunks.keys()
    return len(seen)


def _fetched(remote: Remote, portion: _Portion, ids: set[Digest]) -> Iterator[download.Object]:
    return download.fetch(remote, sorted(ids), portion.last, portion.first)


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
