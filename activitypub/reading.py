"""Reads the actor document of another node: bytes in, what it says or a refusal out.

Pure. Nothing of it is believed before its size, its depth, its types and its signature are; and
what is believed are hints: who is at an address proves it there. It is read as plain JSON, and no
context is ever fetched: what would give words another meaning is refused.
"""

from typing import Annotated, Any

import msgspec

from activitypub.errors import NotBelieved
from activitypub.vocabulary import ADDRESSES, APPLICATION, MULTIKEY, STREAMS, origin
from keys import did as names
from keys import integrity
from keys.ed25519 import PublicKey
from keys.errors import KeysFault
from keys.multikey import DID_SCHEME
from keys.statements.addresses import MOST as MOST_ADDRESSES
from node.federation.model import Described
from node.replication.rules import is_node

LONGEST = 256 << 10
DEEPEST = 16
MOST_VALUES = 4_000
MOST_KEYS = 16
RESHAPING = frozenset({"@graph", "@included", "@reverse", "@nest"})

_Text = Annotated[str, msgspec.Meta(max_length=2_000)]


class _Actor(msgspec.Struct, frozen=True, rename="camel"):
    id: _Text
    type: _Text | Annotated[list[_Text], msgspec.Meta(max_length=16)]
    assertion_method: Annotated[list[Any], msgspec.Meta(max_length=MOST_KEYS)] | dict[str, Any]
    name: _Text = ""
    url: _Text = ""
    p2p_addresses: Annotated[list[_Text], msgspec.Meta(max_length=100)] = msgspec.field(
        name=ADDRESSES, default_factory=list
    )


def actor(data: bytes, url: str, now: int) -> Described:
    """Return what the document that was got at `url` says of a node; raises `NotBelieved`."""
    document = _document(data)
    try:
        said = msgspec.convert(document, _Actor)
    except msgspec.ValidationError as fault:
        raise NotBelieved("wrong-shape", f"The document is no actor of a node: {fault}.") from fault
    if said.id != url:
        raise NotBelieved("other-id", f"The document at {url[:200]} is that of another address.")
    if APPLICATION not in ([said.type] if isinstance(said.type, str) else said.type):
        raise NotBelieved("wrong-shape", f"The actor at {url[:200]} is no {APPLICATION}.")
    key = _proven(document, said, now)
    peer = f"/p2p/{names.peer_id(key)}"
    found = [one for one in said.p2p_addresses if one.endswith(peer) and is_node(one)]
    return Described(
        url=said.id,
        did=names.did_of(key),
        name=said.name,
        home=_home(said),
        addresses=tuple(dict.fromkeys(found))[:MOST_ADDRESSES],
    )


def _document(data: bytes) -> dict[str, Any]:
    """Return the document as plain values, within limits."""
    if len(data) > LONGEST:
        raise NotBelieved("too-long", f"The document has more than {LONGEST} bytes.")
    try:
        document = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise NotBelieved(
            "not-json", f"The document is no JSON that is read here: {fault}."
        ) from fault
    _check_bounds(document)
    if not isinstance(document, dict):
        raise NotBelieved("wrong-shape", "The document is no object.")
    context = document.get("@context")
    if context != STREAMS and not (isinstance(context, list) and STREAMS in context):
        raise NotBelieved("wrong-shape", "The document is not in the words of ActivityStreams.")
    return document


def _check_bounds(document: object) -> None:
    """Refuse what is too deep, too much, or would be read in another shape than it has."""
    level, seen = [document], 0
    for _ in range(DEEPEST):
        inner: list[object] = []
        for value in level:
            if isinstance(value, dict):
                if RESHAPING & value.keys():
                    raise NotBelieved("reshaped", "The document says that it has another shape.")
                inner += value.values()
            elif isinstance(value, list):
                inner += value
        seen, level = seen + len(inner), inner
        if seen > MOST_VALUES:
            raise NotBelieved("too-much", f"The document has more than {MOST_VALUES} values.")
        if not level:
            return
    raise NotBelieved("too-deep", f"The document is more than {DEEPEST} levels deep.")


def _proven(document: dict[str, Any], said: _Actor, now: int) -> PublicKey:
    """Return the key of the actor's own that signed the document."""
    try:
        key = _key(said, integrity.method_of(document))
        integrity.check(document, key, now)
    except KeysFault as fault:
        raise NotBelieved(
            "bad-proof", f"The document at {said.id} is not proven: {fault}"
        ) from fault
    return key


def _key(said: _Actor, method: str) -> PublicKey:
    """Return the key that the actor calls `method`."""
    several = said.assertion_method
    for one in several if isinstance(several, list) else [several]:
        if not isinstance(one, dict) or one.get("id") != method:
            continue
        value, about = one.get("publicKeyMultibase"), (one.get("type"), one.get("controller"))
        if isinstance(value, str) and about == (MULTIKEY, said.id):
            return names.public_key(DID_SCHEME + value)
    raise NotBelieved(
        "bad-proof", f"The document at {said.id} is signed with a key that it has not."
    )


def _home(said: _Actor) -> str | None:
    """Return where the node's pages are: believed of the host that the document came from."""
    home = said.url.rstrip("/")
    return home if origin(home) == origin(said.id) and is_node(home) else None
