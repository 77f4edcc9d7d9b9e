"""Made-up devices, browsers and tokens."""

from node.access.scopes import MEANING
from node.devices.model import Device
from node.signin.model import Token, WebSession
from web.areas.account.tokens import Form

DAY = 24 * 3_600_000
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
SCOPES = list(MEANING.items())
FORM = Form(name="nightly", scopes=("session:land",))


def devices(now: int) -> list[Device]:
    """Return a machine with `mic`, and another program's."""
    both, one = frozenset({"read", "write"}), frozenset({"project:read"})
    return [
        Device(0, "mic@workshop", "", both, now - 30 * DAY, now, now + 30 * DAY),
        Device(0, "a nightly machine", "Builder", one, now - DAY, now - DAY, now + 29 * DAY),
    ]


def browser(now: int) -> WebSession:
    """Return the viewer's browser."""
    return WebSession(0, FIREFOX, now - 3 * DAY, now, now + 27 * DAY, is_this=True)


def tokens(now: int) -> list[Token]:
    """Return one that is used, and one of somebody else's that never ends."""
    landing, reading = frozenset({"session:land"}), frozenset({"read"})
    return [
        Token(0, "nightly", "Zk3vQx9A", landing, now - DAY, now + 89 * DAY, now, "hazel"),
        Token(
            key=0,
            name="mirror",
            prefix="bB7_wqPm",
            scopes=reading,
            created_at=now - 400 * DAY,
            expires_at=None,
            last_used_at=None,
            owner="wren",
            networks=("192.0.2.0/24", "2001:db8::1"),
        ),
    ]
