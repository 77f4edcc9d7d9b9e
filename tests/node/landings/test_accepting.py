"""A mirror becomes what its home is, row by row, and takes nothing that does not follow."""

import pytest

from keys.statements.transcript import Decision
from node.kernel.parties import ANONYMOUS
from node.landings import verbs as landings
from node.projects import verbs as projects
from node.trees import verbs as trees
from tests.support.drafts import a_landing
from tests.support.followers import followed, two_nodes
from tests.support.forges import a_project, an_account

WHY = (Decision("Use it", "It is there", 1),)


@pytest.fixture
async def nodes(tmp_path):
    async with two_nodes(tmp_path) as both:
        yield both


async def a_book(home):
    """A project of ada's with some landings: changed, removed, moved, unsigned, decided."""
    ada = await an_account(home)
    book = await a_project(home, ada)
    await a_landing(home, ada, book, {"README.md": b"# A book\n", "src/a.txt": b"one\ntwo\n"})
    await a_landing(
        home, ada, book, {"src/a.txt": b"one\n2\n"}, goal="Count\n\nProperly.", decisions=WHY
    )
    await a_landing(
        home, ada, book, {"src/a.txt": None, "src/b.txt": b"one\n2\n"}, origin="ai-assisted"
    )
    await a_landing(home, ada, book, {"src/b.txt": b"one\n2\n3\n"}, signed=False)
    await a_landing(home, ada, book, {"src/b.txt": None, "src/b.txt/c": b"x"})
    return ada, book


async def test_a_mirror_says_what_its_home_says(nodes):
    home, mirror = nodes
    _, book = await a_book(home)
    copy = await followed(home, mirror, book)
    assert copy.is_mirror
    assert copy.home == home.node.did
    assert (copy.id, copy.name, copy.visibility) == (book.id, book.name, book.visibility)
    assert copy.address == f"ada@{(await an_account(home)).did[-8:]}/book"
    assert await projects.get(mirror, ANONYMOUS, *copy.address.split("/")) == copy
    for ask in (
        lambda forge, one: landings.log(forge, ANONYMOUS, one),
        lambda forge, one: landings.detail(forge, ANONYMOUS, one, 2),
        lambda forge, one: trees.diff(forge, ANONYMOUS, one, 1, None),
        lambda forge, one: trees.listing(forge, ANONYMOUS, one, None, "src"),
        lambda forge, one: trees.blame(forge, ANONYMOUS, one, 4, "src/b.txt"),
        lambda forge, one: landings.followed(forge, ANONYMOUS, one, "src/b.txt", 5),
        lambda forge, one: projects.documents(forge, ANONYMOUS, one),
    ):
        assert await ask(mirror, copy) == await ask(home, book)
