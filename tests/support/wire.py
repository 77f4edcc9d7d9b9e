"""A node's sync door on loopback, and somebody who knocks on it with any bytes they like.

`Hand` builds what `mic` would send, honest or not: a landing is made of parts that a test can
replace one by one.
"""

import io
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import msgspec
from aiohttp import ClientSession, web

from keys.ed25519 import PrivateKey
from keys.statements import transcript as transcripts
from keys.statements.contribution import Contribution, SessionFacts, seal_contribution
from keys.statements.descriptor import Descriptor
from keys.statements.transcript import Transcript
from mic.sync import routes
from mic.wire import framing
from mic.wire import messages as wire
from mic.wire.messages import PREFIX
from node.accounts.model import Account
from node.daemon import http
from node.kernel.forge import Forge
from node.projects.model import Project
from node.signin import verbs as signin
from store import changes as change_lists
from store.changes import Change
from store.digest import Digest, digest_of
from store.records import Decoder, Kind, Record, encode, make, opened
from store.tree import EMPTY, Entry, Mode

AT = 1_790_000_000_000


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        return self.json["error"]["code"]

    def records(self) -> dict[bytes, bytes]:
        decoder = Decoder()
        found = {record.digest: opened(record) for record in decoder.feed(self.body)}
        decoder.finish()
        return found


class Door:
    """A client of the sync door; `token` None is anonymous."""

    def __init__(self, url: str, session: ClientSession, token: str | None = None) -> None:
        self.url = url
        self.session = session
        self.token = token

    def as_(self, token: str | None) -> "Door":
        return Door(self.url, self.session, token)

    async def ask(self, method: str, path: str, body=None, **options) -> Answer:
        headers = dict(options.pop("headers", {}))
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if isinstance(body, msgspec.Struct):
            body = msgspec.json.encode(body)
        if isinstance(body, bytes):
            body = io.BytesIO(body)
        url = self.url + PREFIX + path
        async with self.session.request(
            method, url, data=body, headers=headers, **options
        ) as response:
            return Answer(response.status, await response.read(), response.headers.copy())

    async def get(self, path: str, **options) -> Answer:
        return await self.ask("GET", path, **options)

    async def post(self, path: str, body=None, **options) -> Answer:
        return await self.ask("POST", path, body, **options)


@asynccontextmanager
async def a_door(forge: Forge, app: web.Application | None = None) -> AsyncIterator[Door]:
    """The sync door alone, on a free port; `app` is empty so far."""
    app = web.Application() if app is None else app
    routes.add_routes(app, forge)
    runner = http.runner(app)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        async with ClientSession() as session:
            yield Door(f"http://{host}:{port}", session)
    finally:
        await runner.cleanup()


async def a_token(forge: Forge, account: Account, *scopes: str) -> str:
    return await signin.make_token(forge, account, "test", scopes or ("read", "write"))


def blob(data: bytes) -> Record:
    return make(Kind.BLOB, data)


def entry(data: bytes, mode: Mode = Mode.FILE) -> Entry:
    return Entry(mode, digest_of(data), len(data))


def added(files: Mapping[str, bytes]) -> list[Change]:
    return [Change(path, None, entry(files[path])) for path in sorted(files, key=str.encode)]


@dataclass(frozen=True)
class Parts:
    """A landing in parts, before it becomes a body."""

    request: wire.LandRequest
    records: tuple[Record, ...]

    def with_(self, **fields) -> "Parts":
        return replace(self, request=msgspec.structs.replace(self.request, **fields))

    def body(self) -> bytes:
        return framing.land_head(self.request) + b"".join(map(encode, self.records))


@dataclass(frozen=True)
class Hand:
    """Somebody's `mic` for one project, who signs with `key` and knows the `trees` by position."""

    project: Project
    key: PrivateKey
    trees: Mapping[int, Digest] = field(default_factory=dict)

    def landing(
        self,
        session: str,
        files: Mapping[str, bytes],
        *,
        base: int = 0,
        changes: list[Change] | None = None,
        goal: str = "Write it down",
        project_id: str | None = None,
        signed: bool = True,
    ) -> Parts:
        encoded = change_lists.encode(added(files) if changes is None else changes)
        listed = Descriptor(digest_of(encoded), len(encoded))
        said = transcripts.encode(Transcript(session, goal, (), ()))
        statement = seal_contribution(
            Contribution(
                project=project_id or self.project.id,
                base_position=base,
                base_tree=self.trees.get(base, EMPTY),
                changes=listed,
                session=SessionFacts(
                    id=session,
                    goal=goal,
                    started_at=AT,
                    finished_at=AT,
                    transcript=transcripts.descriptor(said),
                ),
                origin="human",
                model=None,
                tool="mic/1",
                contributor=self.key.did,
            ),
            self.key,
        )
        request = wire.LandRequest(
            base=base,
            session=wire.SessionDraft(
                id=session, goal=goal, started_at=AT, finished_at=AT, origin="human"
            ),
            changes=wire.Descriptor(listed.id.hex(), listed.size),
            transcript=said,
            statement=statement if signed else None,
        )
        records = (*map(blob, files.values()), blob(encoded))
        return Parts(request, records)


def session_id(number: int) -> str:
    """A well-formed session id."""
    return f"{number:022d}"
