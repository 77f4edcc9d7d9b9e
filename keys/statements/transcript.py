"""The transcript of a session: goal, conversation, decisions, as canonical JSON.

It is content like any other, named by digest in the contribution statement, and so not signed
itself. One value has one encoding, and only that encoding decodes.
"""

import hashlib
from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec

from keys.errors import BadStatement
from keys.statements.canonical import Count, check_goal, check_text, encode_struct
from keys.statements.canonical import decode as read
from keys.statements.descriptor import Descriptor

MESSAGE_MAX = 64 << 10
TRANSCRIPT_MAX = 4 << 20


@dataclass(frozen=True, slots=True)
class Message:
    """Something said in a session, at a time in Unix milliseconds."""

    role: str
    text: str
    at: int


@dataclass(frozen=True, slots=True)
class Decision:
    """Something decided, and why, at a time in Unix milliseconds."""

    text: str
    why: str
    at: int


@dataclass(frozen=True, slots=True)
class Transcript:
    """What led to a landing, in the order in which it happened."""

    session: str
    goal: str
    conversation: tuple[Message, ...]
    decisions: tuple[Decision, ...]


class _Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    role: Annotated[str, msgspec.Meta(min_length=1, max_length=32)]
    text: str
    at: Count


class _Decision(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    text: str
    why: str
    at: Count


class _Transcript(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: Literal[1]
    session: Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
    goal: str
    conversation: tuple[_Message, ...]
    decisions: tuple[_Decision, ...]


_decoder = msgspec.json.Decoder(_Transcript)


def encode(transcript: Transcript) -> bytes:
    """Return the one encoding of `transcript`; raises `BadStatement` past a limit."""
    data = encode_struct(_struct(transcript))
    decode(data)
    return data


def decode(data: bytes) -> Transcript:
    """Return the transcript in `data`; raises `BadStatement` for any other form of it."""
    if len(data) > TRANSCRIPT_MAX:
        raise BadStatement(f"A transcript is at most {TRANSCRIPT_MAX} bytes, not {len(data)}.")
    said = read(_decoder, data)
    if encode_struct(said) != data:
        raise BadStatement("The transcript is not in its canonical form.")
    _check(said)
    return Transcript(
        said.session,
        said.goal,
        tuple(Message(entry.role, entry.text, entry.at) for entry in said.conversation),
        tuple(Decision(entry.text, entry.why, entry.at) for entry in said.decisions),
    )


def descriptor(data: bytes) -> Descriptor:
    """Return the name of the encoded transcript `data`."""
    return Descriptor(hashlib.sha256(data).digest(), len(data))


def _struct(transcript: Transcript) -> _Transcript:
    return _Transcript(
        1,
        transcript.session,
        transcript.goal,
        tuple(_Message(entry.role, entry.text, entry.at) for entry in transcript.conversation),
        tuple(_Decision(entry.text, entry.why, entry.at) for entry in transcript.decisions),
    )


def _check(said: _Transcript) -> None:
    check_goal(said.goal)
    for message in said.conversation:
        check_text(message.text, MESSAGE_MAX, "message")
    for decision in said.decisions:
        check_text(decision.text, MESSAGE_MAX, "decision")
        check_text(decision.why, MESSAGE_MAX, "reason")
