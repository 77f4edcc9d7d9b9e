"""How this machine signs in to a node without a password: OAuth's device flow.

None of these requests is repeated of its own accord: a code and a refresh token work once, and a
second use of either signs the machine out.
"""

import time
from collections.abc import Callable
from typing import Final, NoReturn, TypeVar
from urllib.parse import urlencode

import msgspec
import urllib3
from urllib3.exceptions import HTTPError

from mic.client.connection import bounded, decoded
from mic.errors import Denied, Exhausted, Invalid, MicFault, Unreachable

CLIENT: Final = "mic"
LARGEST: Final = 64 << 10
PAUSE_S: Final = 5
LIFE_S: Final = 900
DEVICE_GRANT: Final = "urn:ietf:params:oauth:grant-type:device_code"
T = TypeVar("T")


class Started(msgspec.Struct, frozen=True):
    """What the user is to be told, and the code to ask with."""

    device_code: str
    user_code: str
    verification_uri: str
    verification_uri_complete: str = ""
    expires_in: int = LIFE_S
    interval: int = PAUSE_S


class Granted(msgspec.Struct, frozen=True):
    """Two tokens; `expires_in` seconds are the access token's."""

    access_token: str
    expires_in: int
    refresh_token: str = ""


class _Refusal(msgspec.Struct, frozen=True):
    error: str
    error_description: str = ""


class Waiting(MicFault):
    """Nobody has answered yet; with `is_hasty` we asked too soon."""

    def __init__(self, *, is_hasty: bool) -> None:
        super().__init__("Nobody has answered yet.", code="auth.waiting")
        self.is_hasty = is_hasty


_FAULTS: Final[dict[str, tuple[type[MicFault], str, str]]] = {
    "access_denied": (Denied, "auth.refused", "The sign-in was refused on the page."),
    "expired_token": (Denied, "auth.code-expired", "Nobody said yes in time."),
    "invalid_client": (Denied, "auth.unknown-client", "The node does not know `mic`."),
    "invalid_grant": (Denied, "auth.bad-token", "The node does not accept this sign-in any more."),
    "invalid_scope": (Invalid, "auth.bad-scope", "The node has no such scope."),
    "temporarily_unavailable": (Exhausted, "auth.too-many-tries", "The node wants us to wait."),
}


def start(url: str, device_name: str, scope: str) -> Started:
    """Ask the node for a code that its user can say yes to."""
    fields = {"client_id": CLIENT, "device_name": device_name, "scope": scope}
    return _post(url, "/auth/device", fields, Started)


def wait(
    url: str,
    started: Started,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Granted:
    """Ask until somebody has answered; raise `Denied` for a no, or for no answer in time."""
    pause, end = started.interval, clock() + started.expires_in
    while clock() < end:
        sleep(pause)
        try:
            return _exchange(url, started.device_code)
        except Waiting as waiting:
            pause += PAUSE_S if waiting.is_hasty else 0
        except Unreachable:
            pause += PAUSE_S
    family, code, sentence = _FAULTS["expired_token"]
    raise family(sentence, code=code, hint="Run `mic auth login` again.")


def refresh(url: str, token: str) -> Granted:
    """Change a refresh token for two new tokens; it works once."""
    fields = {"client_id": CLIENT, "grant_type": "refresh_token", "refresh_token": token}
    return _post(url, "/oauth/token", fields, Granted)


def revoke(url: str, token: str) -> None:
    """Sign this machine out on the node."""
    _post(url, "/oauth/revoke", {"client_id": CLIENT, "token": token}, dict)


def _exchange(url: str, code: str) -> Granted:
    fields = {"client_id": CLIENT, "grant_type": DEVICE_GRANT, "device_code": code}
    return _post(url, "/oauth/token", fields, Granted)


def _post(url: str, path: str, fields: dict[str, str], shape: type[T]) -> T:
    body = urlencode({name: value for name, value in fields.items() if value})
    headers = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "mic/1"}
    timeout = urllib3.Timeout(connect=10, read=60)
    try:
        with urllib3.connection_from_url(url, retries=False, timeout=timeout) as pool:
            answer = pool.request(
                "POST", path, body=body, headers=headers, redirect=False, preload_content=False
            )
            data = bounded(answer, LARGEST, url)
    except HTTPError as problem:
        raise Unreachable(
            f"The node at {url} does not answer.",
            hint="Is it running, and is the address right?",
            node=url,
        ) from problem
    if answer.status >= 300:
        _refuse(url, answer.status, data)
    return decoded(data, shape, url)


def _refuse(url: str, status: int, body: bytes) -> NoReturn:
    try:
        said = msgspec.json.decode(body, type=_Refusal)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise Unreachable(
            f"{url} answered with status {status}, not as a node of Micelio does.",
            code="answer.unreadable",
            hint="Is the address right?",
            node=url,
        ) from problem
    if said.error in {"authorization_pending", "slow_down"}:
        raise Waiting(is_hasty=said.error == "slow_down")
    if said.error in _FAULTS:
        family, code, sentence = _FAULTS[said.error]
        raise family(sentence, code=code, node=url)
    if status >= 500:
        raise Unreachable(f"{url} could not answer: {said.error}.", node=url)
    raise Invalid(f"{url} refused: {said.error_description or said.error}", code="auth.refused")
