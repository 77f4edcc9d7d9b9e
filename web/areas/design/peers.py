"""Made-up nodes, and what they hold for each other."""

import dataclasses

from node.federation.model import Follow, OtherKey
from node.projects.behind import Lag
from node.projects.model import Project
from node.projects.moved import Move
from node.replication.model import FAILED, FETCHING, MET, OPERATOR, VERIFIED, Copy, Peer, Seed
from node.replication.overview import Held, Known
from store.digest import digest_of

DAY = 24 * 3_600_000
OTHER = "did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
FOURTH = "did:key:z6MkfXT3gnptvkda3fmLVKHdJrm8gUnmx3faSd1iVeCAxYtP"
THIRD = "did:key:z6MkqRYqQiSgvZQdnBytw86Qbs2ZWUkGv22od935YF4s8M7V"
DID = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"


def seeds(now: int) -> list[Seed]:
    """Return a seed that is verified, one that is behind, and one that came to nothing."""
    return [
        _seed("hazel@Xg7Kp2Qa/spore", VERIFIED, now, 128, 128, is_pinned=True),
        _seed("wren@b9Tz41Lc/river-map", FETCHING, now, 40, 52, depth=10),
        _seed("", FAILED, now, 0, 0, error="https://moss.example does not answer."),
    ]


def held(project: Project, now: int) -> Held:
    """Return what others hold of a project: all of it, less, and what they could not prove."""
    proven = now - 3 * 60_000
    holders = {
        did: Copy(project.key, did, position, digest_of(b""), 1, now - DAY, proven, failures)
        for did, position, failures in ((DID, 128, 0), (OTHER, 125, 0), (THIRD, 128, 2))
    }
    return Held(project, 3, 2, proven, head=128, holders=holders)


def lag(project: Project, now: int) -> Lag:
    """Return how far a project is behind what its home had signed."""
    return Lag(project, 128, now - 3 * 60_000, "https://moss.example does not answer.")


def moves(project: Project, now: int) -> list[Move]:
    """Return a project that another node orders since, and one on which something landed late."""
    away = dataclasses.replace(project, home=DID)
    return [Move(away, 128, stays, now - DAY) for stays in (False, True)]


def peers(now: int) -> list[Known]:
    """Return a peer as it should be, one that is behind, a silent one, one that lied."""
    good = _peer(1, DID, "moss", now, now)
    late = _peer(2, OTHER, "fern.example", now, now)
    silent = _peer(3, THIRD, "reef", now, now - 9 * DAY)
    bad = Peer(
        4, FOURTH, None, "", MET, False, 100, now, now + DAY, "altered-blob", now, now - DAY,
        ("/ip4/192.0.2.7/tcp/4001/p2p/12D3KooWExample",),
    )  # fmt: skip
    return [
        Known(good, 0, False, 12, 12),
        Known(late, 0, False, 4, 4, lag=3),
        Known(silent, 0, False, 1, 0),
        Known(bad, 100, True, 0, 0),
    ]


def _peer(key: int, did: str, name: str, now: int, seen_at: int) -> Peer:
    url = "https://moss.example"
    return Peer(key, did, url, name, OPERATOR, True, 0, now, None, None, now, seen_at)


def follows(now: int) -> list[Follow]:
    """Return a followed node, one that was not read yet, and one that became another."""
    fault = OtherKey("@node@reef.example", DID, OTHER)
    there = "https://moss.example/ap/actor"
    return [
        Follow(1, "@node@moss.example", DID, there, now - DAY, now - 60_000, now, 0, None, None),
        Follow(2, "https://fern.example/ap/actor", None, None, now, None, now, 0, None, None),
        Follow(
            3, "@node@reef.example", DID, None, now - DAY, now - DAY, now, 2, fault.code,
            fault.message,
        ),
    ]  # fmt: skip


def _seed(
    name: str,
    state: str,
    now: int,
    position: int,
    told: int,
    *,
    is_pinned: bool = False,
    depth: int | None = None,
    error: str | None = None,
) -> Seed:
    return Seed(
        key=1,
        address="https://moss.example/hazel/spore",
        id="mic:z8Qk",
        depth=depth,
        quota=None,
        is_pinned=is_pinned,
        reason="asked for by the operator",
        state=state,
        told=told,
        bytes=position << 16,
        contents_from=1,
        error=error,
        code=None,
        failures=0,
        added_at=now - 9 * DAY,
        verified_at=now - DAY if state == VERIFIED else None,
        used_at=now,
        due_at=now,
        project=1 if name else None,
        name=name,
        position=position,
    )
