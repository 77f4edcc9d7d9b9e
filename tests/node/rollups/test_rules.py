"""A reader with filters looks at every landing that a full scan finds, never at fewer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.rollups import rules
from node.rollups.model import LEVELS, Rollup, Span
from store.bloom import Bloom
from store.changes import Change
from store.digest import digest_of
from store.tree import Entry, Mode

FILE = Entry(Mode.FILE, digest_of(b"x"), 1)
names = st.sampled_from(["a", "b", "c", "d"])
paths = st.lists(names, min_size=1, max_size=3).map("/".join)
logs = st.lists(st.lists(paths, min_size=1, max_size=3, unique=True), max_size=40)


def clashes(path, touched):
    return any(path == t or path.startswith(f"{t}/") or t.startswith(f"{path}/") for t in touched)


def published(log, levels):
    """Complete blocks over `log` with the sizes `levels`, and their filters."""
    filters = {}
    for level, size in levels.items():
        for start in range(1, len(log) - size + 2, size):
            keys = set()
            for touched in log[start - 1 : start - 1 + size]:
                keys |= rules.keys_of(Change(path, None, FILE) for path in touched)
            bloom = Bloom.sized(len(keys) + 50, 0.01)
            for key in keys:
                bloom.add(key)
            filters[Rollup(level, start, digest_of(b"%d %d" % (level, start)))] = bloom
    return filters


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setitem(LEVELS, 1, 2)
    monkeypatch.setitem(LEVELS, 2, 6)
    monkeypatch.setitem(LEVELS, 3, 18)


@pytest.mark.usefixtures("small_blocks")
def test_nothing_that_a_full_scan_finds_is_ruled_out():
    @given(logs, st.lists(paths, min_size=1, max_size=3), st.data())
    def holds(log, asked, data):
        if not log:
            return
        base = data.draw(st.integers(1, len(log)))
        filters = published(log, LEVELS)
        spans = rules.candidates(asked, Span(base, len(log)), filters, filters.__getitem__)
        found = {n for span in spans for n in range(span.start, span.end + 1)}
        scan = {n for n in range(base, len(log) + 1) if any(clashes(p, log[n - 1]) for p in asked)}
        assert scan <= found <= set(range(base, len(log) + 1))

    holds()


@pytest.mark.usefixtures("small_blocks")
def test_blocks_without_the_path_are_skipped():
    log = [["other"]] * 17 + [["wanted"]]
    filters = published(log, LEVELS)
    spans = rules.candidates(["wanted"], Span(1, 18), filters, filters.__getitem__)
    assert spans == [Span(17, 18)]


def test_only_complete_blocks_are_due():
    assert list(rules.due(1, 99, 0)) == []
    assert list(rules.due(1, 100, 0)) == [1]
    assert list(rules.due(1, 350, 100)) == [101, 201]


@pytest.mark.usefixtures("small_blocks")
def test_what_no_block_covers_is_always_looked_at():
    assert rules.candidates(["a"], Span(3, 9), {}, {}.__getitem__) == [Span(3, 9)]
