"""A landing that waits is passed on ever more rarely, and at once when its home is back."""

import dataclasses

from node.offers import rows, verbs
from node.offers.model import QUEUED, Offer
from tests.support.forges import HeldClock, a_forge, a_project, an_account
from tests.support.wire import session_id


async def waiting(forge):
    """An offer as a mirror keeps it."""
    ada = await an_account(forge, "ada")
    book = await a_project(forge, ada, "book")
    made = Offer(
        0, book.key, session_id(1), ada.key, "did:key:z", b"{}", QUEUED, None, None, None, None,
        forge.now(), None, 0,
    )  # fmt: skip
    await forge.db.write(lambda tx: rows.put(tx, made))
    (found,) = await verbs.due(forge)
    return book, found


async def test_each_time_in_vain_doubles_the_pause(tmp_path):
    clock = HeldClock()
    async with a_forge(tmp_path, now=clock) as forge:
        _, offer = await waiting(forge)
        for number in range(8):
            await verbs.unanswered(forge, offer)
            clock.move((1_000 << number) - 1)
            assert await verbs.due(forge) == []
            clock.move(1)
            (offer,) = await verbs.due(forge)


async def test_when_the_home_is_back_the_pauses_begin_again(tmp_path):
    clock = HeldClock()
    async with a_forge(tmp_path, now=clock) as forge:
        book, offer = await waiting(forge)
        for _ in range(8):
            await verbs.unanswered(forge, offer)
        under_way = dataclasses.replace(offer, tries=8)
        await verbs.hurry(forge, book.key)
        assert len(await verbs.due(forge)) == 1
        await verbs.unanswered(forge, under_way)  # it was asked before the home was back
        clock.move(1_000)
        assert len(await verbs.due(forge)) == 1
