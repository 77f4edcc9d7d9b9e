"""Which file a new one was: what git says of the same files."""

import random

import pytest

from store.digest import digest_of
from store.git.similarity import File, source_of
from store.nodes import Entry, Mode
from tests.support.gits import Gits

TEXT = b"".join(b"line %d of some text\n" % n for n in range(100))


def file(path: str, data: bytes, mode: Mode = Mode.FILE) -> File:
    return File(path, Entry(mode, digest_of(data), len(data)), lambda: data)


def gits(g: Gits, gone: dict[str, bytes], path: str, data: bytes) -> str | None:
    """What git finds."""
    trees = [g.files(dict(gone)), g.files({path: data})]
    told = g.git("diff-tree", "-r", "-M", "--name-status", *trees).decode().splitlines()
    return next((row.split("\t")[1] for row in told if row.startswith("R")), None)


def ours(gone: dict[str, bytes], path: str, data: bytes) -> str | None:
    return source_of(file(path, data), [file(*one) for one in gone.items()])


def mixed(roll: random.Random, data: bytes) -> bytes:
    """Some of the lines, and some others."""
    lines = data.splitlines(keepends=True)
    kept = [one for one in lines if roll.random() < roll.choice([0.4, 0.5, 0.55, 0.7, 0.9])]
    more = [b"%d " % roll.randrange(10**6) * roll.randrange(1, 12) + b"\r\n" for _ in range(8)]
    return b"".join(kept + more[: roll.randrange(8)])


@pytest.mark.slow
def test_of_many_files_the_same_is_found_as_by_git(tmp_path):
    g = Gits(tmp_path / "g.git")
    found = 0
    for seed in range(80):
        roll = random.Random(seed)
        base = TEXT
        gone = {
            f"d{n}/{roll.choice('abc')}": mixed(roll, base) for n in range(roll.randrange(1, 7))
        }
        path, data = f"new/{roll.choice('abc')}", mixed(roll, base)
        wanted = gits(g, gone, path, data)
        found += wanted is not None
        assert ours(gone, path, data) == wanted, seed
    assert 5 < found < 80


@pytest.mark.parametrize(
    ("gone", "data"),
    [
        ({"a": TEXT, "b": TEXT}, TEXT),
        ({"a": TEXT, "old/new": TEXT}, TEXT),
        ({"a": TEXT, "old/new": TEXT + b"x\n" * 60}, TEXT + b"x\n"),
        ({"a": TEXT + b"xy\n", "old/new": TEXT + b"x\n" * 700}, TEXT + b"x\n"),
        ({"a": b""}, b""),
        ({"a": b"\0" + TEXT}, b"\0" + TEXT.replace(b"text", b"texts")),
        ({"a": TEXT}, TEXT.replace(b"\n", b"\r\n")),
        ({"a": bytes(range(256)) * 50}, bytes(range(256)) * 70),
        ({"a": TEXT}, b"nothing of it\n"),
    ],
)
def test_ties_names_binaries_and_line_ends_are_as_in_git(tmp_path, gone, data):
    assert ours(gone, "new", data) == gits(Gits(tmp_path / "g.git"), gone, "new", data)


def test_a_link_is_found_again_only_if_it_leads_to_the_same():
    old = [file("a", b"there", Mode.LINK), file("b", b"there")]
    assert source_of(file("c", b"there", Mode.LINK), old) == "a"
    assert source_of(file("c", b"where", Mode.LINK), old[:1]) is None
