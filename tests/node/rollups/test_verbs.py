"""Rollups are built of complete blocks only, and hold against a scan of the real log."""

import pytest

from node.kernel.parties import ANONYMOUS
from node.landings import verbs as landings
from node.rollups import rules
from node.rollups import verbs as rollups
from node.rollups.model import LEVELS, Span
from store.bloom import Bloom
from tests.support.drafts import a_landing
from tests.support.forges import a_forge, a_project, an_account


@pytest.mark.slow
async def test_blocks_appear_when_complete_and_hide_no_landing(tmp_path, monkeypatch):
    monkeypatch.setitem(LEVELS, 1, 5)
    monkeypatch.setitem(LEVELS, 2, 15)
    monkeypatch.setattr(rollups, "STEP", 5)
    async with a_forge(tmp_path) as forge:
        ada = await an_account(forge)
        book = await a_project(forge, ada)
        log = [f"d{n % 4}/f{n % 11}" for n in range(33)]
        for n, path in enumerate(log):
            await a_landing(forge, ada, book, {path: b"%d" % n})
            if n in {3, 20}:
                await rollups.build(forge, book.key)
        assert await rollups.build(forge, book.key) == 3
        assert await rollups.build(forge, book.key) == 0
        published = await rollups.published(forge, ANONYMOUS, book)
        blocks = [(r.level, r.start, r.end) for r in published]
        assert blocks == [(2, 1, 15), (2, 16, 30), *((1, s, s + 4) for s in range(1, 30, 5))]
        raw = {
            r: await forge.db.read(lambda tx, d=r.filter: forge.objects.get(tx, d))
            for r in published
        }
        filters = {r: Bloom.decode(data) for r, data in raw.items()}
        head = await landings.head(forge, ANONYMOUS, book)
        for path in ["d0/f0", "d3/f10", "d2", "d1/f1/below", "none"]:
            spans = rules.candidates([path], Span(1, head.position), filters, filters.__getitem__)
            found = {n for s in spans for n in range(s.start, s.end + 1)}
            scan = {
                n
                for n, t in enumerate(log, 1)
                if t == path or t.startswith(f"{path}/") or path.startswith(f"{t}/")
            }
            assert scan <= found
