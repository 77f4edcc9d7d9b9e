"""Gets what is at a URL that somebody gave, and is led nowhere else by it.

Each hop is resolved once and must lead to a public address, unless it is at a host that the caller
trusts to be inside; then the connection goes to the address that was looked at. Redirects are
followed three times, never from TLS to none. What comes is counted as it comes.
"""

import socket
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import urldefrag, urljoin

import aiohttp
from yarl import URL

from node.kernel import outbound
from node.kernel.errors import Invalid, Unreachable
from node.kernel.outbound import Target

HOPS = 3
REDIRECTS = frozenset({301, 302, 303, 307, 308})
TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=10)
AGENT = "micelio/1"


class NotTaken(Invalid):
    """What came is not what was asked for; `reason` is the end of its code."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(f"outbound.{reason}", message)


class NoAnswer(Unreachable):
    """Nobody answered, not in time, or not with what was asked for; `status` is 0 without any."""

    def __init__(self, url: str, reason: str, status: int = 0) -> None:
        shown = f"{url[:200]} does not answer: {reason}."
        super().__init__("outbound.no-answer", shown, url=url[:200])
        self.status = status


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for: the kinds that are taken, and the most bytes.

    A kind is a media type without parameters, with what its own must hold, or nothing.
    """

    kinds: Mapping[str, str]
    most: int

    @property
    def accept(self) -> str:
        """The kinds as a header names them."""
        return ", ".join(
            f'{kind}; profile="{profile}"' if profile else kind
            for kind, profile in self.kinds.items()
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """What came, from where in the end; `is_inside`: from an address that is not public."""

    url: str
    data: bytes
    is_inside: bool


async def get(url: str, wanted: Wanted, trusted: Collection[tuple[str, int]] | None) -> Answer:
    """Return what is at `url`.

    The hosts and ports in `trusted` may be inside; None trusts all.
    Raises `NoAnswer`, `NotTaken`, or what `outbound.target` raises. The caller sets a deadline.
    """
    for _ in range(HOPS + 1):
        bare, _, query = url.partition("?")
        may_be_inside = trusted is None or outbound.parsed(bare) in trusted
        target = await outbound.target(bare, allow_private=may_be_inside)
        found = await _asked(target, query, wanted)
        if isinstance(found, bytes):
            return Answer(url, found, not outbound.is_public(target.address))
        url = _next(url, found)
    raise NotTaken("moved", f"{url[:200]} leads on and on.")


async def _asked(target: Target, query: str, wanted: Wanted) -> bytes | str:
    """Return what is at one address: the body, or where to go instead."""
    where = URL(f"{target.url}?{query}" if query else target.url, encoded=True)
    headers = {
        "Accept": wanted.accept,
        "Accept-Encoding": "identity",
        "Host": outbound.authority(target.url),
        "User-Agent": AGENT,
    }
    family = socket.AF_INET6 if ":" in target.address else socket.AF_INET
    try:
        async with (
            aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(family=family, force_close=True),
                timeout=TIMEOUT,
                auto_decompress=False,
                cookie_jar=aiohttp.DummyCookieJar(),
            ) as session,
            session.get(
                where.with_host(target.address),
                headers=headers,
                allow_redirects=False,
                server_hostname=target.host if where.scheme == "https" else None,
            ) as answer,
        ):
            if answer.status in REDIRECTS and "Location" in answer.headers:
                return answer.headers["Location"]
            if answer.status != 200:
                raise NoAnswer(target.url, f"it says {answer.status}", answer.status)
            _check_kind(target.url, answer, wanted)
            return await _body(target.url, answer, wanted.most)
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as fault:
        raise NoAnswer(target.url, str(fault) or type(fault).__name__) from fault


async def _body(url: str, answer: aiohttp.ClientResponse, most: int) -> bytes:
    data = bytearray()
    async for chunk in answer.content.iter_any():
        data += chunk
        if len(data) > most:
            raise NotTaken("too-long", f"{url[:200]} sends more than {most} bytes.")
    return bytes(data)


def _check_kind(url: str, answer: aiohttp.ClientResponse, wanted: Wanted) -> None:
    """Refuse what does not say that it is what was asked for: an upload may look like it."""
    said = answer.headers.get("Content-Type", "")
    kind, _, parameters = said.partition(";")
    profile = wanted.kinds.get(kind.strip().lower())
    if profile is None or profile not in parameters:
        raise NotTaken("wrong-kind", f"{url[:200]} is {said[:100]!r} and not {wanted.accept}.")
    if answer.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise NotTaken("wrong-kind", f"{url[:200]} is compressed, which was not asked for.")


def _next(url: str, location: str) -> str:
    """Return where a redirect leads, without its fragment."""
    try:
        there = urldefrag(urljoin(url, location)).url
    except ValueError as fault:
        raise NotTaken("moved", f"{url[:200]} leads to what is no URL.") from fault
    if url.startswith("https://") and not there.startswith("https://"):
        raise NotTaken("moved", f"{url[:200]} leads away from TLS.")
    return there
