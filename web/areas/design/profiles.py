"""Made-up profiles: what somebody says of themselves, a year, what they did, what happened."""

from dataclasses import dataclass

from node.feeds.model import CREATED, LANDED, STARRED, Following, Item
from node.notifications.model import Notification
from node.notifications.telling import KINDS
from node.organizations.model import Belonging
from node.profiles.model import Profile
from web.areas.people import editing
from web.areas.people.days import Day, by_day
from web.areas.people.editing import Longest
from web.areas.people.portions import Portion
from web.areas.people.year import Year, span, year

HOUR = 3_600_000
DID = "did:key:z6MkfQ3v9hTwk2nRzVbXcYd7LmPqSsTtUuWwXxYyZz1a2b3c"
_RTL = "اقرأ المحطات من الخريطة"


@dataclass(frozen=True, slots=True)
class People:
    """All that the page of a person is made of."""

    did: str
    profile: Profile
    limits: Longest
    followed: tuple[Following, ...]
    years: tuple[Year, ...]
    days: list[Day]
    belonging: Belonging
    notes: list[Notification]
    portion: Portion[str]


def people(now: int) -> People:
    """Return each part in each of its states."""
    links = {"website": "https://hazel.example", "mastodon": "https://social.example/@hazel"}
    return People(
        did=DID,
        profile=Profile(bio="Field electronics, river data, small programs.", **links),
        limits=editing.LONGEST,
        followed=(Following(41, 18, False), Following(42, 18, True)),
        years=(year(now, _counts(now)), year(now, {})),
        days=by_day(_items(now), now),
        belonging=Belonging("lowland", "The Lowland water board", "member", 3, None),
        notes=_notes(now),
        portion=Portion(("spore", "moth"), 6, 2, 3),
    )


def _counts(now: int) -> dict[int, int]:
    first, last = span(now)
    return {day: day * day % 11 for day in range(first, last + 1) if day % 3}


def _items(now: int) -> list[Item]:
    done = (
        (LANDED, "hazel", "mycelia/spore", 1284, "Retry with jitter", "ai-assisted", False),
        (LANDED, "wren", "lowland/ledger", 88, _RTL, "human", False),
        (STARRED, "hazel", "wren/moth", 0, "", "unknown", False),
        (CREATED, "hazel", "hazel/shed", 0, "", "unknown", False),
        (CREATED, "", "moth/spore", 0, "", "unknown", True),
    )
    about = "How this node is set up, backed up and restored."
    return [
        Item(
            i, kind, now - i * 9 * HOUR, who, who, name, "", about, position, goal, origin, is_fork
        )
        for i, (kind, who, name, position, goal, origin, is_fork) in enumerate(done)
    ]


def _notes(now: int) -> list[Notification]:
    """Return one of each kind, some read."""
    return [
        _note(kind, i, now - i * 5 * HOUR) for i, kind in enumerate(sorted(KINDS, reverse=True))
    ]


def _note(kind: str, number: int, at: int) -> Notification:
    is_landing = kind == "landing.landed"
    about = "" if kind.startswith(("account", "invitation")) else "hazel/spore"
    said = {"member.set": "writer", "import.failed": "The address answered with nothing."}
    by = "" if kind.startswith(("import", "offer")) else "wren"
    goal, position = ("Listen before speaking", 7) if is_landing else ("", None)
    text = said.get(kind, "mycelia")
    return Notification(number, kind, by, about, position, goal, text, at, number % 3 == 0)
