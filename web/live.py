"""What happens while somebody looks: server-sent events, for pages that draw themselves anew.

A stream tells that something happened to a project and of which kind, never what: the page asks
for itself again and is told no more than it may be told. Its id is the number of the event, so
that a browser which comes back hears what it missed; a page says in the address of its stream up
to which event it was drawn, so that nothing is lost between the two. Who may look is decided again
before each event, and a stream ends after a while by itself: nobody listens for ever to what was
taken away.
Format: HTML standard, section 9.2.
"""

import asyncio
from collections import Counter
from dataclasses import dataclass, field

import msgspec
from aiohttp import web

from node.kernel import events
from node.kernel.errors import Exhausted, Fault
from node.kernel.events import Event
from node.kernel.forge import Forge
from node.projects import verbs as projects
from node.projects.model import Project
from store.database import Tx
from web.asking import asker, one_of_many
from web.page import FORGE, PARTY, forge_of, party_of

STREAMS = 256
OF_ONE = 32
"""How many streams are one reader's: an account, an IPv4 address, a /64 of IPv6."""

LONGEST_SECONDS = 600.0
BEAT_SECONDS = 20.0
PAUSE_SECONDS = 0.5
RETRY_MS = 2_000
AT_ONCE = 100
BEHIND = 5_000
"""Who missed more than so many events of the node is told to look again, and not each of them."""

FAMILIES = ("landing.", "session.", "project.", "import.")
HEADERS = {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(slots=True)
class Watching:
    """How many streams each reader has open, and whether the node is about to stop."""

    streams: Counter[str] = field(default_factory=Counter)
    is_over: bool = False

    def takes(self, reader: str) -> bool:
        """Whether one more stream of a reader has room."""
        return self.streams.total() < STREAMS and (not reader or self.streams[reader] < OF_ONE)


WATCHING = web.AppKey("web-watching", Watching)


class TooManyWatchers(Exhausted):
    """Enough browsers listen already."""

    def __init__(self) -> None:
        super().__init__(
            "live.full", "Too many pages are watched at once; reload this one by hand."
        )


def add_to(app: web.Application) -> None:
    """Let pages of `app` be watched, until it is about to stop."""
    app[WATCHING] = Watching()
    app.on_shutdown.append(_end)


async def _end(app: web.Application) -> None:
    app[WATCHING].is_over = True
    app[FORGE].bell.ring()


async def following(request: web.Request, shown: Project) -> str:
    """Return where to hear what happens to a project from now on.

    To be asked before what the page shows is read: what happens meanwhile is told, then.
    """
    seq, _ = await forge_of(request).db.read(events.last)
    return f"/{shown.address}/live?after={seq}"


async def project(request: web.Request) -> web.StreamResponse:
    """Tell what happens to a project, until the reader leaves."""
    forge, watching = forge_of(request), request.app[WATCHING]
    shown = await _visible(request)
    reader = one_of_many(request, party_of(request))
    if not watching.takes(reader):
        raise TooManyWatchers
    watching.streams[reader] += 1
    try:
        return await _told(request, forge, shown, watching)
    finally:
        watching.streams -= Counter((reader,))


async def _told(
    request: web.Request, forge: Forge, shown: Project, watching: Watching
) -> web.StreamResponse:
    response = web.StreamResponse(headers=HEADERS)
    seq, missed = await forge.db.read(lambda tx: _beginning(tx, _heard(request)))
    await response.prepare(request)
    await response.write(b"id: %d\nretry: %d\n\n" % (seq, RETRY_MS) + missed)
    loop = asyncio.get_running_loop()
    until = loop.time() + LONGEST_SECONDS
    while not watching.is_over and loop.time() < until:
        rung = forge.bell.count
        seq, news = await forge.db.read(lambda tx, after=seq: _news(tx, shown.key, after))  # type: ignore[misc]
        if news:
            if not await _may_still(request):
                break
            await response.write(b"".join(map(_event, news)))
        await _pause(response, forge, rung)
    return response


async def _visible(request: web.Request) -> Project:
    match = request.match_info
    return await projects.get(
        forge_of(request), party_of(request), match["account"], match["project"]
    )


async def _may_still(request: web.Request) -> bool:
    """Return whether the reader may look by now: a cookie, a role or a visibility may have gone."""
    request[PARTY] = await asker(request)
    try:
        await _visible(request)
    except Fault:
        return False
    return True


def _heard(request: web.Request) -> int | None:
    text = request.headers.get("Last-Event-ID") or request.query.get("after", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else None


def _beginning(tx: Tx, heard: int | None) -> tuple[int, bytes]:
    """Return after which event to go on, and what to say of those that are left out."""
    newest, _ = events.last(tx)
    if heard is None or heard > newest:
        return newest, b""
    if newest - heard <= BEHIND:
        return heard, b""
    return newest, _line(newest, "missed", None)


def _news(tx: Tx, key: int, after: int) -> tuple[int, list[Event]]:
    """Return what happened to a project, and up to which event that is known."""
    found = events.of_project(tx, key, after, AT_ONCE)
    newest = found[-1].seq if len(found) == AT_ONCE else max(after, events.last(tx)[0])
    return newest, [one for one in found if one.kind.startswith(FAMILIES)]


def _event(one: Event) -> bytes:
    position = one.data.get("position")
    return _line(one.seq, one.kind, position if isinstance(position, int) else None)


def _line(seq: int, kind: str, position: int | None) -> bytes:
    data = msgspec.json.encode({"kind": kind, "position": position})
    return b"id: %d\nevent: change\ndata: %b\n\n" % (seq, data)


async def _pause(response: web.StreamResponse, forge: Forge, rung: int) -> None:
    """Wait until something was committed; what follows within moments is told together."""
    try:
        async with asyncio.timeout(BEAT_SECONDS):
            await forge.bell.after(rung)
    except TimeoutError:
        await response.write(b": here\n\n")
    await asyncio.sleep(PAUSE_SECONDS)
