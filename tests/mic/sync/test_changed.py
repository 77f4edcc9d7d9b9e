"""A holder asks for what some landings brought: it gets that, as differences from what it has."""

import pytest

from store.changes import Change
from store.digest import digest_of
from store.records import Codec, Decoder, opened
from tests.support.wire import Hand, entry, session_id

LINES = [f"line {number} of something rather long\n" for number in range(400)]


def version(number: int) -> bytes:
    return "".join([*LINES[:number], f"changed {number}\n", *LINES[number + 1 :]]).encode()


@pytest.fixture
async def log(empty):
    """Five versions of one file, a landing each; gives the door and the path of the project."""
    path, trees = empty.path, {}
    for number in range(1, 6):
        old = entry(version(number - 1)) if number > 1 else None
        changes = [Change("book.txt", old, entry(version(number)))]
        parts = Hand(empty.book, empty.hand.key, trees).landing(
            session_id(number), {"book.txt": version(number)}, base=number - 1, changes=changes
        )
        answer = await empty.owner.post(f"{path}/landings", parts.body())
        assert answer.status == 201, answer.body
        trees[number] = bytes.fromhex(answer.json["tree"])
    return empty.owner, f"{path}/objects/fetch"


def wanted(*numbers: int) -> bytes:
    return b"".join(digest_of(version(number)) for number in numbers)


def records(answer):
    assert answer.status == 200, answer.body
    decoder = Decoder()
    found = list(decoder.feed(answer.body))
    decoder.finish()
    return found


async def test_contents_of_a_range_are_sent_in_the_order_asked_for(log) -> None:
    door, path = log
    found = records(await door.post(f"{path}?from=2&at=4", wanted(4, 2, 3)))
    assert [opened(one) for one in found] == [version(4), version(2), version(3)]


async def test_differences_rest_on_what_the_asker_has(log) -> None:
    door, path = log
    two, three = records(await door.post(f"{path}?from=2&at=3&deltas=1", wanted(2, 3)))
    assert (two.codec, two.base) == (Codec.PREFIXED, digest_of(version(1)))
    assert (three.codec, three.base) == (Codec.PREFIXED, digest_of(version(2)))
    assert opened(three, opened(two, version(1))) == version(3)


async def test_a_difference_never_rests_on_what_comes_later_or_not_at_all(log) -> None:
    door, path = log
    four, three = records(await door.post(f"{path}?from=3&at=4&deltas=1", wanted(4, 3)))
    assert four.base is None
    assert three.base == digest_of(version(2))


@pytest.mark.parametrize("range_", ["from=1&at=3", "from=5&at=5"])
async def test_what_the_range_does_not_name_is_absent(log, range_) -> None:
    door, path = log
    assert (await door.post(f"{path}?{range_}", wanted(4))).code == "store.absent"


@pytest.mark.parametrize("range_", ["from=0&at=3", "from=9&at=3", "from=1&at=x", "from=-1"])
async def test_a_range_that_is_none_is_refused(log, range_) -> None:
    door, path = log
    assert (await door.post(f"{path}?{range_}", wanted(1))).status == 400


async def test_a_stranger_is_told_of_a_private_project_what_is_told_of_none(world) -> None:
    path = f"{world.private_path}/objects/fetch?from=1&at=1"
    answer = await world.stranger.post(path, digest_of(b"x"))
    assert (answer.status, answer.code) == (404, "project.missing")
