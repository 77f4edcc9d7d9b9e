"""A node with two people and two projects, behind its sync door."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest

from node.accounts.model import Account
from node.kernel.forge import Forge
from node.landings import verbs as landings
from node.projects.model import Project
from tests.support.forges import a_project, an_account
from tests.support.wire import Door, Hand, a_door, a_token, session_id

FILES = {"README.md": b"# A book\n", "src/one.txt": b"one\n", "src/two.txt": b"two\n"}
SECRET = {"diary.txt": b"nobody knows\n"}


@dataclass(frozen=True)
class World:
    """Ada owns `book` (public) and `diary` (private); Bob is another account here."""

    forge: Forge
    door: Door
    ada: Account
    bob: Account
    book: Project
    diary: Project
    hand: Hand
    token: str
    bobs_token: str

    @property
    def owner(self) -> Door:
        return self.door.as_(self.token)

    @property
    def stranger(self) -> Door:
        return self.door.as_(self.bobs_token)

    @property
    def path(self) -> str:
        return f"/projects/{self.book.address}"

    @property
    def private_path(self) -> str:
        return f"/projects/{self.diary.address}"

    async def head(self) -> tuple[int, bytes]:
        found = await landings.head(self.forge, self.ada.party, self.book)
        return found.position, found.tree


@pytest.fixture
async def empty(forge: Forge) -> AsyncIterator[World]:
    """Nothing has landed yet."""
    ada, bob = await an_account(forge, "ada"), await an_account(forge, "bob")
    book = await a_project(forge, ada, "book")
    diary = await a_project(forge, ada, "diary", visibility="private")
    async with a_door(forge) as door:
        yield World(
            forge=forge,
            door=door,
            ada=ada,
            bob=bob,
            book=book,
            diary=diary,
            hand=Hand(book, forge.keys.person(ada.did)),
            token=await a_token(forge, ada),
            bobs_token=await a_token(forge, bob),
        )


@pytest.fixture
async def world(empty: World) -> World:
    """One landing stands in each project."""
    parts = empty.hand.landing(session_id(1), FILES)
    answer = await empty.owner.post(f"{empty.path}/landings", parts.body())
    assert answer.status == 201, answer.body
    secret = Hand(empty.diary, empty.hand.key).landing(session_id(2), SECRET)
    answer = await empty.owner.post(f"{empty.private_path}/landings", secret.body())
    assert answer.status == 201, answer.body
    _, tree = await empty.head()
    return replace(empty, hand=replace(empty.hand, trees={1: tree}))
