"""What is said by gossip: `Announcement`, and the topic of each project.

Everything here is bytes of a stranger: refused by length before it is parsed, by its version before
its fields, and a field that we do not know is ignored. Nothing is believed for being well-formed;
`p2p.judging` says what a well-formed announcement is worth.
"""

from typing import Annotated, Final, TypeVar

import msgspec

from keys.spelling import ENVELOPE_MAX
from keys.statements.canonical import Position, ProjectId
from mic.wire.heads import SignedHead

VERSION: Final = 1

ANNOUNCEMENT: Final = 64 * 1024
"""Bytes of an announcement; a record that does not fit is left out and asked for."""

T = TypeVar("T")

_TOPIC: Final = "micelio/1/"


class Malformed(ValueError):
    """Not an announcement."""


class TooLong(Malformed):
    """Longer than anything that is announced; nothing of it was parsed."""


class OlderVersion(Malformed):
    """Said in a version before the first, which nobody who means well speaks."""


class NewerVersion(Malformed):
    """Said in a version that this node does not know: no fault of its sender."""


class Announcement(msgspec.Struct, frozen=True, kw_only=True):
    """A project stands at `position` of `epoch`; `record` is the envelope of that landing.

    `n` grows with each announcement of its sender, so that nobody can be blamed for what others
    repeat of them. Without a record it is a hint: who hears it asks.
    """

    v: int = VERSION
    n: Position
    project: ProjectId
    epoch: Position
    position: Annotated[int, msgspec.Meta(ge=0, lt=1 << 53)]
    record: Annotated[bytes, msgspec.Meta(max_length=ENVELOPE_MAX)] | None = None


class _Spoken(msgspec.Struct, frozen=True):
    v: int


_versions = msgspec.json.Decoder(_Spoken)
_announcements = msgspec.json.Decoder(Announcement)
_encoder = msgspec.json.Encoder()


def topic(project: str) -> str:
    """Return the gossip topic of a project."""
    return _TOPIC + project


def project_of(topic: str) -> str | None:
    """Return the project that a topic is about, None if it is no topic of ours."""
    return topic.removeprefix(_TOPIC) if topic.startswith(_TOPIC) else None


def announce(head: SignedHead, number: int) -> bytes:
    """Encode where a project stands; without the record if it would be too long."""
    said = Announcement(
        n=number,
        project=head.project,
        epoch=head.epoch,
        position=head.position,
        record=head.record,
    )
    data = _encoder.encode(said)
    if len(data) <= ANNOUNCEMENT:
        return data
    return _encoder.encode(msgspec.structs.replace(said, record=None))


def announced(data: bytes) -> Announcement:
    """Decode what came by gossip; raises a kind of `Malformed`."""
    if len(data) > ANNOUNCEMENT:
        raise TooLong(f"An announcement has at most {ANNOUNCEMENT} bytes, not {len(data)}.")
    version = _decoded(_versions, data).v
    if version > VERSION:
        raise NewerVersion(f"Version {version} is not known here.")
    if version < VERSION:
        raise OlderVersion(f"There is no version {version}.")
    return _decoded(_announcements, data)


def _decoded(decoder: msgspec.json.Decoder[T], data: bytes) -> T:
    try:
        return decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise Malformed(f"Not an announcement: {fault}.") from fault
