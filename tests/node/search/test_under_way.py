"""The index is right whatever broke off on the way to it."""

import contextlib
import random

import pytest

from node.search import indexing, rows, rules
from node.search import verbs as searching
from node.search.model import Scope
from store.database import Tx
from store.digest import digest_of
from store.tree import Entry, Mode
from tests.support.drafts import a_landing
from tests.support.features import settled
from tests.support.forges import a_project, an_account

WORDS = ("badger", "otter", "heron")


class Broken(Exception):
    """The node is killed here."""


@pytest.fixture
async def ada(forge):
    return await an_account(forge)


@pytest.fixture
async def book(forge, ada):
    return await a_project(forge, ada)


async def paths(forge, who, word):
    found = await searching.search(forge, who.party, rules.question(word), Scope.CODE)
    return sorted(one.plain_path for one in found.files)


def breaks_after(monkeypatch, batches):
    """Let indexing break after some transactions with files."""
    whole, left = indexing.apply, [batches]

    def some(*given):
        left[0] -= 1
        if left[0] < 0:
            raise Broken
        return whole(*given)

    monkeypatch.setattr(indexing, "apply", some)
    return lambda: monkeypatch.setattr(indexing, "apply", whole)


async def test_what_came_and_went_while_indexing_broke_off_is_not_found(
    forge, ada, book, monkeypatch
):
    monkeypatch.setattr(indexing, "FILES", 1)
    await a_landing(forge, ada, book, {"a": b"otter\n", "b": b"otter\n"})
    await indexing.follow(forge, book.key)
    await a_landing(forge, ada, book, {"a": b"badger\n", "b": b"badger\n"})
    mend = breaks_after(monkeypatch, 1)
    with pytest.raises(Broken):
        await indexing.follow(forge, book.key)
    mend()
    await a_landing(forge, ada, book, {"a": b"otter\n", "b": b"otter\n"})
    await indexing.follow(forge, book.key)
    assert await paths(forge, ada, "badger") == []
    assert await paths(forge, ada, "otter") == ["a", "b"]


@pytest.mark.parametrize("seed", range(4))
async def test_landings_and_breaks_in_any_order_lead_to_what_is_there(
    forge, ada, book, monkeypatch, seed
):
    chance, there = random.Random(seed), {}
    monkeypatch.setattr(indexing, "FILES", 2)
    for _ in range(8):
        files = {chance.choice("abcdef"): chance.choice(WORDS).encode() for _ in range(3)}
        await a_landing(forge, ada, book, {**files, "n": str(chance.random()).encode()})
        there |= files
        mend = breaks_after(monkeypatch, chance.choice([0, 1, 9]))
        with contextlib.suppress(Broken):
            await indexing.follow(forge, book.key)
        mend()
    await indexing.follow(forge, book.key)
    for word in WORDS:
        meant = sorted(path for path, text in there.items() if text == word.encode())
        assert await paths(forge, ada, word) == meant


def test_parts_are_small_in_number_and_in_bytes():
    def entry(size):
        return Entry(Mode.FILE, digest_of(b"x"), size)

    small = [(str(n), entry(1)) for n in range(indexing.FILES + 1)]
    assert [len(part) for part in indexing._batches(small)] == [indexing.FILES, 1]
    large = [(str(n), entry(rules.INDEXED_BYTES)) for n in range(5)]
    assert [len(part) for part in indexing._batches(large)] == [2, 2, 1]
    assert indexing._batches([]) == []


async def test_a_landing_that_is_gone_before_the_index_hears_of_it_is_no_hit(forge, ada, book):
    await a_landing(forge, ada, book, {"a": b"x"}, goal="Count badgers")
    await settled(forge, indexing.FEATURE)

    def ahead(tx: Tx) -> None:
        rows.add_landing(tx, book.key, 9, "More badgers", "", "")

    await forge.db.write(ahead)
    found = await searching.search(forge, ada.party, rules.question("badgers"), Scope.REASONS)
    assert [one.position for one in found.reasons] == [1]


async def test_what_tells_nothing_new_writes_nothing(forge, ada, book):
    await a_landing(forge, ada, book, {"a": b"x"})
    await indexing.follow(forge, book.key)
    before = await forge.db.write(lambda tx: tx.total_changes)
    await indexing.follow(forge, book.key)
    assert await forge.db.write(lambda tx: tx.total_changes) == before
