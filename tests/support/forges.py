"""A real node's inside for tests: real SQLite, real keys, real packs; only the clock is held."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import node
from keys.ed25519 import PrivateKey
from node.accounts import verbs as accounts
from node.accounts.model import Account
from node.kernel.clock import HybridClock
from node.kernel.errors import Missing
from node.kernel.forge import Forge, NodeIdentity
from node.kernel.keys import KeyStore
from node.kernel.limits import Limits
from node.kernel.parties import ANONYMOUS
from node.projects import verbs as projects
from node.projects.model import NewProject, Project
from store.database import Database
from store.objects import Objects

MIGRATIONS = Path(node.__file__).parent / "migrations"
START_MS = 1_790_000_000_000
KEEPER = "keeper"


class HeldClock:
    """Wall time that stands still until a test moves it."""

    def __init__(self, now_ms: int = START_MS) -> None:
        self.now_ms = now_ms

    def __call__(self) -> int:
        return self.now_ms

    def move(self, ms: int) -> None:
        self.now_ms += ms


@asynccontextmanager
async def a_forge(
    directory: Path,
    *,
    now: HeldClock | None = None,
    limits: Limits | None = None,
    url: str = "http://127.0.0.1:7070",
    name: str = "test",
) -> AsyncIterator[Forge]:
    """A forge whose data lies in `directory`; opened again there, it is the same node."""
    keys = KeyStore(directory / "keys")
    key: PrivateKey = keys.node()
    identity = NodeIdentity(key, name, url)
    db = await _opened(directory / "node.db")
    try:
        objects = await Objects.open(db, directory / "objects")
        try:
            yield Forge(
                db=db,
                objects=objects,
                node=identity,
                keys=keys,
                clock=HybridClock(identity.number),
                now=now or HeldClock(),
                cache=directory / "cache",
                limits=limits or Limits(),
            )
        finally:
            await objects.close()
    finally:
        await db.close()


_fresh: list[bytes] = []
"""A database right after its migrations, kept for the next test: they cost 30 ms a time."""


async def _opened(path: Path) -> Database:
    if _fresh and not path.exists():
        path.write_bytes(_fresh[0])
    elif not _fresh:
        directory = path.with_name("fresh")
        directory.mkdir()
        await (await Database.open(directory / path.name, MIGRATIONS)).close()
        _fresh.append((directory / path.name).read_bytes())
        shutil.rmtree(directory)
    return await Database.open(path, MIGRATIONS)


async def the_keeper(forge: Forge) -> Account:
    """The node's owner, an admin, made at the first call."""
    try:
        return await accounts.get(forge, KEEPER)
    except Missing:
        return await accounts.create(forge, ANONYMOUS, KEEPER)


async def an_account(forge: Forge, handle: str = "ada", *, is_admin: bool = False) -> Account:
    """The account of `handle`, made at the first call; never the node's owner."""
    try:
        return await accounts.get(forge, handle)
    except Missing:
        keeper = await the_keeper(forge)
        return await accounts.create(forge, keeper.party, handle, is_admin=is_admin)


async def a_project(
    forge: Forge, account: Account, handle: str = "book", *, visibility: str = "public"
) -> Project:
    """A new, empty project of `account`."""
    new = NewProject(handle=handle, visibility=visibility)
    return await projects.create(forge, account.party, account.handle, new)
