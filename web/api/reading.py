"""What a project holds and how it came to be: files, landings, sessions, blame."""

import asyncio
import base64
from collections.abc import Iterator, Sequence
from typing import Literal, cast

from node.kernel.errors import Invalid
from node.landings import verbs as landings
from node.landings.model import Landing
from node.sessions import verbs as sessions
from node.sessions.model import Session
from node.trees import verbs as trees
from store.changes import Change
from store.lines import hunks, is_binary, split
from store.tree import Mode
from web.api import contents, shapes
from web.api.model import Asked, Reply
from web.api.projects import page_number, project_of

LARGEST = 1 << 20
LARGEST_SIDE = 200_000
FILES = 300
LINES = 5_000
"""How many lines one difference tells; the files after that are only named."""

_MODES: dict[Mode, shapes.Mode] = {
    Mode.FILE: "file",
    Mode.EXECUTABLE: "executable",
    Mode.LINK: "link",
    Mode.DIRECTORY: "directory",
}
Origin = Literal["human", "ai-assisted", "ai-generated", "unknown"]


async def root(asked: Asked) -> Reply:
    """List what stands at the top of a project."""
    return await _listed(asked, "")


async def listing(asked: Asked) -> Reply:
    """List a directory."""
    return await _listed(asked, asked.named("path"))


async def _listed(asked: Asked, path: str) -> Reply:
    project = await project_of(asked)
    at = (await trees.view(asked.forge, asked.who, project, asked.query.at)).position
    found = await trees.listing(asked.forge, asked.who, project, at, path)
    shown = [contents.Entry(name, _MODES[e.mode], e.id.hex(), e.size) for name, e in found]
    return Reply(contents.Tree(at, path, shown))


async def file(asked: Asked) -> Reply:
    """Return a file of at most a mebibyte; larger ones are at `/ACCOUNT/PROJECT/raw/PATH`."""
    project, path = await project_of(asked), asked.named("path")
    at = (await trees.view(asked.forge, asked.who, project, asked.query.at)).position
    entry = await trees.entry(asked.forge, asked.who, project, at, path)
    raw = await trees.read(asked.forge, asked.who, project, at, path, LARGEST)
    text = _text(raw)
    return Reply(
        contents.File(
            position=at,
            path=path,
            mode=_MODES[entry.mode],
            id=entry.id.hex(),
            size=entry.size,
            text=text,
            base64=base64.b64encode(raw).decode() if text is None else None,
        )
    )


def _text(raw: bytes) -> str | None:
    try:
        return None if is_binary(raw) else raw.decode()
    except UnicodeDecodeError:
        return None


async def blame(asked: Asked) -> Reply:
    """Say of each line of a file which landing brought it, and why."""
    project, path = await project_of(asked), asked.named("path")
    lines = await trees.blame(asked.forge, asked.who, project, asked.query.at, path)
    reasons = {line.reason.position: line.reason for line in lines}
    told = [
        contents.Reason(
            one.position,
            one.goal,
            one.author,
            cast("Origin", one.origin),
            one.session,
            one.landed_at,
            [contents.Decision(d.text, d.why, d.at) for d in one.decisions],
        )
        for _, one in sorted(reasons.items(), reverse=True)
    ]
    shown = [contents.BlameLine(line.number, line.text, line.reason.position) for line in lines]
    return Reply(contents.Blame(path, shown, told))


async def log(asked: Asked) -> Reply:
    """List landings, newest first; with `path`, those that changed it."""
    project, query = await project_of(asked), asked.query
    before = page_number(query.cursor) if query.cursor else None
    found = await landings.log(asked.forge, asked.who, project, before, query.limit, query.path)
    is_full = len(found) == query.limit and found[-1].position > 1
    following = str(found[-1].position) if is_full else None
    return Reply(contents.Landings([_landing(one) for one in found], following), following)


async def landing(asked: Asked) -> Reply:
    """Return a landing with its session."""
    project = await project_of(asked)
    found = await landings.detail(asked.forge, asked.who, project, position_of(asked))
    said = await sessions.get(asked.forge, asked.who, project, found.landing.session)
    return Reply(contents.LandingDetail(_landing(found.landing), found.verified, _session(said)))


async def changes(asked: Asked) -> Reply:
    """Return what a landing changed, by lines."""
    project = await project_of(asked)
    found = await landings.detail(asked.forge, asked.who, project, position_of(asked))
    return await _diff(asked, found.changes)


async def compare(asked: Asked) -> Reply:
    """Return what differs between two positions, by lines."""
    project, query = await project_of(asked), asked.query
    return await _diff(
        asked, await trees.diff(asked.forge, asked.who, project, query.old, query.new)
    )


async def listed(asked: Asked) -> Reply:
    """List sessions, newest first, without what was said in them."""
    project, query = await project_of(asked), asked.query
    found = await sessions.listed(
        asked.forge, asked.who, project, query.status, query.cursor or None, query.limit
    )
    following = found[-1].id if len(found) == query.limit else None
    return Reply(contents.Sessions([_session(one) for one in found], following), following)


async def session(asked: Asked) -> Reply:
    """Return a session with its conversation and decisions."""
    project = await project_of(asked)
    found = await sessions.get(asked.forge, asked.who, project, asked.named("session"))
    return Reply(_session(found))


def position_of(asked: Asked) -> int:
    """Return the position that the address names; raise `Invalid`."""
    text = asked.named("position")
    if not (text.isascii() and text.isdigit()) or len(text) > 12:
        raise Invalid("request.bad-number", f"{text[:40]!r} is not a position.")
    return int(text)


async def _diff(asked: Asked, found: Sequence[Change]) -> Reply:
    project, shown = await project_of(asked), found[:FILES]
    sides = await trees.sides(asked.forge, asked.who, project, shown, LARGEST_SIDE)

    def make() -> list[contents.FileDiff]:
        left, made = LINES, []
        for change, (old, new) in zip(shown, sides, strict=True):
            made.append(_file(change, old, new, left))
            left -= len(made[-1].lines)
        return made

    return Reply(contents.Diff(await asyncio.to_thread(make), len(shown) == len(found)))


def _file(change: Change, old: bytes | None, new: bytes | None, left: int) -> contents.FileDiff:
    note = _note(change, old, new)
    lines = [] if note else list(_lines(old or b"", new or b""))
    added = sum(line.kind == "added" for line in lines)
    is_short = len(lines) <= left
    return contents.FileDiff(
        path=change.path,
        kind="added" if change.old is None else "removed" if change.new is None else "changed",
        added=added,
        removed=len(lines) - added,
        lines=lines if is_short else [],
        note=note if is_short else "More lines than one answer tells.",
    )


def _note(change: Change, old: bytes | None, new: bytes | None) -> str:
    if (change.old and old is None) or (change.new and new is None):
        return "Too large to be compared here."
    return "Binary." if is_binary(old or b"") or is_binary(new or b"") else ""


def _lines(old: bytes, new: bytes) -> Iterator[contents.DiffLine]:
    before, after = split(old), split(new)
    for hunk in hunks(old, new):
        for number in range(hunk.old_start, hunk.old_end):
            yield contents.DiffLine("removed", number + 1, _line(before[number]))
        for number in range(hunk.new_start, hunk.new_end):
            yield contents.DiffLine("added", number + 1, _line(after[number]))


def _line(raw: bytes) -> str:
    return raw.decode("utf-8", "replace").removesuffix("\n")


def _landing(one: Landing) -> contents.Landing:
    return contents.Landing(
        position=one.position,
        id=one.id.hex(),
        tree=one.tree.hex(),
        goal=one.goal,
        author=one.author,
        origin=cast("Origin", one.origin),
        model=one.model,
        session=one.session,
        changed=one.changed,
        landed_at=one.landed_at,
    )


def _session(one: Session) -> contents.Session:
    return contents.Session(
        id=one.id,
        status=one.status.value,
        goal=one.goal,
        author=one.author_handle,
        base=one.base_position,
        position=one.position,
        origin=cast("Origin", one.origin),
        model=one.model,
        started_at=one.started_at,
        landed_at=one.landed_at,
        conversation=[contents.Said(turn.role, turn.text, turn.at) for turn in one.conversation],
        decisions=[contents.Decision(d.text, d.why, d.at) for d in one.decisions],
    )
