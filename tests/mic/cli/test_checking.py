"""A clock that is off is found, and in which direction."""

import pytest

from mic.cli import checking
from mic.wire.messages import NodeInfo

NOW = 1_700_000_000_000


def info(now):
    return NodeInfo(name="n", url="http://n", did="did:key:z", version="1", now=now)


@pytest.mark.parametrize(
    ("there", "level", "way"),
    [
        (NOW - 10_000, "warn", "10.0 s ahead of"),
        (NOW + 10_000, "warn", "10.0 s behind"),
        (NOW + 61_000, "fail", "61.0 s behind"),
    ],
)
def test_a_clock_that_is_off(there, level, way):
    (made,) = checking._clock("node", info(there), NOW)
    assert made.level == level
    assert way in made.message


@pytest.mark.parametrize("there", [NOW, NOW + 4_000, NOW - 5_000, None])
def test_a_clock_that_is_right_enough_or_unknown(there):
    assert list(checking._clock("node", info(there), NOW)) == []
