"""A home that signs what no honest node would write: trees made row by row, and served as its own.

The key is the project's real one, so nothing that a client can check of a signature is amiss.
"""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from aiohttp import ClientSession, web

from keys.statements import transcript as transcripts
from keys.statements.contribution import Contribution, SessionFacts, seal_contribution
from keys.statements.descriptor import Descriptor
from keys.statements.landing import LandingRecord, record_id, seal_landing
from keys.statements.transcript import Transcript
from mic.wire import framing
from mic.wire.messages import Head
from store import nodes
from store.digest import Digest, digest_of
from store.nodes import Mode, Row
from store.records import Kind, Record, encode, make
from tests.support.bundling import a_bundle
from tests.support.mirrors import Home
from tests.support.wire import AT

LINK, FILE, FOLDER = int(Mode.LINK), int(Mode.FILE), int(Mode.DIRECTORY)


@dataclass
class Forged:
    """A tree that nothing was checked of: objects by id, in the order in which they are sent."""

    objects: dict[Digest, Record] = field(default_factory=dict)

    def file(self, name: str, data: bytes = b"evil", mode: int = FILE) -> Row:
        """A row of a file, or of what calls itself one."""
        return (name, mode, self._keep(Kind.BLOB, data), len(data))

    def folder(self, name: str, *rows: Row) -> Row:
        """A row of a directory with these rows, in the order given."""
        return (name, FOLDER, self.node(*rows), sum(row[3] for row in rows))

    def node(self, *rows: Row, level: int = 0) -> Digest:
        """A tree node, whatever is in it."""
        return self._keep(Kind.TREE, nodes.encode(level, rows))

    def inner(self, *children: tuple[Row, ...]) -> Digest:
        """A directory in several nodes, each with these rows."""
        below = [(rows[0][0], len(rows), self.node(*rows), _size(rows)) for rows in children]
        return self.node(*below, level=1)

    def at(self, path: str, data: bytes = b"evil") -> Row:
        """A row of a file far down: `path` is cut at its slashes, and at nothing else."""
        *above, name = path.split("/")
        row = self.file(name, data)
        for folder in reversed(above):
            row = self.folder(folder, row)
        return row

    def sent(self) -> Iterable[Record]:
        """Every object, the nodes first."""
        return sorted(self.objects.values(), key=lambda one: one.kind is not Kind.TREE)

    def _keep(self, kind: Kind, raw: bytes) -> Digest:
        digest = digest_of(raw)
        self.objects[digest] = make(kind, raw, digest=digest)
        return digest


def _size(rows: Iterable[Row]) -> int:
    return sum(row[3] for row in rows)


def _signed(
    home: Home,
    root: Digest,
    position: int,
    *,
    contribution: bytes | None = None,
    by: str | None = None,
) -> bytes:
    """The home's word that the project stands at `root`."""
    record = LandingRecord(
        project=home.project.id,
        position=position,
        previous=None if position == 1 else bytes(32),
        tree=root,
        previous_tree=nodes.EMPTY,
        session="s" * 22,
        contribution=contribution,
        author="ada",
        author_did=by,
        goal="Trust me",
        clock="node",
        landed_at=AT,
    )
    return seal_landing(record, home.forge.node.key)


@asynccontextmanager
async def a_hostile_home(home: Home, forged: Forged, root: Digest) -> AsyncIterator[str]:
    """Answer as the home does, but that its newest landing is of the tree `root`; yield a URL."""
    position = home.position + 1
    record = _signed(home, root, position)
    head = Head(position=position, tree=root.hex(), id=record_id(record).hex(), record=record)

    async def answer(request: web.Request) -> web.StreamResponse:
        body = await request.read()
        if request.path.endswith("/head"):
            return web.Response(body=msgspec.json.encode(head), content_type="application/json")
        if request.path.endswith("/checkout"):
            return web.Response(body=b"".join(map(encode, forged.sent())))
        if request.path.endswith("/objects/fetch"):
            asked = [Digest(one) for one in framing.wanted(body)]
            if all(one in forged.objects for one in asked):
                return web.Response(body=b"".join(encode(forged.objects[one]) for one in asked))
        url = home.door.url + request.path_qs
        async with session.request(request.method, url, data=body or None) as true:
            return web.Response(
                status=true.status, body=await true.read(), content_type=true.content_type
            )

    async with ClientSession() as session, listening(answer) as url:
        yield url


@asynccontextmanager
async def listening(answer) -> AsyncIterator[str]:
    """Answer every request with what `answer` makes of it, on a free port."""
    app = web.Application(client_max_size=1 << 26)
    app.router.add_route("*", "/{rest:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()


def a_hostile_bundle(home: Home, documents: list[bytes], path: Path, rows: list[tuple]) -> Path:
    """Write a bundle whose one landing, signed as it should be, has these rows of a change list."""
    forged = Forged()
    listed = msgspec.msgpack.encode((1, rows))
    said = transcripts.encode(Transcript("s" * 22, "Trust me", (), ()))
    statement = seal_contribution(
        Contribution(
            project=home.project.id,
            base_position=0,
            base_tree=nodes.EMPTY,
            changes=Descriptor(digest_of(listed), len(listed)),
            session=SessionFacts(
                id="s" * 22,
                goal="Trust me",
                started_at=AT,
                finished_at=AT,
                transcript=transcripts.descriptor(said),
            ),
            origin="human",
            model=None,
            tool="mic/1",
            contributor=home.hand.key.did,
        ),
        home.hand.key,
    )
    root = forged.node(forged.file("x"))
    record = _signed(home, root, 1, contribution=digest_of(statement), by=home.hand.key.did)
    log = [make(Kind.DOCUMENT, record), make(Kind.DOCUMENT, statement)]
    log += [make(Kind.BLOB, listed), make(Kind.BLOB, said)]
    contents = [one for one in forged.sent() if one.kind is Kind.BLOB]
    known = {"project": home.project.id, "record": record_id(record)}
    return a_bundle(path, documents, log, contents, **known)
