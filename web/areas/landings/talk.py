"""How something came about: what was said and what was decided, in one order."""

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from keys.statements.transcript import Decision, Message

DECISIONS = "decisions"


@dataclass(frozen=True, slots=True)
class Said:
    """One moment of a session: a message, or a decision."""

    at: int
    message: Message | None
    decision: Decision | None


@dataclass(frozen=True, slots=True)
class Talk:
    """What to show of a session; the addresses lead to all of it, and to its decisions only."""

    said: list[Said]
    messages: int
    decisions: int
    is_short: bool
    whole: str
    short: str

    @property
    def minutes(self) -> int:
        """How long it took from the first word to the last, if all of it is here."""
        return (self.said[-1].at - self.said[0].at) // 60_000 if self.said else 0


def talk_of(
    request: web.Request, messages: Sequence[Message], decisions: Sequence[Decision]
) -> Talk:
    """Return a conversation with its decisions; with `?talk=decisions`, those alone."""
    is_short = request.query.get("talk") == DECISIONS
    said = [] if is_short else [Said(message.at, message, None) for message in messages]
    said += [Said(decision.at, None, decision) for decision in decisions]
    said.sort(key=lambda moment: moment.at)
    here = request.rel_url
    return Talk(
        said,
        len(messages),
        len(decisions),
        is_short,
        f"{here.without_query_params('talk')}#talk",
        f"{here.update_query(talk=DECISIONS)}#talk",
    )
