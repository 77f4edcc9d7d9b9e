"""The contribution statement: what a contributor changed, on what base, and how it came about.

The subject is the change list, not a tree: the home may apply the same change to a newer head.
The project is named against grafts, the session against replays. Origins map to the kinds of the
Agent Trace format; an absent statement is `unknown`, never `human`.
"""

from dataclasses import dataclass
from typing import Annotated, Literal, get_args

import msgspec

from keys.ed25519 import PrivateKey
from keys.errors import BadStatement
from keys.statements import intoto
from keys.statements.canonical import Count, Did, Hex32, Name, ProjectId, check_goal
from keys.statements.descriptor import Descriptor

PREDICATE_TYPE = "https://micelio.dev/attestation/contribution/v1"
SUBJECT = "micelio:changes"

Origin = Literal["human", "ai-assisted", "ai-generated", "unknown"]
ORIGINS: tuple[Origin, ...] = get_args(Origin)

_Kind = Literal["human", "mixed", "ai", "unknown"]
_KINDS: dict[Origin, _Kind] = {
    "human": "human",
    "ai-assisted": "mixed",
    "ai-generated": "ai",
    "unknown": "unknown",
}
_ORIGINS: dict[_Kind, Origin] = {kind: origin for origin, kind in _KINDS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionFacts:
    """The session that made the change; times in Unix milliseconds."""

    id: str
    goal: str
    started_at: int
    finished_at: int
    transcript: Descriptor


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """A change to `project`, made on top of `base_position`, whose tree was `base_tree`."""

    project: str
    base_position: int
    base_tree: bytes
    changes: Descriptor
    session: SessionFacts
    origin: Origin
    model: str | None
    tool: str
    contributor: str


class _Base(msgspec.Struct, frozen=True):
    position: Count
    sha256: Hex32


class _Change(msgspec.Struct, frozen=True):
    base: _Base
    size: Count


class _Content(msgspec.Struct, frozen=True, rename="camel"):
    media_type: str
    digest: intoto.Digests
    size: Count


class _Session(msgspec.Struct, frozen=True, rename="camel"):
    id: Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
    goal: str
    started_at: Count
    finished_at: Count
    transcript: _Content


class _Tool(msgspec.Struct, frozen=True, omit_defaults=True):
    name: Name
    version: str | None = None


class _Contributor(msgspec.Struct, frozen=True, omit_defaults=True):
    id: Did
    kind: _Kind
    role: str
    tool: _Tool
    model_id: Name | None = None


class _Declaration(msgspec.Struct, frozen=True):
    vantage: str = "self-reported"
    completeness: str = "claimed"


class _Predicate(msgspec.Struct, frozen=True):
    project: ProjectId
    change: _Change
    session: _Session
    contributors: Annotated[tuple[_Contributor, ...], msgspec.Meta(min_length=1, max_length=16)]
    declaration: _Declaration


_TRANSCRIPT = "application/vnd.micelio.transcript+json"
_decoder = msgspec.json.Decoder(intoto.Statement[_Predicate])


def seal_contribution(contribution: Contribution, key: PrivateKey) -> bytes:
    """Return the envelope of `contribution`; raises `BadStatement` for what opening refuses."""
    predicate = _predicate(contribution)
    payload = intoto.payload_of(SUBJECT, contribution.changes.id, PREDICATE_TYPE, predicate)
    _read(payload)
    return intoto.seal_payload(payload, key)


def open_contribution(data: bytes) -> tuple[Contribution, str]:
    """Return the contribution in `data` and the did that signed it.

    Raises `BadEnvelope`, `BadSignature`, `BadStatement`. The signer may be another key than the
    contributor's, such as a delegated one: the caller checks that.
    """
    payload, signer = intoto.open_payload(data)
    return _read(payload), signer


def _predicate(said: Contribution) -> _Predicate:
    if said.origin not in _KINDS:
        raise BadStatement(f"The origin {said.origin!r} is not one of {', '.join(ORIGINS)}.")
    name, slash, version = said.tool.rpartition("/")
    tool = _Tool(name, version) if slash else _Tool(said.tool)
    maker = _Contributor(said.contributor, _KINDS[said.origin], "author", tool, said.model)
    return _Predicate(
        project=said.project,
        change=_Change(_Base(said.base_position, said.base_tree.hex()), said.changes.size),
        session=_session(said.session),
        contributors=(maker,),
        declaration=_Declaration(),
    )


def _session(facts: SessionFacts) -> _Session:
    digest = intoto.Digests(facts.transcript.id.hex())
    transcript = _Content(_TRANSCRIPT, digest, facts.transcript.size)
    return _Session(facts.id, facts.goal, facts.started_at, facts.finished_at, transcript)


def _read(payload: bytes) -> Contribution:
    statement = intoto.read(_decoder, payload, PREDICATE_TYPE, SUBJECT)
    said, maker = statement.predicate, statement.predicate.contributors[0]
    check_goal(said.session.goal)
    changes = bytes.fromhex(statement.subject[0].digest.sha256)
    return Contribution(
        project=said.project,
        base_position=said.change.base.position,
        base_tree=bytes.fromhex(said.change.base.sha256),
        changes=Descriptor(changes, said.change.size),
        session=_facts(said.session),
        origin=_ORIGINS[maker.kind],
        model=maker.model_id,
        tool=_tool(maker.tool),
        contributor=maker.id,
    )


def _facts(session: _Session) -> SessionFacts:
    if session.finished_at < session.started_at:
        raise BadStatement("A session does not finish before it starts.")
    transcript = session.transcript
    return SessionFacts(
        id=session.id,
        goal=session.goal,
        started_at=session.started_at,
        finished_at=session.finished_at,
        transcript=Descriptor(bytes.fromhex(transcript.digest.sha256), transcript.size),
    )


def _tool(tool: _Tool) -> str:
    return tool.name if tool.version is None else f"{tool.name}/{tool.version}"
