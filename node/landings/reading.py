"""What landings need to read before they decide: on a database thread, given a transaction."""

import functools
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from keys.errors import KeysFault
from keys.statements.contribution import Contribution, open_contribution
from keys.statements.landing import open_landing
from keys.statements.project import open_chain
from node.holdings import reading as holdings
from node.kernel.errors import Denied
from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.landings import rows, rules
from node.landings.model import (
    BadDraft,
    Draft,
    Head,
    Landing,
    LandingDetail,
    NoSuchPosition,
    ObjectsMissing,
)
from node.projects import mirroring
from node.projects.model import Project
from node.signin.verbs import keys_of
from store import changes as change_lists
from store import contents
from store.changes import Change
from store.database import Tx
from store.digest import Digest
from store.errors import Absent, StoreFault
from store.nodes import Source
from store.tree import EMPTY, Entry

PAGE = 500
AT_ONCE = 10_000
"""Changes of which the contents are looked for together."""


def path_seed(forge: Forge) -> int:
    """Return the 32-bit seed of this node's path keys, which nobody outside can guess."""
    return _seed(forge.node.key.seed)


@functools.lru_cache(maxsize=4)
def _seed(secret: bytes) -> int:
    return int.from_bytes(hashlib.sha256(b"micelio path keys\n" + secret).digest()[:4], "big")


def landing_at(tx: Tx, project: Project, position: int) -> Landing:
    """Return the landing at `position`; raises `NoSuchPosition`."""
    found = rows.get(tx, project.key, position)
    if found is None:
        raise NoSuchPosition(position, rows.head(tx, project.key).position)
    return found


def check_author(
    tx: Tx, who: Party, project: Project, said: Contribution, signer: str | None
) -> None:
    """Refuse a statement by a key that is not the asker's, or made on a tree that never was."""
    if signer is None or signer not in keys_of(tx, who):
        raise Denied(
            "landing.unknown-key",
            f"Nothing landed. The key {signer} is not registered for {who.handle}."
            " Run `mic auth login`.",
            did=signer,
        )
    base = said.base_position
    tree = landing_at(tx, project, base).tree if base else EMPTY
    if said.base_tree != tree:
        raise BadDraft(
            "statement-mismatch",
            f"The contribution statement names another tree at @{base} than this project has.",
            field="base tree",
        )


def checked_changes(forge: Forge, tx: Tx, project: Project, draft: Draft) -> tuple[Change, ...]:
    """Return the draft's changes, all they name sent to the project and as large as they say."""
    if draft.changes.size > forge.limits.changes_list:
        raise BadDraft("too-many-changes", "The change list is too large.")
    source = _source(forge, tx, project, draft)
    changes = _decoded(draft, source)
    rules.check_changes(changes, forge.limits)
    _require(forge, tx, project, draft, changes)
    return changes


def _source(forge: Forge, tx: Tx, project: Project, draft: Draft) -> Source:
    """Return a source of what was sent to the project and of what the draft brings along."""
    sent = holdings.source(forge, tx, project.key)

    def source(digest: Digest) -> bytes:
        fresh = draft.fresh.get(digest)
        return fresh[1] if fresh else sent(digest)

    return source


def _decoded(draft: Draft, source: Source) -> tuple[Change, ...]:
    try:
        listed = b"".join(contents.read(Digest(draft.changes.id), draft.changes.size, source))
        return change_lists.decode(listed)
    except Absent as fault:
        raise ObjectsMissing({"(the change list)": Digest(fault.digest)}) from fault
    except StoreFault as fault:
        raise BadDraft("bad-changes", f"The change list is unusable: {fault}") from fault


def _require(
    forge: Forge, tx: Tx, project: Project, draft: Draft, changes: tuple[Change, ...]
) -> None:
    """Raise `ObjectsMissing` or `BadDraft` unless all new content is here in its stated size."""
    fresh = {digest: record.raw_length for digest, (record, _) in draft.fresh.items()}
    _require_all(forge, tx, project, _source(forge, tx, project, draft), fresh, changes)


def require_contents(forge: Forge, tx: Tx, project: Project, changes: Sequence[Change]) -> None:
    """Raise `ObjectsMissing` or `BadDraft` unless all new content was sent to the project.

    What is missing is named only in part where it is much.
    """
    source = holdings.source(forge, tx, project.key)
    for first in range(0, len(changes), AT_ONCE):
        some = changes[first : first + AT_ONCE]
        _require_all(forge, tx, project, source, {}, some)


def _require_all(
    forge: Forge,
    tx: Tx,
    project: Project,
    source: Source,
    fresh: Mapping[Digest, int],
    changes: Sequence[Change],
) -> None:
    new = {change.path: change.new for change in changes if change.new}
    spans = {path: _spans(source, path, entry) for path, entry in new.items()}
    asked = {digest for parts in spans.values() for digest, _ in parts}
    known = {**fresh, **holdings.lengths(forge, tx, project.key, asked - fresh.keys())}
    missing = {
        path: digest for path, parts in spans.items() for digest, _ in parts if digest not in known
    }
    if missing:
        raise ObjectsMissing(missing)
    for path, parts in spans.items():
        if any(known[digest] != length for digest, length in parts):
            raise BadDraft(
                "wrong-size", f"{path} is said to have {new[path].size} bytes; it does not."
            )


def _spans(source: Source, path: str, entry: Entry) -> list[tuple[Digest, int]]:
    """Return the objects that hold the content of `entry`, each with its length."""
    try:
        return contents.spans(entry.id, entry.size, source)
    except Absent as fault:
        raise ObjectsMissing({path: Digest(fault.digest)}) from fault
    except StoreFault as fault:
        raise BadDraft("bad-content", f"The content of {path} is unusable: {fault}") from fault


def moved(
    forge: Forge, tx: Tx, project: Project, path: str, seed: int, base: int, *, itself: bool
) -> int | None:
    """Return the newest position after `base` that truly touched `path`.

    The index is keyed by a hash, so a hit is a candidate: the change list of that landing confirms
    it. Should two paths share a key, every landing after `base` is read.
    """
    hit = rows.moved_since(tx, project.key, rules.path_key(path, seed), base, itself=itself)
    while hit is not None and hit > base:
        if rules.touches(changes_of(forge, tx, landing_at(tx, project, hit)), path):
            return hit
        hit -= 1
    return None


def changes_of(forge: Forge, tx: Tx, landing: Landing) -> tuple[Change, ...]:
    """Return what a landing changed."""

    def source(digest: Digest) -> bytes:
        return forge.objects.get(tx, digest)

    listed = contents.read(Digest(landing.changes.id), landing.changes.size, source)
    return change_lists.decode(b"".join(listed))


def named(forge: Forge, tx: Tx, project: int, first: int, last: int) -> set[Digest]:
    """Return the contents, with their parts, that the landings from `first` to `last` name.

    What is damaged is left out: whoever needs it sends it again anyway.
    """
    found: set[Digest] = set()

    def source(digest: Digest) -> bytes:
        return forge.objects.get(tx, digest)

    for landing in between(tx, project, first, last):
        with suppress(StoreFault):
            found.update(contents.parts(Digest(landing.changes.id), landing.changes.size, source))
            for entry in rules.wanted(changes_of(forge, tx, landing)).values():
                with suppress(StoreFault):
                    found.update(contents.parts(entry.id, entry.size, source))
    return found


def detail(forge: Forge, tx: Tx, landing: Landing, project: Project) -> LandingDetail:
    """Return a landing with its documents; `verified` is decided now, from their bytes."""
    get = forge.objects.get
    record = get(tx, landing.id)
    statement = get(tx, landing.contribution) if landing.contribution else None
    return LandingDetail(
        landing=landing,
        changes=changes_of(forge, tx, landing),
        record=record,
        statement=statement,
        transcript=get(tx, landing.transcript),
        verified=_vouched(forge, tx, project, landing, record, statement),
    )


def is_vouched(forge: Forge, tx: Tx, landing: Landing, project: Project) -> bool:
    """Whether home and author both signed a landing of `project`, looked at now."""
    record = forge.objects.get(tx, landing.id)
    statement = forge.objects.get(tx, landing.contribution) if landing.contribution else None
    return _vouched(forge, tx, project, landing, record, statement)


def _vouched(
    forge: Forge, tx: Tx, project: Project, landing: Landing, record: bytes, statement: bytes | None
) -> bool:
    """Whether home and author both signed this landing of this project."""
    if statement is None:
        return False
    try:
        listed, home = open_landing(record)
        said, signer = open_contribution(statement)
    except KeysFault:
        return False
    return (
        _orders(forge, tx, project, listed.project, home, landing.position)
        and listed.project == said.project
        and listed.position == landing.position
        and listed.contribution == landing.contribution
        and signer == landing.author_did == listed.author_did
        and said.changes == landing.changes
    )


def _orders(forge: Forge, tx: Tx, project: Project, said: str, home: str, position: int) -> bool:
    """Whether `home` was the node to sign this position, for the project with the id `said`."""
    if (said, home) == (project.id, forge.node.did):
        return True
    chain = open_chain(mirroring.documents(forge, tx, project))
    return (chain.id_at(position), chain.home_at(position)) == (said, home)


def head_of(tx: Tx, project: Project) -> Head:
    """Return where `project` stands."""
    return rows.head(tx, project.key)


def history_of(forge: Forge, tx: Tx, project: Project, path: str, until: int) -> list[Landing]:
    """Return the landings up to `until` that changed exactly `path`, oldest first."""
    key = rules.path_key(path, path_seed(forge))
    return [
        landing_at(tx, project, position)
        for position in rows.positions_of(tx, project.key, key, until)
    ]


def last_imported(tx: Tx, project: int) -> int | None:
    """Return the last position that was a commit before, if any was."""
    return rows.last_imported(tx, project)


def imported(tx: Tx, project: int) -> dict[int, str]:
    """Return the commits that positions were, where they were imported."""
    return rows.imported(tx, project)


def unsigned(tx: Tx, project: int, after: int) -> list[Landing]:
    """Return the landings behind a position that were made at the home and that nobody signed."""
    return rows.unsigned(tx, project, after)


def heights(tx: Tx) -> dict[int, int]:
    """Return the newest position of each project, by its key, that anything has landed on."""
    return rows.heads(tx)


def height(tx: Tx, project: int) -> int:
    """Return the newest position of the project with this key."""
    return rows.head(tx, project).position


def has_landed(tx: Tx, project: int, signer: str) -> bool:
    """Whether a landing of a project was signed by a key."""
    return rows.has_landed(tx, project, signer)


def of_session(tx: Tx, project: int, session: str) -> Landing | None:
    """Return the landing that a session became."""
    return rows.of_session(tx, project, session)


def between(tx: Tx, project: int, first: int, last: int) -> list[Landing]:
    """Return the landings from `first` to `last`, both included, newest first."""
    return rows.newest(tx, project, last + 1, last - first + 1)


def changed_between(tx: Tx, project: int, start: int, count: int) -> int:
    """Return how many paths the `count` landings from `start` on changed, counting each time."""
    return rows.changed(tx, project, start, start + count - 1)


def everything(tx: Tx) -> Iterator[tuple[int, Landing]]:
    """Return every landing with its project, in order: the collector keeps what they name."""
    return rows.everything(tx)


def held(tx: Tx, project: int) -> str | None:
    """Return why a project takes no landings now, if it takes none."""
    return rows.held(tx, project)


def hold(tx: Tx, project: int, reason: str) -> None:
    """Let a project take no landings, for a reason that others are told."""
    rows.hold(tx, project, reason)


def release(tx: Tx, project: int) -> None:
    """Let a project take landings again."""
    rows.release(tx, project)


def inherit(tx: Tx, origin: int, project: int, until: int) -> None:
    """Give a fork the landings of its origin up to a position, as they were signed."""
    rows.inherit(tx, origin, project, until)


def carried_until(tx: Tx, project: int, origin: str) -> int:
    """Return the newest landing of `origin` that was carried over to a project, 0 for none."""
    return rows.carried_until(tx, project, origin)


def all_held(tx: Tx) -> list[int]:
    """Return the projects that take no landings now."""
    return rows.all_held(tx)
