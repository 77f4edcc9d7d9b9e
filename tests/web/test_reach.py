"""The drawing of a node among its peers: who is level, late or silent, and where they stand."""

import itertools
import re

import pytest

from node.replication.model import OPERATOR, Peer
from node.replication.overview import Known
from web.areas.peers.reach import CENTRE, HEIGHT, MOST, SILENT_MS, WIDTH, reach, stand

NOW = 1_790_000_000_000


def known(key=1, *, name="moss", seen_at=NOW, copies=1, lag=0, is_banned=False):
    peer = Peer(
        key, f"did:key:z{key}", None, name, OPERATOR, False, 0, NOW, None, None, NOW, seen_at
    )  # fmt: skip
    return Known(peer, 0, is_banned, copies, copies, lag)


@pytest.mark.parametrize(
    ("one", "found"),
    [
        (known(), ("level", "level")),
        (known(copies=0), ("level", "holds nothing")),
        (known(lag=1_203), ("late", "1,203 behind")),
        (known(seen_at=None), ("silent", "not heard of yet")),
        (known(seen_at=NOW - SILENT_MS - 1), ("silent", "silent, 1 day")),
        (known(is_banned=True, lag=3), ("silent", "banned")),
    ],
)
def test_a_peer_is_level_late_or_silent(one, found):
    assert stand(one, NOW) == found


def test_ends_lie_apart_and_within_the_picture():
    drawn = reach([known(number) for number in range(1, MOST + 1)], NOW)
    ends = [complex(one.x, one.y) for one in drawn.strands]
    assert all(0 < end.real < WIDTH and 0 < end.imag < HEIGHT for end in ends)
    assert min(abs(a - b) for a, b in itertools.combinations(ends, 2)) > 40
    for one in drawn.strands:
        assert one.thread.startswith(f"M{CENTRE.real:.0f} {CENTRE.imag:.0f}C")
        assert one.thread.endswith(f" {one.x} {one.y}")


def test_those_that_hold_most_are_drawn_and_stay_where_they_were():
    peers = [known(number, copies=number) for number in range(1, MOST + 3)]
    drawn = reach(peers, NOW)
    assert len(drawn.strands) == MOST
    assert [one.width for one in drawn.strands] == sorted(one.width for one in drawn.strands)
    assert drawn == reach(reversed(peers), NOW)


def test_a_name_is_cut_in_the_picture_and_whole_in_the_words():
    drawn = reach([known(name="https://a-very-long-name.example")], NOW)
    assert drawn.strands[0].name == "a-very-long-…"
    assert drawn.words == "https://a-very-long-name.example: level"
    assert re.fullmatch("….{8}", reach([known(name="", key=12345678)], NOW).strands[0].name)
