"""What was drawn is kept as long as there is room, each by all that it depends on."""

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from store.recent import Recent
from web.drawn import DRAWN, LARGEST, MOST, drawn, length


@pytest.fixture
def request_():
    app = web.Application()
    app[DRAWN] = Recent(MOST)
    return make_mocked_request("GET", "/", app=app)


async def ask(request, made, *named, text="x"):
    async def make():
        made.append(named)
        return text

    return await drawn(request, make, len, "code", *named)


async def test_the_same_content_is_drawn_once_and_each_option_apart(request_):
    made = []
    for named in [(b"a", "x"), (b"a", "x"), (b"a", "y"), (b"ax",), (b"a", "x")]:
        await ask(request_, made, *named)
    assert made == [(b"a", "x"), (b"a", "y"), (b"ax",)]


async def test_what_is_too_large_is_drawn_each_time_and_leaves_the_rest(request_):
    made = []
    await ask(request_, made, "small")
    for _ in range(2):
        await ask(request_, made, "large", text="x" * (LARGEST + 1))
    await ask(request_, made, "small")
    assert made == [("small",), ("large",), ("large",)]


async def test_older_ones_make_room(request_):
    made = []
    for n in [*range(MOST // LARGEST + 2), 0]:
        await ask(request_, made, n, text="x" * LARGEST)
    assert made[-1] == (0,)
    assert made.count((0,)) == 2


def test_many_short_lines_weigh_more_than_their_letters():
    assert length([""] * 1000) >= 49_000
