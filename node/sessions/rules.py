"""What a session may hold, and how batches of its changes add up."""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

from keys.statements.contribution import ORIGINS
from keys.statements.transcript import Decision, Message
from node.kernel.goals import is_blank
from node.kernel.limits import Limits
from node.sessions.model import BadSession, NewSession, Status
from store.changes import Change

ROLES = ("human", "agent")
ALL = "all"
NEWEST, OLDEST, BY_STATUS = SORTS = ("newest", "oldest", "status")
MODEL_LONGEST = 255

Said = TypeVar("Said", bound=Message | Decision)

_ID = re.compile(r"[A-Za-z0-9_-]{8,64}", re.ASCII)


def check_new(new: NewSession, limits: Limits) -> None:
    """Return if `new` can be a session; raise `BadSession`."""
    check_id(new.id)
    check_text("goal", new.goal, limits.goal)
    if new.base_position < 0:
        raise BadSession("base", "A base position is 0 or more.")
    if new.origin not in ORIGINS:
        raise BadSession("origin", f"An origin is one of {', '.join(ORIGINS)}.")
    if new.model is not None:
        check_model(new.model)
    for message in new.conversation:
        check_message(message.role, message.text, limits)
    for decision in new.decisions:
        check_decision(decision.text, decision.why, limits)


def check_id(name: str) -> None:
    """Return if `name` can be a session's id; raise `BadSession`."""
    if not _ID.fullmatch(name):
        raise BadSession("id", "A session's id has 8 to 64 letters, digits, '-' and '_'.")


def check_model(name: str) -> None:
    """Return if `name` can be a model's; raise `BadSession`."""
    if not 0 < len(name) <= MODEL_LONGEST or not name.isprintable():
        raise BadSession("model", f"A model's name has 1 to {MODEL_LONGEST} printable characters.")


def check_message(role: str, text: str, limits: Limits) -> None:
    """Return if this can be said in a session; raise `BadSession`."""
    if role not in ROLES:
        raise BadSession("role", f"A role is one of {', '.join(ROLES)}.")
    check_text("note", text, limits.note)


def check_decision(text: str, why: str, limits: Limits) -> None:
    """Return if this can be decided in a session; raise `BadSession`."""
    check_text("decision", text, limits.note)
    check_text("reason", why, limits.note, empty=True)


def check_text(field: str, text: str, limit: int, *, empty: bool = False) -> None:
    """Return if `text` is valid Unicode of at most `limit` bytes, not blank unless `empty`."""
    if not empty and is_blank(text):
        raise BadSession(field, f"The {field} is empty.")
    if length(text) > limit:
        raise BadSession(field, f"The {field} is longer than {limit} bytes.")


def length(text: str) -> int:
    """Return the bytes of `text`; raise `BadSession` if it is not valid Unicode."""
    try:
        return len(text.encode())
    except UnicodeEncodeError as fault:
        raise BadSession("text", "The text is not valid Unicode.") from fault


def statuses(asked: str) -> tuple[Status, ...]:
    """Return which sessions to list; raise `BadSession` for a status that does not exist."""
    if asked == ALL:
        return tuple(Status)
    try:
        return (Status(asked),)
    except ValueError as fault:
        known = ", ".join((ALL, *(status.value for status in Status)))
        raise BadSession("status", f"A status is one of {known}.") from fault


def sort(asked: str) -> str:
    """Return in which order to list; raise `BadSession` for one that does not exist."""
    if asked not in SORTS:
        raise BadSession("sort", f"An order is one of {', '.join(SORTS)}.")
    return asked


def merged(batches: Iterable[Iterable[Change]]) -> tuple[Change, ...]:
    """Return what batches of changes, oldest first, come to; a path that is back is no change."""
    found: dict[str, Change] = {}
    for batch in batches:
        for change in batch:
            before = found.get(change.path)
            old = before.old if before else change.old
            found[change.path] = Change(change.path, old, change.new)
    return tuple(change for _, change in sorted(found.items()) if change.old != change.new)


def together(transcript: tuple[Said, ...], kept: tuple[Said, ...]) -> tuple[Said, ...]:
    """Return what was said or decided, in order: the landed transcript and what else came here.

    The author's clock and the node's are two, so the time does not tell one remark from another.
    """
    heard = {replace(said, at=0) for said in transcript}
    whole = [*transcript, *(said for said in kept if replace(said, at=0) not in heard)]
    return tuple(sorted(whole, key=lambda said: said.at))
