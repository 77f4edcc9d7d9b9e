"""Tokens are renewed in time, once, and a machine whose tokens are lost is told what to do.

Against a real node over a real socket; only the clocks are held.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from aiohttp.test_utils import TestServer

from mic.client import oauth, refreshing
from mic.client.home import Home, Token
from mic.errors import Denied, Invalid, Unreachable
from node.daemon.http import application
from node.devices import flow
from node.devices import verbs as devices
from node.devices.model import Caller
from tests.support.forges import an_account

HOUR_MS = 3_600_000


class Asked:
    """Sleeps at once and counts it; `then` happens while we sleep."""

    def __init__(self, then=None):
        self.pauses, self.then = [], then

    def __call__(self, seconds):
        self.pauses.append(seconds)
        if self.then is not None:
            self.then(len(self.pauses))


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "mic")


@pytest.fixture
async def url(forge):
    async with TestServer(application(forge)) as server:
        yield f"http://{server.host}:{server.port}"


@pytest.fixture
async def ada(forge):
    return await an_account(forge, "ada")


async def kept(forge, ada, home, url, now):
    """A machine that is signed in; returns its token."""
    started = await flow.start(forge, Caller("mic"), "mic@shed", None)
    await devices.answer(forge, ada.party, started.user_code, is_approved=True)
    issued = await flow.exchange(forge, Caller("mic"), started.device_code)
    token = Token(issued.access, "ada", issued.refresh, now + issued.life_s * 1000)
    home.keep_token(url, token)
    return token


def fresh(home, url, now):
    return asyncio.to_thread(refreshing.fresh, home, url, lambda: now)


async def test_a_token_with_time_left_is_not_renewed(forge, ada, home, url, clock):
    token = await kept(forge, ada, home, url, clock())
    assert await fresh(home, url, token.expires_at - refreshing.MARGIN_MS) == token
    renewed = await fresh(home, url, token.expires_at - refreshing.MARGIN_MS + 1)
    assert renewed != token
    assert renewed.handle == "ada"
    assert home.token(url) == renewed


async def test_a_token_that_never_ends_is_left_alone(home, url):
    home.keep_token(url, Token("mut_x", "ada"))
    assert await fresh(home, url, 1 << 50) == Token("mut_x", "ada")
    assert await fresh(home, "http://elsewhere", 0) is None


async def test_many_at_once_renew_it_once(forge, ada, home, url, clock):
    token = await kept(forge, ada, home, url, clock())
    late = token.expires_at - 1000

    def all_at_once():
        with ThreadPoolExecutor(8) as pool:
            return list(pool.map(lambda _: refreshing.fresh(home, url, lambda: late), range(8)))

    found = await asyncio.to_thread(all_at_once)
    assert len({one.access_token for one in found}) == 1
    assert len(await devices.listed(forge, ada.party)) == 1


async def test_one_that_cannot_be_renewed_is_used_as_long_as_it_holds(forge, ada, home, url, clock):
    token = await kept(forge, ada, home, url, clock())
    (device,) = await devices.listed(forge, ada.party)
    await devices.revoke(forge, ada.party, device.key)
    assert await fresh(home, url, token.expires_at - 1) == token
    with pytest.raises(Denied) as refused:
        await fresh(home, url, token.expires_at)
    assert refused.value.code == "auth.expired"
    assert refused.value.hint == f"Sign in again: mic auth login {url}"
    assert token.refresh_token not in str(refused.value.details)


async def test_a_node_that_is_away_is_not_taken_for_an_end(home):
    away = "http://127.0.0.1:9"
    home.keep_token(away, Token("mat_x", "ada", "mrt_x", 1000))
    assert (await fresh(home, away, 999)).access_token == "mat_x"
    with pytest.raises(Unreachable):
        await fresh(home, away, 1000)
    assert home.token(away) == Token("mat_x", "ada", "mrt_x", 1000)


# Waiting for an answer


async def started(url):
    return await asyncio.to_thread(oauth.start, url, "mic@shed", "")


async def test_it_waits_as_long_as_it_is_told(forge, ada, url, clock):
    begun = await started(url)
    loop = asyncio.get_running_loop()

    def then(count):
        clock.move(5000)
        if count == 3:
            said = devices.answer(forge, ada.party, begun.user_code, is_approved=True)
            asyncio.run_coroutine_threadsafe(said, loop).result(10)

    asked = Asked(then)
    granted = await asyncio.to_thread(oauth.wait, url, begun, asked)
    assert granted.access_token.startswith("mat_")
    assert asked.pauses == [5, 5, 5]


async def test_who_is_told_to_slow_down_waits_five_seconds_longer(url, clock):
    begun = await started(url)

    def then(count):
        clock.move(5000 if count < 3 else 1_000_000)

    asked = Asked(lambda count: then(count) if count != 2 else None)
    with pytest.raises(Denied) as refused:
        await asyncio.to_thread(oauth.wait, url, begun, asked)
    assert refused.value.code == "auth.code-expired"
    assert asked.pauses == [5, 5, 10]


async def test_it_gives_up_when_the_code_has_ended_although_the_node_is_away():
    begun = oauth.Started("x", "0000-0000", "http://n", expires_in=30, interval=5)
    times = iter([0, 1, 11, 21, 31])
    asked = Asked()
    with pytest.raises(Denied) as refused:
        oauth.wait("http://127.0.0.1:9", begun, asked, lambda: next(times))
    assert refused.value.code == "auth.code-expired"
    assert asked.pauses == [5, 10, 15]


async def test_a_scope_that_there_is_not_is_refused(url):
    with pytest.raises(Invalid) as refused:
        await asyncio.to_thread(oauth.start, url, "mic@shed", "root")
    assert refused.value.code == "auth.bad-scope"


async def test_what_is_no_node_is_told_so():
    from aiohttp import web

    async def page(_request):
        return web.Response(status=404, text="<h1>Not here</h1>")

    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", page)
    async with TestServer(app) as server:
        with pytest.raises(Unreachable) as refused:
            await asyncio.to_thread(oauth.start, f"http://{server.host}:{server.port}", "x", "")
    assert refused.value.code == "answer.unreadable"
