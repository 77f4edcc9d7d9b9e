"""The index follows what happens: files of the newest position, and why each landing was made.

Sessions that have not landed are found by what they say, too.

A project is brought from where its index stands to where it stands, however many landings lie
between: an import of 10,000 is one comparison of two trees. Each step can be done again, so a kill
in between costs time only.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from keys.errors import KeysFault
from keys.statements import transcript as transcripts
from keys.statements.transcript import Decision, Message
from node.kernel.events import Event
from node.kernel.feature import Feature
from node.kernel.forge import Forge
from node.landings import reading
from node.landings.model import Landing
from node.projects import identity
from node.projects.model import Project
from node.search import rows, rules
from node.sessions import verbs as sessions
from store import tree
from store.database import Tx
from store.digest import Digest
from store.errors import StoreFault
from store.tree import EMPTY, Entry, Mode

FILES = 200
FILE_BYTES = 1 << 20
LANDINGS = 50
"""How much is indexed in one transaction: landings wait for it, so it is a fraction of a second."""

FAMILIES = ("landing.", "project.")
SESSIONS = "session."
FORGOTTEN = "landing.forgotten"
LONGEST_GOAL = 2_000
LONGEST_DECISIONS = 8_000
LONGEST_TALK = 16_000

Changed = tuple[str, Entry | None]
"""A path that differs and what is there now."""


@dataclass(frozen=True, slots=True)
class Step:
    """A path and the content that it is to be indexed with; without `entry` it is gone."""

    path: str
    entry: Entry | None
    text: str | None


async def happened(forge: Forge, event: Event) -> None:
    """Bring the index of a project to where the project stands."""
    key = event.project
    if key is None:
        return
    if event.kind.startswith(SESSIONS):
        await forge.db.write(lambda tx: _session(tx, key, str(event.data.get("session"))))
    if not event.kind.startswith(FAMILIES):
        return
    if event.kind == FORGOTTEN:
        await forge.db.write(lambda tx: _forget_landings(tx, key))
    await follow(forge, key)


async def follow(forge: Forge, key: int) -> None:
    """Index what is not indexed yet; take out of the index what is deleted."""
    project = await forge.db.read(lambda tx: identity.of_key(tx, key))
    if project is None:
        await _leave(forge, key)
        return
    if await forge.db.read(lambda tx: rows.project(tx, key)) != _name(project):
        await forge.db.write(lambda tx: rows.set_project(tx, key, *_name(project)))
    await _finish(forge, key)
    position, known = await forge.db.read(lambda tx: rows.state(tx, key))
    head = await forge.db.read(lambda tx: reading.head_of(tx, project))
    if known is not None and (position, known) == (head.position, head.tree):
        return
    await _files(forge, key, known or EMPTY, head.tree)
    await _landings(forge, project, position, head.position)
    await forge.db.write(lambda tx: _done(tx, key, head.position, head.tree))


def _name(project: Project) -> tuple[str, str]:
    """Return what of a project is searched beside its content."""
    return f"{project.handle} {project.name}", project.description


def _done(tx: Tx, key: int, position: int, root: Digest) -> None:
    if identity.of_key(tx, key) is not None:
        rows.set_state(tx, key, position, root)


def _forget_landings(tx: Tx, key: int) -> None:
    """Begin anew with the landings of a project: some of them are others now."""
    position, root = rows.state(tx, key)
    rows.drop_landings(tx, key, 0)
    if position and root is not None:
        rows.set_state(tx, key, 0, root)


# ------------------------------------------------------------------------------------------ files


async def _files(forge: Forge, key: int, old: Digest, new: Digest) -> None:
    """Index how the files of a project differ from those that are indexed."""

    def differences(tx: Tx) -> list[Changed]:
        found = tree.diff(old, new, lambda digest: forge.objects.get(tx, digest))
        return [(path, after) for path, _, after in found]

    batches = _batches(await forge.db.read(differences))
    if len(batches) > 1:
        await forge.db.write(lambda tx: _set_out(tx, key, old, new))
    for batch in batches:
        steps = await forge.db.read(lambda tx, few=batch: _read(forge, tx, few))  # type: ignore[misc]
        await forge.db.write(lambda tx, few=steps: apply(forge, tx, key, few))  # type: ignore[misc]
    await forge.db.write(lambda tx: _arrive(tx, key, new))


async def _finish(forge: Forge, key: int) -> None:
    """Go to the end of a way that was broken off.

    Some files of the tree at its end are indexed: compared with the one at its beginning, a third
    tree would not show them.
    """
    old, new = await forge.db.read(lambda tx: rows.way(tx, key))
    if old is not None and new is not None:
        await _files(forge, key, old, new)


def _set_out(tx: Tx, key: int, old: Digest, new: Digest) -> None:
    if identity.of_key(tx, key) is not None:
        rows.set_state(tx, key, rows.state(tx, key)[0], old, new)


def _arrive(tx: Tx, key: int, new: Digest) -> None:
    if identity.of_key(tx, key) is not None:
        rows.set_state(tx, key, rows.state(tx, key)[0], new)


def _batches(changed: Iterable[Changed]) -> list[list[Changed]]:
    """Part differences so that each part can be held in memory and indexed in little time."""
    parts: list[list[Changed]] = []
    size = FILE_BYTES
    for path, entry in changed:
        weight = entry.size if entry is not None and entry.size <= rules.INDEXED_BYTES else 0
        if not parts or size + weight > FILE_BYTES or len(parts[-1]) == FILES:
            parts.append([])
            size = 0
        parts[-1].append((path, entry))
        size += weight
    return parts


def _read(forge: Forge, tx: Tx, changed: Sequence[Changed]) -> list[Step]:
    return [Step(path, entry, _text(forge, tx, entry)) for path, entry in changed]


def _text(forge: Forge, tx: Tx, entry: Entry | None) -> str | None:
    """Return what of a file is searched; nothing of links, of large and of binary ones."""
    if entry is None or entry.mode is Mode.LINK or not 0 < entry.size <= rules.INDEXED_BYTES:
        return None
    if rows.blob(tx, entry.id) is not None:
        return ""
    return _content(forge, tx, entry.id)


def _content(forge: Forge, tx: Tx, digest: Digest) -> str | None:
    """Return the text of a content, which is one blob: nothing as large as two is searched."""
    try:
        return rules.searchable(forge.objects.get(tx, digest))
    except StoreFault:
        return None  # A seed of some depth has not every file; what comes later is indexed then.


def apply(forge: Forge, tx: Tx, project: int, steps: Sequence[Step]) -> None:
    """Index some paths of a project as they are by now; to do so again changes nothing."""
    if identity.of_key(tx, project) is None:
        return
    left: set[int] = set()
    for step in steps:
        before = rows.file(tx, project, step.path)
        blob = _blob(forge, tx, step)
        if before is None:
            if step.entry is not None:
                rows.add_file(tx, project, step.path, blob)
            continue
        key, old, _ = before
        if step.entry is None:
            rows.drop_file(tx, key, old)
        elif old != blob:
            rows.move_file(tx, key, old, blob)
        if old is not None:
            left.add(old)
    _clear(forge, tx, left)


def _blob(forge: Forge, tx: Tx, step: Step) -> int | None:
    """Return the key of a file's content in the index, where it is put if need be."""
    if step.entry is None or step.text is None:
        return None
    known = rows.blob(tx, step.entry.id)
    if known is not None:
        return known
    text = step.text or _content(forge, tx, step.entry.id)
    return rows.add_blob(tx, step.entry.id, text, rules.parts(text)) if text else None


def _clear(forge: Forge, tx: Tx, keys: set[int]) -> None:
    """Take out of the index what no file holds any more.

    The index has no copy of a text, so it is told once more what it is to forget.
    """
    for key, digest in rows.unused(tx, keys):
        text = _content(forge, tx, digest)
        if text is not None:
            rows.drop_blob(tx, key, text, rules.parts(text))


async def _leave(forge: Forge, key: int) -> None:
    """Take a deleted project out of the index."""

    def some(tx: Tx) -> bool:
        paths = rows.files(tx, key, FILES)
        left: set[int] = set()
        for path in paths:
            found = rows.file(tx, key, path)
            if found is not None:
                rows.drop_file(tx, found[0], found[1])
                left |= {found[1]} if found[1] is not None else set()
        _clear(forge, tx, left)
        if not paths:
            rows.drop_project(tx, key)
        return bool(paths)

    while await forge.db.write(some):
        pass


# ---------------------------------------------------------------------------------------- reasons


async def _landings(forge: Forge, project: Project, done: int, head: int) -> None:
    if done > head:
        await forge.db.write(lambda tx: rows.drop_landings(tx, project.key, head))
    for first in range(done + 1, head + 1, LANDINGS):
        last = min(first + LANDINGS - 1, head)
        said = await forge.db.read(lambda tx, a=first, b=last: _said(forge, tx, project, a, b))  # type: ignore[misc]
        await forge.db.write(lambda tx, few=said: _add(tx, project.key, few))  # type: ignore[misc]


def _said(
    forge: Forge, tx: Tx, project: Project, first: int, last: int
) -> list[tuple[int, str, tuple[str, str, str]]]:
    found = reading.between(tx, project.key, first, last)
    return [(one.position, one.session, _words(forge, tx, one)) for one in found]


def _words(forge: Forge, tx: Tx, landing: Landing) -> tuple[str, str, str]:
    """Return goal, decisions and conversation of a landing, as much as is searched."""
    try:
        said = transcripts.decode(forge.objects.get(tx, landing.transcript))
    except (KeysFault, StoreFault):
        return _shortened(landing.goal, (), ())
    return _shortened(landing.goal, said.decisions, said.conversation)


def _shortened(
    goal: str, decisions: Sequence[Decision], conversation: Sequence[Message]
) -> tuple[str, str, str]:
    """Return goal, decisions and conversation, as much as is searched."""
    decided = "\n".join(f"{one.text}\n{one.why}" for one in decisions)
    talk = "\n".join(one.text for one in conversation)
    return goal[:LONGEST_GOAL], decided[:LONGEST_DECISIONS], talk[:LONGEST_TALK]


def _add(tx: Tx, key: int, said: Sequence[tuple[int, str, tuple[str, str, str]]]) -> None:
    if identity.of_key(tx, key) is None:
        return
    for position, session, words in said:
        rows.drop_session(tx, key, session)
        rows.add_landing(tx, key, position, *words)


def _session(tx: Tx, key: int, name: str) -> None:
    """Index what a session says by now; one that has landed is found as a landing."""
    if identity.of_key(tx, key) is None:
        return
    rows.drop_session(tx, key, name)
    said = sessions.said(tx, key, name)
    if said is not None:
        words = _shortened(said.goal, said.decisions, said.conversation)
        rows.add_session(tx, key, name, *words)


FEATURE = Feature("search", subscribers={"search": happened})
