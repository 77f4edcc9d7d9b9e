"""The session that is active in a workspace: `.mic/session.json`, replaced whole at each entry.

At most one is active. What is said and decided is kept here until it lands or is abandoned.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from keys.errors import BadStatement
from keys.statements import transcript
from keys.statements.canonical import check_goal, check_text
from keys.statements.contribution import ORIGINS, Origin
from keys.statements.transcript import MESSAGE_MAX, Decision, Message, Transcript
from mic.errors import Conflict, Exhausted, Invalid, Missing
from mic.workspace import files
from mic.workspace.manifest import FOLDER

NAME = "session.json"
SESSION_MAX = 64 << 20
ROLES = ("human", "agent")


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalSession:
    """A unit of work under way; `base` is the position it started on, times in milliseconds."""

    id: str
    goal: str
    server: str
    account: str
    project: str
    base: int | None
    started_at: int
    origin: Origin = "unknown"
    model: str | None = None
    conversation: tuple[Message, ...] = ()
    decisions: tuple[Decision, ...] = ()


class _File(msgspec.Struct, kw_only=True):
    version: int
    session: LocalSession


def new_id() -> str:
    """Return a new session id: 16 random bytes in base64url."""
    return secrets.token_urlsafe(16)


def start(root: Path, session: LocalSession) -> None:
    """Make `session` the active one; raises `Conflict` if one is, `Invalid` for a bad goal."""
    if (active := find(root)) is not None:
        raise Conflict(
            f"A session is active already: {active.id}",
            code="session.active",
            hint="Land it with mic session land, or drop it with mic session abandon.",
            session=active.id,
        )
    with _said():
        check_goal(session.goal)
    if session.origin not in ORIGINS:
        raise Invalid(f"The origin is one of {', '.join(ORIGINS)}.", code="session.bad-origin")
    save(root, session)


def find(root: Path) -> LocalSession | None:
    """Return the active session, or None; raises `Invalid` if its file is damaged."""
    try:
        data = files.read_bytes(root, f"{FOLDER}/{NAME}", SESSION_MAX)
    except FileNotFoundError:
        return None
    try:
        file = msgspec.json.decode(data, type=_File)
    except (ValueError, RecursionError) as fault:
        raise _corrupt(str(fault)) from fault
    if file.version != 1:
        raise _corrupt(f"it is of version {file.version}")
    return file.session


def load(root: Path) -> LocalSession:
    """Return the active session; raises `Missing`."""
    if (session := find(root)) is None:
        raise Missing(
            "No session is active here.", code="session.none", hint="Run mic session start GOAL."
        )
    return session


def save(root: Path, session: LocalSession) -> None:
    """Write the state of the active session, in one step; raises `Exhausted` above 64 MiB."""
    data = msgspec.json.encode(_File(version=1, session=session))
    if len(data) > SESSION_MAX:
        raise Exhausted(f"A session is at most {SESSION_MAX} bytes.", code="session.size")
    (root / FOLDER).mkdir(exist_ok=True)
    files.replace_file(root / FOLDER / NAME, data)


def note(root: Path, role: str, text: str, at: int) -> LocalSession:
    """Add a message to the conversation; raises `Missing`, `Invalid`."""
    if role not in ROLES:
        raise Invalid(f"The role is {' or '.join(ROLES)}, not {role!r}.", code="session.bad-role")
    _check(text, "message")
    session = load(root)
    grown = replace(session, conversation=(*session.conversation, Message(role, text, at)))
    save(root, grown)
    return grown


def decide(root: Path, text: str, why: str, at: int) -> LocalSession:
    """Add a decision and its reason; raises `Missing`, `Invalid`."""
    _check(text, "decision")
    _check(why, "reason")
    session = load(root)
    grown = replace(session, decisions=(*session.decisions, Decision(text, why, at)))
    save(root, grown)
    return grown


def end(root: Path) -> None:
    """Forget the active session. Idempotent."""
    (root / FOLDER / NAME).unlink(missing_ok=True)


def transcript_of(session: LocalSession) -> bytes:
    """Return the encoded transcript of `session`; raises `Invalid` past its limits."""
    with _said():
        return transcript.encode(
            Transcript(session.id, session.goal, session.conversation, session.decisions)
        )


def _check(text: str, what: str) -> None:
    if not text.strip():
        raise Invalid(f"A {what} is not empty.", code="session.empty")
    with _said():
        check_text(text, MESSAGE_MAX, what)


@contextmanager
def _said() -> Iterator[None]:
    """Answer what no statement may say with `Invalid`."""
    try:
        yield
    except BadStatement as fault:
        raise Invalid(str(fault), code="session.invalid") from fault


def _corrupt(reason: str) -> Invalid:
    return Invalid(
        f"{FOLDER}/{NAME} cannot be read: {reason}.",
        code="session.corrupt",
        hint="Your files are untouched. Move it away, then start a session anew.",
    )
