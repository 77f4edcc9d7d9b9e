"""A project in a bundle, verified as it is opened: documents, every signature, every tree.

What a bundle claims of itself helps to find things in it; what it holds is believed because the
project's own signatures say it. Contents are proven one by one, when they are read.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Self

from keys.errors import KeysFault
from keys.statements.project import Project, open_chain
from mic.client.addresses import FILE
from mic.client.connection import CHUNK, Connection, Query
from mic.client.upload import nothing
from mic.errors import Conflict, Invalid, Missing
from mic.wire import framing
from mic.workspace import evidence
from mic.workspace.answering import Answering
from mic.workspace.evidence import Landed
from mic.workspace.verify import Report, Verifier
from store import contents, tree
from store.bundles import Bundle, Grouping, Spot, proven
from store.digest import Digest, digest_of
from store.errors import Absent, BadBundle, StoreFault
from store.nodes import Entry, Source
from store.records import HEADER, Kind, Record, encode, make
from store.tree import EMPTY


class OnlyAFile(Invalid):
    """A bundle was asked for what only a node can do."""

    code = "bundle.read-only"


class Bundled:
    """The evidence in a bundle: what `evidence.Evidence` asks for.

    `before` is the log up to where the bundle begins, as objects in order, if it does not begin at
    the first position. `witnessed` is a landing record that was seen before.
    """

    def __init__(
        self,
        bundle: Bundle,
        before: Iterable[bytes] = (),
        *,
        project_id: str | None = None,
        witnessed: bytes | None = None,
    ) -> None:
        self.bundle = bundle
        self._documents = bundle.documents()
        verifier = Verifier(self._documents, project_id or bundle.index.project, witnessed)
        self.project: Project = _chain(self._documents)
        self._groups: list[Spot | list[bytes]] = []
        self._take_before(before, verifier)
        self._take(verifier)
        self.report: Report = verifier.finish()
        self._check_end()
        self._trees: dict[int, tuple[Digest, dict[Digest, bytes]]] = {}

    @property
    def id(self) -> str:
        """Return the project's id."""
        return self.project.id

    @property
    def documents(self) -> list[bytes]:
        """Return the documents, oldest first."""
        return self._documents

    @property
    def last(self) -> int:
        """Return the newest position."""
        return self.report.position

    def landed(self, position: int) -> Landed:
        """Return a position from 1 to the last."""
        return evidence.read(self._raws(position))

    def tree(self, position: int) -> tuple[Digest, Source]:
        """Return a position's tree, built from the changes up to there, and its nodes."""
        if position not in self._trees:
            self._trees[position] = self._built(position)
        root, nodes = self._trees[position]
        return root, nodes.__getitem__

    def content(self, digest: Digest, at: int) -> bytes:
        """Return an object that position `at` needs."""
        return proven(self._record(digest, at))

    def _record(self, digest: Digest, at: int) -> Record:
        try:
            return self.bundle.record(digest)
        except Absent:
            raise _not_in_it(digest, at, self.bundle) from None

    def told(self) -> None:
        """Return nothing: a file says no more than it proves."""

    @property
    def first(self) -> int:
        """Return the position with which the bundle begins."""
        return self.bundle.index.first

    @property
    def maker(self) -> str:
        """Return whose key signed the index: who made the file, which proves nothing else."""
        return self.bundle.signer

    def check_contents(self, told: Callable[[int, int], None] = nothing) -> tuple[int, int]:
        """Prove every object, and that none is missing that a change list names.

        Returns how many objects there are, and their bytes.
        """
        count = size = 0
        for _, raw in self.bundle.contents():
            count += 1
            size += len(raw)
            told(1, len(raw))
        for position in range(self.bundle.index.first, self.last + 1):
            for change in self.landed(position).changes:
                if change.new is not None:
                    self._check_there(change.new, position)
        return count, size

    def stream(
        self, _method: str, rest: str, body: bytes | None, query: Query | None
    ) -> Iterator[bytes]:
        """Yield records in bulk, as a node does."""
        asked = dict(query or {})
        if rest == "/records":
            first, last = int(asked["from"] or 1), min(int(asked["to"] or 0), self.last)
            return _joined(self.log(first, last))
        if rest == "/checkout":
            at, have = asked.get("at"), asked.get("have")
            return _joined(self._checkout(int(at or self.last), int(have or 0)))
        ids = [Digest(one) for one in framing.wanted(body or b"")]
        return _joined(self._fetched(ids, int(asked.get("at") or self.last)))

    def _take_before(self, before: Iterable[bytes], verifier: Verifier) -> None:
        for group in evidence.grouped(before):
            if len(self._groups) + 1 == self.bundle.index.first:
                break
            self._groups.append(group)
            for raw in group:
                verifier.accept(raw)
        if len(self._groups) + 1 != self.bundle.index.first:
            raise _begins_later(self.bundle)

    def _take(self, verifier: Verifier) -> None:
        """Verify the log, and remember where each position is."""
        grouping, offset = Grouping(), self.bundle.index.log.offset
        spots: list[Spot] = []
        for record, raw in self.bundle.log():
            verifier.accept(raw)
            if grouping.begins(raw):
                spots.append((offset, 0))
            begun, count = spots[-1]
            spots[-1] = (begun, count + 1)
            offset += HEADER + len(record.stored)
        self._groups += spots

    def _check_end(self) -> None:
        index, report = self.bundle.index, self.report
        if (index.last, index.record) != (report.position, report.id):
            raise BadBundle("its log ends elsewhere than its index says")

    def _raws(self, position: int) -> Iterable[bytes]:
        spot = self._groups[position - 1]
        return spot if isinstance(spot, list) else map(proven, self.bundle.some_of_log(spot))

    def _built(self, position: int) -> tuple[Digest, dict[Digest, bytes]]:
        files: dict[str, Entry] = {}
        root = EMPTY
        for number in range(1, position + 1):
            landed = self.landed(number)
            root = Digest(landed.record.tree)
            for change in landed.changes:
                if change.new is None:
                    files.pop(change.path, None)
            files |= {change.path: change.new for change in landed.changes if change.new}
        nodes: dict[Digest, bytes] = {}

        def keep(raw: bytes, _replaced: Digest | None) -> Digest:
            nodes[digest_of(raw)] = raw
            return digest_of(raw)

        if tree.build(files.items(), keep) != root:
            raise BadBundle(f"the tree of position {position} does not come of its changes")
        return root, nodes

    def _check_there(self, entry: Entry, position: int) -> None:
        def source(digest: Digest) -> bytes:
            return self.content(digest, position)

        for part, length in contents.spans(entry.id, entry.size, source):
            if self._record(part, position).raw_length != length:
                raise BadBundle(f"object {part.hex()} of position {position} has another size")

    def log(self, first: int, last: int) -> Iterator[Record]:
        """Yield the records of positions `first` to `last`."""
        for position in range(first, last + 1):
            for raw in self._raws(position):
                yield make(Kind.DOCUMENT, raw)

    def _checkout(self, at: int, have: int) -> Iterator[Record]:
        root, source = self.tree(at)
        old, older = self.tree(have)
        known = set(tree.nodes(old, older))
        nodes = self._trees[have][1] | self._trees[at][1]
        for digest in tree.nodes(root, source, known):
            yield make(Kind.TREE, source(digest), digest=digest)
        sent: set[Digest] = set()
        for _, _, entry in tree.diff(old, root, nodes.__getitem__):
            if entry is None:
                continue
            for part in contents.parts(entry.id, entry.size, lambda one: self.content(one, at)):
                if part not in sent:
                    sent.add(part)
                    yield self._record(part, at)

    def _fetched(self, ids: Sequence[Digest], at: int) -> Iterator[Record]:
        for digest in ids:
            nodes = self._trees[at][1] if at in self._trees else {}
            if digest in nodes:
                yield make(Kind.TREE, nodes[digest], digest=digest)
            else:
                yield self._record(digest, at)


class Closed(Connection):
    """Where a node would be, for a project that lies in a file."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.has_token = True
        self.sleep = time.sleep

    def exchange(self, method: str, path: str, *_: object, **__: object) -> bytes:
        """Refuse: nobody is there."""
        verb = "told by" if method == "GET" else "done in"
        raise OnlyAFile(
            f"That cannot be {verb} a bundle: {self.url.removeprefix(FILE)} is a file.",
            hint="Tie a workspace to a node with `mic link ADDRESS`, then it lands there.",
            asked=f"{method} {path}",
        )

    def briefly(self, _seconds: float = 1.0) -> Self:
        """Do nothing: a file answers at once."""
        return self

    def close(self) -> None:
        """Do nothing."""


def opened(
    path: Path,
    before: Iterable[bytes] = (),
    *,
    project_id: str | None = None,
    witnessed: bytes | None = None,
) -> Bundled:
    """Open and verify the bundle at `path`; raises `Missing`, `Conflict`, `BadBundle`."""
    try:
        bundle = Bundle.open(path)
    except FileNotFoundError:
        raise Missing(
            f"There is no bundle {path}.",
            code="bundle.missing",
            hint="In a workspace: `mic link ADDRESS` ties it to a node, or to another bundle.",
            path=str(path),
        ) from None
    try:
        return Bundled(bundle, before, project_id=project_id, witnessed=witnessed)
    except BaseException:
        bundle.close()
        raise


def connection(path: Path, found: Bundled) -> Connection:
    """Return a connection that answers from a bundle."""
    return Answering(found, Closed(f"{FILE}{path}"), "", path.stem)


def _chain(documents: list[bytes]) -> Project:
    try:
        return open_chain(documents)
    except KeysFault as fault:
        raise BadBundle(f"its documents do not hold: {fault}") from fault


def _joined(records: Iterator[Record]) -> Iterator[bytes]:
    parts: list[bytes] = []
    held = 0
    for record in records:
        parts.append(encode(record))
        held += len(parts[-1])
        if held >= CHUNK:
            yield b"".join(parts)
            parts, held = [], 0
    if parts:
        yield b"".join(parts)


def _begins_later(bundle: Bundle) -> Conflict:
    first = bundle.index.first
    return Conflict(
        f"This bundle begins at position {first}; what is before is not in it.",
        code="bundle.begins-later",
        hint="It is for a workspace whose log is kept to there: run `mic verify` in it before, "
        "with its node or first bundle at hand, then `mic link FILE` and `mic sync`.",
        first=first,
    )


def _not_in_it(digest: Digest, at: int, bundle: Bundle) -> StoreFault:
    if bundle.index.first > 1:
        return BadBundle(f"object {digest.hex()} of position {at} came before it begins")
    return BadBundle(f"object {digest.hex()} of position {at} is not in it")
