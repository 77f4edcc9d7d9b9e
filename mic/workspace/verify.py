"""Offline verification of a project's history: nothing is believed that is not signed or computed.

Given the project's documents and, position by position, the landing record, the contribution
statement, the change list and the transcript, this checks that the id is the genesis document's,
that positions count from 1 without gaps, that each record is signed by a home of the project and
names the one before it, that what the contributor signed is what landed, once, and that tree n is
tree n-1 with that change applied and nothing else. The trees are rebuilt here, from empty.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from keys.errors import KeysFault
from keys.statements.descriptor import Descriptor
from keys.statements.equivocation import Equivocation, outlive, prove
from keys.statements.landing import LandingRecord, open_landing
from keys.statements.project import open_chain
from mic.errors import Conflict, Exhausted
from store import changes, contents, following, tree
from store.changes import Change
from store.digest import Digest, digest_of
from store.errors import Absent, StoreFault
from store.following import Line, Vouched

GROUP_MAX = 256 << 20
CHANGES_MAX = 128 << 20
_ENVELOPE = b'{"payload":"'
_SPARE_NODES = 20_000


class Unverified(Conflict):
    """The history does not hold at a position; `reason` says what is wrong there."""

    code = "verify.failed"

    def __init__(self, position: int, reason: str) -> None:
        super().__init__(f"Position {position}: {reason}.", position=position, reason=reason)
        self.position = position
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was verified. `origins` counts landings by origin, `signers` by contributor's key.

    `equivocation` is proof that the home once told this workspace another record.
    """

    project: str
    position: int
    tree: Digest
    id: bytes | None
    origins: dict[str, int]
    signers: dict[str, int]
    equivocation: Equivocation | None


@dataclass(slots=True)
class _Group:
    """One position's record and the objects that came with it."""

    envelope: bytes
    record: LandingRecord
    objects: dict[bytes, bytes] = field(default_factory=dict)
    size: int = 0

    def source(self, digest: Digest) -> bytes:
        """Return an object that came with the record; raises `Absent`."""
        if (raw := self.objects.get(digest)) is None:
            raise Absent(digest)
        return raw


class Verifier:
    """Takes the objects of a history in order and checks them as they come.

    `documents` are the project's envelopes, oldest first; `project_id` is the id that they must
    have; `witnessed` is a landing record that was seen before.
    """

    def __init__(
        self,
        documents: Sequence[bytes],
        project_id: str | None = None,
        witnessed: bytes | None = None,
    ) -> None:
        try:
            self._documents, self._project = documents, open_chain(documents)
            self._witnessed = witnessed and (witnessed, open_landing(witnessed)[0])
        except KeysFault as fault:
            raise Unverified(0, f"the project's documents do not hold: {fault}") from fault
        if project_id is not None and self._project.id != project_id:
            raise Unverified(0, f"the documents are those of {self._project.id}")
        self._group: _Group | None = None
        self._last: bytes | None = None
        self._trees: list[Digest] = [tree.EMPTY]
        self._nodes: dict[Digest, bytes] = {}
        self._nodes_limit = _SPARE_NODES
        self._sessions: set[str] = set()
        self._origins: Counter[str] = Counter()
        self._signers: Counter[str] = Counter()
        self._equivocation: Equivocation | None = None

    @property
    def position(self) -> int:
        """The newest position that is verified."""
        return len(self._trees) - 1

    def accept(self, raw: bytes) -> None:
        """Take the next object; raises `Unverified` as soon as something does not hold."""
        digest = digest_of(raw)
        is_envelope = raw.startswith(_ENVELOPE)
        if is_envelope and (self._group is None or self._group.record.contribution != digest):
            self._close_group()
            self._open_group(raw)
        elif self._group is None:
            raise Unverified(1, "the history does not begin with a landing record")
        else:
            self._collect(self._group, digest, raw)

    def finish(self) -> Report:
        """Check the last position and return what was verified."""
        self._close_group()
        if self._witnessed and self._witnessed[1].position > self.position:
            position = self._witnessed[1].position
            self._contradict(
                self._witnessed[0],
                None,
                position,
                "the node hides it now, which had shown it before",
            )
        return Report(
            project=self._project.id,
            position=self.position,
            tree=self._trees[-1],
            id=self._last,
            origins=dict(self._origins),
            signers=dict(self._signers),
            equivocation=self._equivocation,
        )

    def _open_group(self, raw: bytes) -> None:
        try:
            record = following.record_in(self._project, raw)
        except StoreFault as fault:
            raise self._bad(str(fault)) from fault
        self._group = _Group(raw, record)

    def _collect(self, group: _Group, digest: bytes, raw: bytes) -> None:
        group.size += len(raw)
        if group.size > GROUP_MAX:
            raise Exhausted(f"Position {group.record.position} is too large to verify.")
        group.objects[digest] = raw

    def _close_group(self) -> None:
        group, self._group = self._group, None
        if group is None:
            return
        self._check_witness(group)
        line = self._line()
        try:
            following.check_next(line, group.record)
            self._check_change(line, group)
        except StoreFault as fault:
            raise self._bad(str(fault)) from fault
        self._sessions.add(group.record.session)
        self._last = digest_of(group.envelope)
        self._trees.append(Digest(group.record.tree))
        self._forget_nodes()

    def _line(self) -> Line:
        return Line(
            project=self._project,
            position=self.position,
            id=self._last,
            tree=self._trees[-1],
            tree_at=self._trees.__getitem__,
            has_landed=self._sessions.__contains__,
        )

    def _check_witness(self, group: _Group) -> None:
        if not self._witnessed or self._witnessed[1].position != group.record.position:
            return
        if self._witnessed[0] == group.envelope:
            return
        position = group.record.position
        self._contradict(
            self._witnessed[0],
            group.envelope,
            position,
            "it is another record than the one seen before",
        )

    def _contradict(
        self, witnessed: bytes, shown: bytes | None, position: int, reason: str
    ) -> None:
        """Keep the proof that the witnessed record and what is shown now make, if they make one."""
        with suppress(KeysFault):
            if shown is not None:
                self._equivocation = prove(witnessed, shown)
                return
        try:
            self._equivocation = outlive(witnessed, self._documents, shown)
        except KeysFault as fault:
            raise Unverified(position, reason) from fault

    def _check_change(self, line: Line, group: _Group) -> None:
        record = group.record
        found = following.vouched(line, record, group.objects.get(record.contribution or b""))
        if found is None:
            self._check_unsigned(line, group)
            return
        raw = group.source(Digest(found.said.session.transcript.id))
        following.check_transcript(record, found, raw)
        self._check_tree(line, record, _changes(group, found.said.changes))
        self._count(found)

    def _count(self, found: Vouched) -> None:
        self._origins[found.said.origin] += 1
        self._signers[found.signer] += 1

    def _check_unsigned(self, line: Line, group: _Group) -> None:
        """Without a statement, the change list is whichever object is one and gives the tree."""
        self._origins["unknown"] += 1
        for pieces in _lists(group):
            with suppress(StoreFault):
                listed = b"".join(contents.carried(pieces, CHANGES_MAX))
                self._check_tree(line, group.record, changes.decode(listed))
                return
        raise self._bad("no change list leads to its tree")

    def _check_tree(self, line: Line, record: LandingRecord, listed: Sequence[Change]) -> None:
        following.check_tree(line, record, listed, self._node, self._add_node)

    def _node(self, digest: Digest) -> bytes:
        if (raw := self._nodes.get(digest)) is None:
            raise Absent(digest)
        return raw

    def _add_node(self, raw: bytes, _replaced: Digest | None) -> Digest:
        digest = digest_of(raw)
        self._nodes[digest] = raw
        return digest

    def _forget_nodes(self) -> None:
        """Drop the nodes of older trees, whenever there are more of them than of this one."""
        if len(self._nodes) <= self._nodes_limit:
            return
        alive = set(tree.nodes(self._trees[-1], self._node))
        self._nodes = {digest: self._nodes[digest] for digest in alive if digest in self._nodes}
        self._nodes_limit = 2 * len(self._nodes) + _SPARE_NODES

    def _bad(self, reason: str) -> Unverified:
        return Unverified(self.position + 1, reason)


def _lists(group: _Group) -> Iterator[list[bytes]]:
    """Yield what may be the change list: a large one comes in pieces, before the transcript."""
    found = list(group.objects.values())
    if len(found) > 2:
        yield found[:-1]
    yield from ([one] for one in found)


def _changes(group: _Group, listed: Descriptor) -> tuple[Change, ...]:
    """Return the change list that a statement names; raises `StoreFault`."""
    if listed.size > CHANGES_MAX:
        raise Exhausted(f"Position {group.record.position} is too large to verify.")
    return changes.decode(b"".join(contents.read(Digest(listed.id), listed.size, group.source)))
