"""Gets what an actor's address leads to, and is led nowhere else by it.

Each hop is resolved once and must lead to a public address, unless it is at the very host that the
operator named; then the connection goes to the address that was looked at. Redirects are followed
three times, never from TLS to none. What comes is counted as it comes.
"""

import socket
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urldefrag, urljoin

import aiohttp
from yarl import URL

from activitypub.errors import NoAnswer, NotBelieved
from activitypub.reading import LONGEST
from activitypub.vocabulary import JSON, LINKED, LINKED_PROFILE, STREAMS, authority
from node.kernel import outbound
from node.kernel.outbound import Target

HOPS = 3
REDIRECTS = frozenset({301, 302, 303, 307, 308})
TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=10)

DOCUMENT = f"{JSON}, {LINKED_PROFILE}"
FINGER = "application/jrd+json, application/json"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came, from where in the end; `is_inside`: from an address that is not public."""

    url: str
    data: bytes
    is_inside: bool


async def get(url: str, accept: str, trusted: Collection[tuple[str, int]] | None) -> Answer:
    """Return what is at `url`, in one of the kinds of `accept`.

    The hosts and ports in `trusted` may be inside; None trusts all.
    Raises `NoAnswer`, `NotBelieved`, or what `outbound.target` raises. The caller sets a deadline.
    """
    for _ in range(HOPS + 1):
        bare, _, query = url.partition("?")
        may_be_inside = trusted is None or outbound.parsed(bare) in trusted
        target = await outbound.target(bare, allow_private=may_be_inside)
        found = await _asked(target, query, accept)
        if isinstance(found, bytes):
            return Answer(url, found, not outbound.is_public(target.address))
        url = _next(url, found)
    raise NotBelieved("moved", f"{url[:200]} leads on and on.")


async def _asked(target: Target, query: str, accept: str) -> bytes | str:
    """Return what is at one address: the body, or where to go instead."""
    where = URL(f"{target.url}?{query}" if query else target.url, encoded=True)
    headers = {
        "Accept": accept,
        "Accept-Encoding": "identity",
        "Host": authority(target.url),
        "User-Agent": "micelio/1",
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
                raise NoAnswer(target.url, f"it says {answer.status}")
            _check_kind(target.url, answer, accept)
            return await _body(target.url, answer)
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as fault:
        raise NoAnswer(target.url, str(fault) or type(fault).__name__) from fault


async def _body(url: str, answer: aiohttp.ClientResponse) -> bytes:
    data = bytearray()
    async for chunk in answer.content.iter_any():
        data += chunk
        if len(data) > LONGEST:
            raise NotBelieved("too-long", f"{url[:200]} sends more than {LONGEST} bytes.")
    return bytes(data)


def _check_kind(url: str, answer: aiohttp.ClientResponse, accept: str) -> None:
    """Refuse what does not say that it is what was asked for: an upload may look like it."""
    said = answer.headers.get("Content-Type", "")
    name, _, parameters = said.partition(";")
    is_asked = name.strip().lower() in {one.partition(";")[0] for one in accept.split(", ")}
    if not is_asked or (name.strip().lower() == LINKED and STREAMS not in parameters):
        raise NotBelieved("wrong-kind", f"{url[:200]} is {said[:100]!r} and not {accept}.")
    if answer.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise NotBelieved("wrong-kind", f"{url[:200]} is compressed, which was not asked for.")


def _next(url: str, location: str) -> str:
    """Return where a redirect leads, without its fragment."""
    try:
        there = urldefrag(urljoin(url, location)).url
    except ValueError as fault:
        raise NotBelieved("moved", f"{url[:200]} leads to what is no URL.") from fault
    if url.startswith("https://") and not there.startswith("https://"):
        raise NotBelieved("moved", f"{url[:200]} leads away from TLS.")
    return there
