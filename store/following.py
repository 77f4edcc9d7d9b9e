"""What must hold between one position of a project and the next: the one copy of these rules.

`mic verify` and every mirror ask here. Nothing is believed that is not signed or computed: that the
record is of this project and signed by the home whose tenure it is, that it is the next one and
names the one before, that what the contributor signed is what landed, and once, and that tree n is
tree n-1 with that change applied and nothing else.

What nobody signed is bound as far as it can be: a change list without a statement is the only one
that leads from tree to tree; a transcript without a statement is what the sender says it is.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from keys.errors import KeysFault
from keys.statements import transcript as transcripts
from keys.statements.contribution import Contribution, open_contribution
from keys.statements.landing import LandingRecord, open_landing
from keys.statements.project import Project
from store import tree
from store.changes import Change
from store.digest import Digest, digest_of
from store.errors import (
    AlteredTree,
    Downgrade,
    Equivocates,
    ForgedAuthor,
    Gap,
    Graft,
    NotHome,
    Outlived,
    Replay,
    StoreFault,
)
from store.nodes import Sink, Source
from store.tree import Mode


@dataclass(frozen=True, slots=True)
class Line:
    """How far a project is verified; `id` is the newest record's, None at position 0.

    `tree_at` gives the tree of each position up to this one, `has_landed` tells whether a session
    is on the line already.
    """

    project: Project
    position: int
    id: bytes | None
    tree: Digest
    tree_at: Callable[[int], Digest]
    has_landed: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Vouched:
    """What a contributor signed about a landing, and the did that did."""

    said: Contribution
    signer: str


def record_in(project: Project, envelope: bytes) -> LandingRecord:
    """Return the landing record in `envelope`, signed by the home whose tenure it is.

    Raises `Downgrade`, `NotHome`, `Outlived` or `Graft`.
    """
    try:
        record, signer = open_landing(envelope)
    except KeysFault as fault:
        raise Downgrade(f"no valid landing record: {fault}") from fault
    if record.project != project.id_at(record.position):
        raise Graft("the record is another project's")
    if project.outlived(record.position, digest_of(envelope), signer):
        if record.project != project.id:
            raise Graft("the record is none that the fork goes on from")
        raise Outlived("the record is signed by a home that the project had left by then")
    if signer != project.home_at(record.position):
        raise NotHome("the record is not signed by a home of the project")
    return record


def check_next(line: Line, record: LandingRecord) -> None:
    """Return if `record` is the one that follows; raise `Gap`, `Replay` or `Equivocates`."""
    if record.position != line.position + 1:
        where = f"the record found here is that of position {record.position}"
        raise Gap(where) if record.position > line.position else Replay(where)
    if record.previous != line.id:
        raise Equivocates("the record does not follow the one before it")
    if record.previous_tree != line.tree:
        raise AlteredTree("the record starts from another tree than the one before it left")
    if line.has_landed(record.session):
        raise Replay("its session landed before")


def vouched(line: Line, record: LandingRecord, statement: bytes | None) -> Vouched | None:
    """Return what the contributor signed, None where nobody did.

    Raises `ForgedAuthor`, `Graft` or `Replay`.
    """
    if record.contribution is None:
        if statement is not None or record.author_did is not None:
            raise ForgedAuthor("its author is named, and did not sign it")
        return None
    if statement is None or digest_of(statement) != record.contribution:
        raise ForgedAuthor("its contribution is not the one that its record names")
    try:
        said, signer = open_contribution(statement)
    except KeysFault as fault:
        raise ForgedAuthor(str(fault)) from fault
    if signer != record.author_did:
        raise ForgedAuthor("its contribution is signed by somebody else than it says")
    _check_contribution(line, record, said)
    return Vouched(said, signer)


def _check_contribution(line: Line, record: LandingRecord, said: Contribution) -> None:
    if said.project != record.project:
        raise Graft("its contribution is to another project")
    if said.base_position > line.position:
        raise ForgedAuthor("its contribution is based on a later position")
    if said.base_tree != line.tree_at(said.base_position):
        raise ForgedAuthor("its contribution is based on another tree")
    if (said.session.id, said.session.goal) != (record.session, record.goal):
        raise Replay("its contribution is of another session")


def check_transcript(record: LandingRecord, found: Vouched | None, raw: bytes) -> None:
    """Return if `raw` is what was said in the session; raise `ForgedAuthor`."""
    try:
        told = transcripts.decode(raw)
    except KeysFault as fault:
        raise ForgedAuthor(str(fault)) from fault
    if found is not None:
        named = found.said.session.transcript
        if (named.id, named.size) != (digest_of(raw), len(raw)):
            raise ForgedAuthor("its transcript is not the one that was signed")
    if told.session != record.session:
        raise ForgedAuthor("its transcript is of another session")


def check_tree(
    line: Line, record: LandingRecord, listed: Sequence[Change], source: Source, sink: Sink
) -> None:
    """Write the tree that the changes make of the one before; raise `AlteredTree` if it differs.

    Nodes come through `source`, which must have those of the tree before, and go into `sink`.
    """
    try:
        _check_before(line.tree, listed, source)
        made = tree.apply(line.tree, _wanted(listed), source, sink) if listed else line.tree
    except StoreFault as fault:
        raise AlteredTree(str(fault)) from fault
    if made != record.tree:
        raise AlteredTree("its tree is not the one before with its change applied")


def _check_before(before: Digest, listed: Sequence[Change], source: Source) -> None:
    for change in listed:
        stood = tree.lookup(before, change.path, source)
        # Safe because a directory that does not give way fails when the change is applied.
        if change.old != (None if stood and stood.mode is Mode.DIRECTORY else stood):
            raise AlteredTree(f"{change.path} was something else before")


def _wanted(listed: Sequence[Change]) -> Mapping[str, tree.Entry | None]:
    return {change.path: change.new for change in listed}
