"""A mirror serves the history that git has at the home, or none: never one of its own."""

import pytest

from node.imports import stream
from node.imports import verbs as imports
from node.imports.model import CommitsElsewhere, Kept
from node.kernel.parties import ANONYMOUS
from store.errors import BadManifest
from store.records import Kind, make
from tests.node.imports.test_importing import told
from tests.support.drafts import a_landing
from tests.support.followers import accept, followed, groups_of, send_contents, two_nodes
from tests.support.forges import a_project, an_account
from tests.support.gits import Gits

pytestmark = pytest.mark.slow


@pytest.fixture
async def nodes(tmp_path):
    async with two_nodes(tmp_path) as both:
        yield both


async def heads(forge, project, who=ANONYMOUS) -> list[str]:
    """The commits of the line, newest first."""
    async with imports.repository(forge, who, project) as path:
        gits = Gits.__new__(Gits)
        gits.path = path
        return gits.line()


async def test_a_mirror_of_landings_makes_the_commits_that_the_home_makes(nodes):
    home, mirror = nodes
    ada = await an_account(home)
    book = await a_project(home, ada)
    await a_landing(home, ada, book, {"a": b"1\n"})
    await a_landing(home, ada, book, {"b": b"2\n"})
    copy = await followed(home, mirror, book)
    assert await heads(mirror, copy) == await heads(home, book)


async def test_a_mirror_of_a_push_makes_no_commits_of_its_own(nodes, tmp_path):
    home, mirror = nodes
    ada = await an_account(home)
    book = await a_project(home, ada)
    await a_landing(home, ada, book, {"a": b"1\n"})
    copy = await followed(home, mirror, book)
    (first,) = await heads(mirror, copy)
    gits = Gits(tmp_path / "a.git")
    async with imports.repository(home, ada.party, book) as path:
        gits.git("fetch", "-q", str(path), "+main:main")
    new = gits.main(gits.commit({"a": b"1\n", "b": b"2\n"}, first, message=b"Pushed\n"))
    await imports.receive(home, ada.party, book, gits.path, first, new, told)
    assert (await heads(home, book))[-1] == new
    await send_contents(home, mirror, book, copy)
    await accept(mirror, copy, await groups_of(home, book, first=2))
    with pytest.raises(CommitsElsewhere) as refused:
        await heads(mirror, copy)
    assert refused.value.details["position"] == 2


async def test_what_is_longer_than_it_is_said_to_be_is_no_command_to_git(nodes, tmp_path):
    forge, _ = nodes
    gits = Gits(tmp_path / "a.git")
    commit = gits.main(gits.commit({"a": b"1\n"}))
    evil = b"x\nreset refs/heads/evil\nfrom %b\n" % commit.encode()
    record = make(Kind.BLOB, evil)
    await forge.objects.ingest([record])
    with pytest.raises(BadManifest):
        await stream.contents_told(forge, gits.path, [Kept("blob", record.digest, 1)])
    assert gits.git("for-each-ref", "--format=%(refname)").split() == [b"refs/heads/main"]
