"""What did not work is said on a page that is cared for: what, why, and what to do."""

import pytest
from aiohttp.test_utils import TestClient, TestServer

from node.daemon.http import application
from node.kernel.errors import Conflict, Denied, Invalid, Missing, Unreachable
from node.kernel.guesses import TooManyTries
from store.errors import DiskFull
from web import failures

FAULTS = [
    (Invalid("x.bad", "It is <b>bad</b>."), 400),
    (Denied("x.denied", "It is not yours."), 403),
    (Missing("x.missing", "It is gone."), 404),
    (Conflict("x.conflict", "It changed."), 409),
    (TooManyTries(61_000), 429),
    (RuntimeError("secret words of the inside"), 500),
    (Unreachable("x.unreachable", "Nobody answered."), 502),
    (DiskFull("full"), 507),
]


@pytest.mark.parametrize(("fault", "status"), FAULTS, ids=lambda one: str(one)[:24])
async def test_a_fault_says_what_why_and_what_to_do(forge, fault, status):
    async def broken(_request):
        raise fault

    app = application(forge)
    app.router.add_get("/one/that/ever/breaks", broken)
    async with TestClient(TestServer(app)) as client:
        answer = await client.get("/one/that/ever/breaks")
        text = await answer.text()
    assert answer.status == status
    assert failures.TITLES[status] in text
    assert failures.NEXT[status].split("`")[0][:20] in text
    assert text.count("<h1") == 1
    assert "`" not in text.split("<main")[1]
    assert "<b>bad" not in text
    assert "secret words" not in text
    assert ("Retry-After" in answer.headers) == (status == 429)
