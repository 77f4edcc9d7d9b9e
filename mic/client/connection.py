"""One node, spoken to over HTTP.

A connection that drops is taken up again after a pause, where repeating the request does no harm;
whoever sends what must not be sent twice says so with `again=False` and learns of it. Redirects
are not followed: a token is for the node that it was made for.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from http.client import BadStatusLine, RemoteDisconnected
from typing import Any, Self, TypeVar
from urllib.parse import quote, urlencode

import msgspec
import urllib3
from urllib3.exceptions import HTTPError, NewConnectionError, ReadTimeoutError

from mic.client import refusals
from mic.client.addresses import is_peer
from mic.errors import MicFault, Unreachable
from mic.wire import identity, limits, messages
from mic.wire.messages import PREFIX

PAUSES: tuple[float, ...] = (0.1, 0.3, 0.6, 1.0)
"""Seconds between the attempts at one request."""

CONNECT_SECONDS = 10
ANSWER_SECONDS = 120
QUIET_SECONDS = 30
"""How long nothing may come of a question that changes nothing."""

BUSY = frozenset({502, 503, 504})
"""Statuses of a node that is starting or stopping."""

CHUNK = 256 * limits.KIB
_HTTP = "HTTP/"
_MULTISTREAM = "/multistream/"
"""What libp2p says first to whoever connects."""

_PEERS_PORT = (
    "That is its port for peers; its pages have another one. As a peer it is reached at"
    " /ip4/ADDRESS/tcp/PORT/p2p/ID, which `micelio status` over there prints."
)
T = TypeVar("T")
Query = Mapping[str, str | int | None]


class Dropped(Unreachable):
    """The connection ended in the middle; what was under way may or may not have happened."""

    code = "connection-dropped"


class Silent(Dropped):
    """The node took the request and said nothing: it hangs, or is stopped."""

    code = "silent"


class Connection:
    """A node's address, a token for it, and the sockets in between.

    With a `project_id`, only that project answers, whatever other one has its name by now.
    """

    def __init__(
        self,
        url: str,
        token: str | None = None,
        *,
        project_id: str | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.url = url
        self.has_token = token is not None
        self.sleep = sleep
        self._pauses = PAUSES
        self._quiet: urllib3.Timeout | None = _timeout(QUIET_SECONDS)
        headers = {"User-Agent": "mic/1", "Accept-Encoding": "identity"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if project_id:
            headers[identity.HEADER] = project_id
        self._headers = headers
        self._pool = _pool(url)

    def get(self, path: str, shape: type[T], query: Query | None = None) -> T:
        """Return the answer to GET."""
        return self.ask("GET", path, shape, query=query)

    def ask(
        self,
        method: str,
        path: str,
        shape: type[T],
        message: Any = None,
        *,
        query: Query | None = None,
        again: bool = True,
    ) -> T:
        """Send a message as JSON and return the answer, decoded as `shape`."""
        body = None if message is None else msgspec.json.encode(message)
        answer = self.exchange(method, path, body, messages.JSON, query=query, again=again)
        return decoded(answer, shape, self.url)

    def exchange(
        self,
        method: str,
        path: str,
        body: bytes | Iterable[bytes] | None,
        content_type: str,
        *,
        query: Query | None = None,
        again: bool = True,
    ) -> bytes:
        """Send bytes and return the bytes of the answer.

        A body that is drawn from an iterator can be sent only once: the drop is its sender's.
        """
        if not isinstance(body, bytes | None):
            return self._once(method, path, body, content_type, query)
        return self._persist(lambda: self._once(method, path, body, content_type, query), again)

    @contextmanager
    def stream(
        self, method: str, path: str, body: bytes | None = None, query: Query | None = None
    ) -> Iterator[Iterator[bytes]]:
        """Yield the answer's bytes as they arrive; raises `Dropped` where they end too early."""
        response = self._persist(lambda: self._begin(method, path, body, query), again=True)
        try:
            yield self._chunks(response)
        finally:
            response.close()

    def briefly(self, seconds: float = 1.0) -> Self:
        """Wait so long and no longer from now on: what does not answer is not asked again."""
        self._pauses = ()
        self._pool.timeout = urllib3.Timeout(connect=0.3 * seconds, read=0.7 * seconds)
        self._quiet = None
        return self

    def close(self) -> None:
        """Let go of the sockets."""
        self._pool.close()

    def _persist(self, attempt: Callable[[], T], again: bool) -> T:  # noqa: FBT001
        for pause in self._pauses:
            try:
                return attempt()
            except Silent:
                raise
            except Dropped as drop:
                if not (again or drop.details.get("unsent")):
                    raise
                self.sleep(pause)
        return attempt()

    def _begin(
        self, method: str, path: str, body: bytes | None, query: Query | None
    ) -> urllib3.BaseHTTPResponse:
        with self._translated():
            return self._open(method, path, body, messages.IDS, query)

    def _once(
        self,
        method: str,
        path: str,
        body: bytes | Iterable[bytes] | None,
        content_type: str,
        query: Query | None,
    ) -> bytes:
        most = limits.FILE if "/files/" in path else limits.ANSWER
        with self._translated():
            response = self._open(method, path, body, content_type, query)
            return bounded(response, most, self.url)

    def _open(
        self,
        method: str,
        path: str,
        body: bytes | Iterable[bytes] | None,
        content_type: str,
        query: Query | None,
    ) -> urllib3.BaseHTTPResponse:
        headers = self._headers if body is None else self._headers | {"Content-Type": content_type}
        timeout = self._quiet if method == "GET" and self._quiet else self._pool.timeout
        response = self._pool.request(
            method,
            PREFIX + path + asked(query),
            body=body,
            headers=headers,
            timeout=timeout,
            redirect=False,
            preload_content=False,
            decode_content=False,
        )
        if response.status >= 300:
            self._refuse(response)
        return response

    def _refuse(self, response: urllib3.BaseHTTPResponse) -> None:
        try:
            body = bounded(response, limits.MIB, self.url)
        except Unreachable:
            body = b""
        fault = refusals.fault(response.status, body, self.url)
        if response.status in BUSY:
            raise Dropped(fault.message, code=fault.code, unsent=True, node=self.url)
        raise fault

    def _chunks(self, response: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
        # What has arrived is handed on at once: filling a buffer first would lose it to a drop.
        with self._translated():
            while chunk := response.read1(CHUNK):
                yield chunk

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except HTTPError as problem:
            raise self._dropped(problem) from problem

    def _dropped(self, problem: HTTPError) -> MicFault:
        if isinstance(problem, NewConnectionError):
            return Dropped(
                f"The node at {self.url} does not answer.",
                code="unreachable",
                hint="Is it running? `micelio up` starts a node; MIC_NODE names another one.",
                unsent=True,
                node=self.url,
            )
        if isinstance(problem, ReadTimeoutError):
            return Silent(
                f"The node at {self.url} says nothing: it took the request and did not answer.",
                hint="It may be stopped or busy. Run the command again: it goes on where it was.",
                node=self.url,
            )
        if (said := _no_http(problem)) is not None:
            return self._speaks_otherwise(said)
        return Dropped(
            f"The connection to {self.url} ended before the answer: {problem}.",
            hint="Run the command again: it goes on where it was.",
            node=self.url,
        )

    def _speaks_otherwise(self, said: str) -> Unreachable:
        if _MULTISTREAM in said:
            message = f"What answers at {self.url} speaks libp2p, not HTTP."
            hint = _PEERS_PORT
        else:
            message = f"What answers at {self.url} does not speak HTTP."
            hint = "Is that a Micelio node?"
        return Unreachable(message, code="answer.not-http", hint=hint, node=self.url)


def _no_http(problem: HTTPError) -> str | None:
    """Return what came in the place of an answer in HTTP, None if one began or nothing came."""
    for cause in problem.args:
        if isinstance(cause, BadStatusLine) and not isinstance(cause, RemoteDisconnected):
            said = str(cause)
            return None if _HTTP.startswith(said[: len(_HTTP)]) else said
    return None


def _timeout(seconds: float) -> urllib3.Timeout:
    return urllib3.Timeout(connect=CONNECT_SECONDS, read=seconds)


def _pool(url: str) -> urllib3.HTTPConnectionPool:
    timeout = _timeout(ANSWER_SECONDS)
    if is_peer(url):
        from mic.client import peers  # noqa: PLC0415  # starting libp2p takes seconds

        return peers.pool(url, maxsize=2, retries=False, timeout=timeout)
    return urllib3.connection_from_url(url, maxsize=4, retries=False, timeout=timeout)


def bounded(response: urllib3.BaseHTTPResponse, most: int, url: str) -> bytes:
    """Return all bytes of an answer and let its socket be used again.

    Raises `Unreachable` for more than `most`: nobody waits for the end of an answer without one.
    """
    parts, size = [], 0
    while size <= most and (part := response.read1(min(CHUNK, most + 1))):
        parts.append(part)
        size += len(part)
    if size <= most:
        response.release_conn()
        return b"".join(parts)
    response.close()
    raise Unreachable(
        f"What {url} answers has more than {most:,} bytes.", code="answer.too-large", node=url
    )


def decoded(body: bytes, shape: type[T], url: str) -> T:
    """Decode an answer; a node that talks nonsense is treated as unreachable."""
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise Unreachable(
            f"What {url} answered cannot be understood: {problem}.",
            code="answer.unreadable",
            hint="Is that a Micelio node, of this version?",
            node=url,
        ) from problem


def asked(query: Query | None) -> str:
    """Return a query string of what is not None."""
    given = {name: value for name, value in (query or {}).items() if value is not None}
    return "?" + urlencode(given) if given else ""


def segment(text: str) -> str:
    """Return `text` as one segment of a path of a URL, or as several where it holds slashes."""
    return quote(text, safe="/")
