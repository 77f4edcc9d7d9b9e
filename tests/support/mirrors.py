"""Two nodes on loopback: the home of a project, and one that is to hold it."""

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from node.accounts.model import Account
from node.kernel.forge import Forge
from node.projects.model import Project
from node.replication import rules
from node.replication import verbs as replication
from node.replication.model import Seed, Wish
from p2p.fetch import pull
from store import contents
from store.changes import Change
from store.nodes import Entry, Mode
from store.records import Record, encode
from tests.support.forges import a_forge, a_project, an_account
from tests.support.wire import Door, Hand, a_door, a_token, session_id


@dataclass
class Home:
    """A node with a project of Ada's, on which `land` lands."""

    forge: Forge
    door: Door
    ada: Account
    project: Project
    hand: Hand
    files: dict[str, bytes] = field(default_factory=dict)
    position: int = 0

    @property
    def address(self) -> str:
        return f"{self.door.url}/{self.project.address}"

    async def land(self, **files: bytes | None) -> int:
        """Land these files, None for one that goes; a name's `__` is a slash."""
        return await self.land_all({n.replace("__", "/"): data for n, data in files.items()})

    async def land_all(self, wanted: dict[str, bytes | None]) -> int:
        """Land files by their paths."""
        changes = [
            Change(
                name,
                stood(self.files[name]) if name in self.files else None,
                None if data is None else stood(data),
            )
            for name, data in sorted(wanted.items())
        ]
        path = f"/projects/{self.project.address}"
        large = {n for n, data in wanted.items() if data and len(data) > contents.BLOB_MAX}
        for name in large:
            await self.door.post(f"{path}/objects", b"".join(map(encode, pieces(wanted[name]))))
        fresh = {n: data for n, data in wanted.items() if data is not None and n not in large}
        parts = self.hand.landing(
            session_id(self.position + 1), fresh, base=self.position, changes=changes
        )
        answer = await self.door.post(f"{path}/landings", parts.body())
        assert answer.status == 201, answer.body
        self.files = {p: d for p, d in (self.files | wanted).items() if d is not None}
        self.position += 1
        self.hand = replace(
            self.hand, trees={**self.hand.trees, self.position: bytes.fromhex(answer.json["tree"])}
        )
        return self.position


def pieces(data: bytes) -> list[Record]:
    """The records of a file of any size, its own last."""
    return list(contents.records_of(io.BytesIO(data), len(data)))


def stood(data: bytes) -> Entry:
    """What stands in a tree for a file."""
    return Entry(Mode.FILE, pieces(data)[-1].digest, len(data))


@asynccontextmanager
async def a_home(directory: Path, *, visibility: str = "public") -> AsyncIterator[Home]:
    async with a_forge(directory) as forge, a_door(forge) as door:
        ada = await an_account(forge)
        project = await a_project(forge, ada, visibility=visibility)
        owner = door.as_(await a_token(forge, ada))
        hand = Hand(project, forge.keys.person(ada.did))
        yield Home(forge, owner, ada, project, hand)


async def seeded(forge: Forge, address: str, **wishes) -> Seed:
    """A seed of what is at an address, not pulled yet."""
    return await replication.add(forge, Wish(rules.place(address), **wishes))


async def pulled(forge: Forge, seed: Seed, network=None) -> Seed:
    """The seed after one pull."""
    now = await replication.get(forge, seed.key)
    assert now is not None
    await pull(forge, network, now)
    after = await replication.get(forge, seed.key)
    assert after is not None
    return after


async def head_of(forge: Forge, key: int):
    """Where a project stands on a node."""
    from node.landings import reading
    from node.projects import identity

    def read(tx):
        return reading.head_of(tx, identity.of_key(tx, key))

    return await forge.db.read(read)


__all__ = ["Home", "a_home", "head_of", "pulled", "seeded"]
