"""A home that means harm signs any tree: `mic` writes nothing outside the workspace for it.

Everything but the workspace and what `mic` keeps of its own is compared before and after.
"""

import asyncio
import json
import shutil

import msgspec
import pytest

from mic.wire.messages import Documents
from store.digest import digest_of
from tests.support.hostile_home import (
    FOLDER,
    LINK,
    Forged,
    a_hostile_bundle,
    a_hostile_home,
    listening,
)
from tests.support.mic import Person, files_of
from tests.support.mirrors import a_home

pytestmark = pytest.mark.journey

MISTAKE = "unexpected"
NAMES = {
    "mic's own": ".mic/workspace.json",
    "mic's own, in capitals": ".MIC/lock",
    "above": "../x",
    "far above": "a/../../x",
    "here": "./x",
    "git's": ".git/hooks/post-checkout",
    "git's, below": "sub/.git/config",
    "git's to NTFS": "GIT~1/config",
    "git's to HFS+": ".g\u200cit/config",
    "an empty name": "a//x",
    "a NUL": "a\0b",
    "a backslash": "..\\x",
    "a long name": "n" * 256,
    "a deep path": "/".join(["d"] * 129),
    "a long path": "/".join(["d" * 200] * 21),
}


def one_at(path):
    def made(forged, _victim):
        return forged.node(forged.at(path))

    return made


def absolute(forged, victim):
    return forged.node(forged.file(f"{victim}/x"))


def twice(forged, victim):
    link = forged.file("a", str(victim).encode(), LINK)
    return forged.node(link, forged.folder("a", forged.file("x")))


def over_two_nodes(forged, victim):
    """A link, and a directory of its name: each in a node of its own, and both in order."""
    link = forged.file("z", str(victim).encode(), LINK)
    folder = forged.folder("z", forged.file("x"))
    return forged.inner((forged.file("a"), link), (forged.file("b"), folder))


def over_two_nodes_the_link_last(forged, victim):
    folder = forged.folder("z", forged.file("x"))
    link = forged.file("z", str(victim).encode(), LINK)
    return forged.inner((forged.file("a"), folder), (forged.file("b"), link))


def of_mode(mode):
    return lambda forged, _: forged.node(forged.file("x", mode=mode))


def no_node(forged, _victim):
    return forged.node(("x", FOLDER, forged.file("y")[2], 4))


def endlessly_deep(forged, _victim):
    row = forged.file("x")
    for _ in range(10_000):
        row = forged.folder("d", row)
    return forged.node(row)


def endlessly_many(forged, _victim):
    """Two to the 60th files, in sixty nodes."""
    rows = (forged.file("a", b""), forged.file("b", b""))
    for _ in range(60):
        rows = (forged.folder("a", *rows), forged.folder("b", *rows))
    return forged.node(*rows)


def link_to(target):
    return lambda forged, _: forged.node(forged.file("a", target, LINK))


TREES = {
    **{name: one_at(path) for name, path in NAMES.items()},
    "an absolute path": absolute,
    "a link and a directory of one name": twice,
    "the same, over two nodes": over_two_nodes,
    "the same, the link last": over_two_nodes_the_link_last,
    "no mode": of_mode(0),
    "a mode nobody knows": of_mode(7),
    "a file for a directory": no_node,
    "10,000 deep": endlessly_deep,
    "2^60 files": endlessly_many,
    "a link with a NUL": link_to(b"/tmp\0x"),
    "a link to nothing": link_to(b""),
    "a link too long": link_to(b"x" * 4096),
}


@pytest.fixture
def place(tmp_path):
    """Where somebody works, between things that are none of the project's."""
    work, victim = tmp_path / "out/work", tmp_path / "out/victim"
    for folder in (work / ".git/hooks", victim):
        folder.mkdir(parents=True)
    (victim / "kept").write_text("kept")
    return work


@pytest.fixture
def mallory(tmp_path):
    # What would never end, ends for want of memory.
    return Person(tmp_path / "mic", ("prlimit", "--as=1500000000"))


def outside(place):
    """Everything around, but for the workspace `there`."""
    return {
        name: what
        for name, what in files_of(place.parent).items()
        if not name.startswith("work/there/")
    }


async def said(person, *words, at):
    """What a command answers: the code of its refusal, or None."""
    ran = await asyncio.to_thread(person.mic, *words, "--json", at=at)
    told = json.loads(ran.out)
    return None if told["ok"] else told["error"]["code"]


async def evil(home, tree, victim):
    forged = Forged()
    return a_hostile_home(home, forged, tree(forged, victim))


@pytest.mark.parametrize("tree", TREES)
async def test_a_clone_of_a_hostile_tree_writes_nothing(tmp_path, place, mallory, tree):
    victim = place.parent / "victim"
    async with (
        a_home(tmp_path / "home") as home,
        await evil(home, TREES[tree], victim) as url,
    ):
        before = outside(place)
        address = f"{url}/{home.project.address}"
        assert await said(mallory, "clone", address, "there", at=place) not in (None, MISTAKE)
        assert outside(place) == before
        assert not (place / "there").exists()


@pytest.mark.parametrize("tree", TREES)
async def test_a_sync_to_a_hostile_tree_writes_nothing(tmp_path, place, mallory, tree):
    victim = place.parent / "victim"
    async with a_home(tmp_path / "home") as home:
        await home.land(a=b"a", src__x=b"honest")
        async with await evil(home, TREES[tree], victim) as url:
            node = ("clone", f"{home.address}", "there")
            assert await said(mallory, *node, at=place) is None
            address = f"{url}/{home.project.address}"
            there = place / "there"
            assert await said(mallory, "link", address, at=there) is None
            before = outside(place)
            assert await said(mallory, "sync", at=there) not in (None, MISTAKE)
            assert outside(place) == before
            assert await said(mallory, "status", at=there) is None


async def test_links_that_lead_out_are_made_and_never_followed(tmp_path, place, mallory):
    victim = place.parent / "victim"

    def tree(forged, _):
        links = {"a": str(victim), "b": ".mic", "c": "../../victim", "d": ".git", "e": "e"}
        return forged.node(*(forged.file(n, to.encode(), LINK) for n, to in links.items()))

    async with a_home(tmp_path / "home") as home, await evil(home, tree, victim) as url:
        before = outside(place)
        address = f"{url}/{home.project.address}"
        assert await said(mallory, "clone", address, "there", at=place) is None
        there = place / "there"
        for name in ("a/x", "b/x", "c/x", "d/x", "e/x", "a", ".git/x", ".mic/x", "../x"):
            assert await said(mallory, "write", name, at=there) not in (None, MISTAKE)
        assert await said(mallory, "session", "start", "Try", at=there) is None
        for name in ("a/x", "b/x", "c/x", "d/x", "e/x", "a", ".git/x", ".mic/x", "../x"):
            assert await said(mallory, "write", name, at=there) not in (None, MISTAKE)
        assert outside(place) == before
        assert {path.name for path in there.iterdir()} == {"a", "b", "c", "d", "e", ".mic"}


@pytest.mark.parametrize("strategy", ["ours", "theirs"])
@pytest.mark.parametrize("names", [{"x", "y"}, set()])
async def test_a_link_that_was_put_in_the_workspace_is_never_followed(
    tmp_path, place, mallory, strategy, names
):
    victim = place.parent / "victim"
    for name in names:
        (victim / name).write_text("honest")
    async with a_home(tmp_path / "home") as home:
        await home.land(src__x=b"honest", src__y=b"honest")
        there = place / "there"
        assert await said(mallory, "clone", home.address, "there", at=place) is None
        await home.land(src__x=b"other", src__z=b"new", src__y=None)
        (there / "src/x").unlink()
        (there / "src/y").unlink()
        (there / "src").rmdir()
        (there / "src").symlink_to(victim)
        before = outside(place)
        told = [
            await said(mallory, *words, at=there)
            for words in (
                ("sync",),
                ("sync", "-s", strategy),
                ("session", "start", "Try"),
                ("write", "src/x"),
                ("status",),
            )
        ]
        assert MISTAKE not in told
        # `theirs` takes the link away; then there is a directory of ours again.
        assert (told[3] is None) is not (there / "src").is_symlink()
        assert outside(place) == before


@pytest.mark.parametrize("handle", ["{victim}/new", "../victim/new", ".git", ".mic", "..", "a/b"])
async def test_a_holder_does_not_choose_where_a_clone_goes(tmp_path, place, mallory, handle):
    victim = place.parent / "victim"
    async with a_home(tmp_path / "home") as home:
        await home.land(a=b"a")
        async with misnamed(home, handle.format(victim=victim)) as url:
            before = outside(place)
            address = f"{home.project.id}@{url}"
            assert await said(mallory, "clone", address, at=place) not in (None, MISTAKE)
            assert outside(place) == before
            assert [path.name for path in place.iterdir()] == [".git"]


def misnamed(home, handle):
    """The home, where it says of its project that it is called `handle`."""
    from aiohttp import ClientSession, web

    async def answer(request):
        body = await request.read()
        account, true = home.project.address.split("/")
        prefix, _, rest = request.raw_path.partition(f"/projects/{account}/")
        known = ("/head", "/document", "/records", "/checkout", "/objects/fetch")
        end = next((one for one in known if request.path.endswith(one)), "")
        path = f"{prefix}/projects/{account}/{true}{end}" if rest else request.raw_path
        query = f"?{request.query_string}" if rest and request.query_string else ""
        url = home.door.url + path + query
        async with (
            ClientSession() as session,
            session.request(request.method, url, data=body or None) as found,
        ):
            raw = await found.read()
            if found.content_type == "application/json" and not end:
                raw = json.dumps(json.loads(raw) | {"handle": handle}).encode()
            return web.Response(status=found.status, body=raw, content_type=found.content_type)

    return listening(answer)


def test_the_trees_are_not_what_our_own_code_would_write():
    forged = Forged()
    TREES["10,000 deep"](forged, None)
    assert len(forged.objects) == 10_002


X = (1, digest_of(b"evil"), 4)
ROWS = {
    **{name: [(path, None, X)] for name, path in NAMES.items()},
    "an absolute path": [("/tmp/x", None, X)],
    "a link and a directory": [("a", None, (3, *X[1:])), ("a/x", None, X)],
    "a name twice": [("a", None, X), ("a", None, (3, *X[1:]))],
    "no mode": [("x", None, (0, *X[1:]))],
    "a mode nobody knows": [("x", None, (7, *X[1:]))],
    "a directory": [("x", None, (4, *X[1:]))],
    "10,000 deep": [("d/" * 10_000 + "x", None, X)],
}


async def test_a_bundle_of_a_hostile_tree_writes_nothing(tmp_path, place, mallory):
    async with a_home(tmp_path / "home") as home:
        told = await home.door.get(f"/projects/{home.project.address}/document")
        documents = msgspec.json.decode(told.body, type=Documents).documents
        codes = {}
        for number, rows in enumerate([[("x", None, X)], *ROWS.values()]):
            a_hostile_bundle(home, documents, tmp_path / f"{number}.bundle", rows)
        before = outside(place)
        for number, name in enumerate(["honest", *ROWS]):
            words = ("clone", str(tmp_path / f"{number}.bundle"), "there")
            codes[name] = await said(mallory, *words, at=place)
            assert outside(place) == before
            assert (place / "there").exists() is (name == "honest")
            if name == "honest":
                shutil.rmtree(place / "there")
        assert codes.pop("honest") is None
        assert not set(codes.values()) & {None, MISTAKE}, codes
