"""Blame and history of imported projects: what git says of the same history."""

import random

import pytest

from node.imports import verbs as imports
from node.landings import verbs as landings
from node.trees import told
from node.trees import verbs as trees
from store.git.objects import ZERO
from tests.support.forges import a_forge, a_project, an_account
from tests.support.gits import Gits, odd


@pytest.fixture
async def world(tmp_path):
    async with a_forge(tmp_path / "node") as forge:
        ada = await an_account(forge)
        yield forge, ada, await a_project(forge, ada)


async def imported(world, g: Gits):
    forge, ada, project = world
    tip = g.git("rev-parse", "main").decode().strip()
    await imports.receive(forge, ada.party, project, g.path, ZERO, tip, lambda *_: None)
    return forge, ada, project


async def agrees(world, g: Gits, tip: str = "main") -> int:
    """Compare every line of every text file at a commit; return how many there were."""
    forge, ada, project = world
    count = 0
    commit = g.git("rev-parse", tip).decode().strip()
    position = await forge.db.read(lambda tx: imports.position_of(tx, project.key, commit))
    for path, (_, data) in g.version(commit).items():
        if b"\0" in data:
            continue
        theirs = g.git("blame", "--first-parent", "-s", "-l", "--root", commit, "--", path)
        wanted = [line[:40].decode() for line in theirs.split(b"\n") if line]
        ours = await trees.blame(forge, ada.party, project, position, path)
        found = [
            await imports.commit_of(forge, ada.party, project, line.reason.position)
            for line in ours
        ]
        assert found == wanted, path
        count += len(found)
    return count


@pytest.mark.slow
async def test_blame_of_every_line_of_a_repository_of_oddities_is_gits(world, tmp_path):
    g = odd(tmp_path / "odd.git")
    world = await imported(world, g)
    assert await agrees(world, g) > 200


async def test_lines_of_an_imported_project_are_their_authors_and_of_their_time(world, tmp_path):
    forge, ada, project = await imported(world, odd(tmp_path / "odd.git"))
    head = await landings.head(forge, ada.party, project)
    lines = await trees.blame(forge, ada.party, project, head.position, "README.md")
    for line in lines:
        landing = await landings.get(forge, ada.party, project, line.reason.position)
        assert line.reason.is_imported
        assert (line.reason.author, line.reason.made_at) == (
            landing.imported.author,
            landing.imported.authored_at,
        )
        assert line.reason.author != ada.handle


def changing(g: Gits, seed: int, commits: int) -> Gits:
    """A history in which files are written, mixed, moved, split and merged, at random."""
    roll = random.Random(seed)
    words = [b"{", b"}", b"", b"    return", b"def a():", b"x = 1", b"# words", b"y" * 90]

    def some(count: int) -> list[bytes]:
        return [roll.choice([*words, b"line %d" % roll.randrange(500)]) for _ in range(count)]

    files = {f"d{n}/f{n}.txt": some(40) for n in range(6)}
    at = g.commit({name: b"\n".join(text) for name, text in files.items()})
    for number in range(commits):
        for _ in range(roll.randrange(1, 4)):
            path = roll.choice([*files, None]) if files else None
            if path is None:
                files[f"n{number}/f{roll.randrange(9)}.txt"] = some(roll.randrange(60))
                continue
            text = files[path]
            start = roll.randrange(len(text) + 1)
            text[start : start + roll.randrange(12)] = some(roll.randrange(12))
            if roll.random() < 0.5:
                name = path.rpartition("/")[2] if roll.random() < 0.5 else f"r{number}.txt"
                files[f"d{roll.randrange(6)}/{name}"] = files.pop(path)
            elif roll.random() < 0.1:
                del files[path]
        end = roll.choice([b"\n", b"\r\n"])
        tree = {name: end.join([*text, b""]) for name, text in files.items()}
        at = g.commit(dict(tree) | {"keep": b"%d\n" % number}, at)
    g.main(at)
    return g


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
async def test_blame_goes_through_renames_as_gits_does(world, tmp_path, seed):
    g = changing(Gits(tmp_path / "changing.git"), seed, 60)
    world = await imported(world, g)
    assert await agrees(world, g) > 50
    assert await agrees(world, g, "main~25") > 20


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
async def test_what_is_known_of_other_positions_changes_no_answer(world, tmp_path, seed):
    g = changing(Gits(tmp_path / "changing.git"), seed, 60)
    forge, ada, project = await imported(world, g)
    commits = g.git("rev-list", "--first-parent", "--reverse", "main").decode().split()
    asked = [
        (position, path)
        for position, commit in enumerate(commits, 1)
        for path in g.version(commit)
        if position % 3 == 0
    ]

    async def answers(order):
        return {one: await trees.blame(forge, ada.party, project, *one) for one in order}

    told._kept.clear()
    cold = {}
    for one in asked:
        told._kept.clear()
        cold |= await answers([one])
    told._kept.clear()
    random.Random(seed).shuffle(asked)
    assert await answers(asked) == cold
    assert await answers(asked) == cold
    assert told._kept._values


@pytest.mark.slow
async def test_of_many_equal_lines_the_same_are_new_as_to_git(world, tmp_path):
    g = Gits(tmp_path / "equal.git")
    blocks = [b"def f():\n    x = 1\n\n", b"x\n", b"}\n\n"]
    at = g.commit({str(n): one * 900 for n, one in enumerate(blocks)})
    for number in range(1, 4):
        files = {str(n): one * (900 + number) for n, one in enumerate(blocks)}
        at = g.commit(files | {"k": b"%d\n" % number}, at)
    mixed = {str(n): one * 300 + b"new\n" + one * 700 for n, one in enumerate(blocks)}
    g.main(g.commit(mixed, at))
    assert await agrees(await imported(world, g), g) > 3000


async def test_the_log_of_a_file_goes_on_under_its_former_name(world, tmp_path):
    g = Gits(tmp_path / "renamed.git")
    text = b"".join(b"line %d\n" % n for n in range(40))
    at = g.commit({"old.txt": text, "b": b"b"})
    at = g.commit({"old.txt": text + b"more\n", "b": b"b"}, at)
    at = g.commit({"dir/new.txt": text + b"more\nstill\n", "b": b"b"}, at)
    at = g.commit({"dir/new.txt": text, "b": b"c"}, at)
    g.main(at)
    forge, ada, project = await imported(world, g)
    found = await landings.followed(forge, ada.party, project, "dir/new.txt")
    assert [(one.landing.position, one.path, one.source) for one in found] == [
        (4, "dir/new.txt", None),
        (3, "dir/new.txt", "old.txt"),
        (2, "old.txt", None),
        (1, "old.txt", None),
    ]
    page = await landings.followed(forge, ada.party, project, "dir/new.txt", before=3, limit=1)
    assert [(one.landing.position, one.path) for one in page] == [(2, "old.txt")]
    below = await landings.followed(forge, ada.party, project, "dir")
    assert [one.landing.position for one in below] == [4, 3]
    plain = await landings.log(forge, ada.party, project, path="dir/new.txt")
    assert [one.position for one in plain] == [4, 3]
