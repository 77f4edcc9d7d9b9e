"""The heading of a page breaks between its words, however long the name in it is."""

import pytest

from node.organizations import verbs as organizations
from tests.support.roles import acting

pytestmark = [pytest.mark.slow, pytest.mark.journey]

CLUB = "o" * 39
LINES = """() => {
  const range = document.createRange();
  range.selectNode(document.querySelector(".heading-title").lastChild);
  return new Set([...range.getClientRects()].map((one) => one.top)).size;
}"""


@pytest.fixture(scope="module")
def club(house):
    async def make(forge):
        wren = await acting(forge, house.story.people["wren"])
        await organizations.create(forge, wren, CLUB)

    house.do(make)


@pytest.mark.usefixtures("club")
@pytest.mark.parametrize("name", ["members", "settings"])
def test_the_last_word_is_in_one_line(visit, name):
    page = visit(width=320, as_="wren").go(f"/organizations/{CLUB}/{name}")
    assert page.evaluate(LINES) == 1
