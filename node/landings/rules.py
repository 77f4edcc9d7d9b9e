"""Decisions about landings: values in, values out."""

from collections.abc import Iterable, Mapping, Sequence

import mmh3

from keys.errors import KeysFault
from keys.statements import contribution as statements
from keys.statements import transcript as transcripts
from keys.statements.contribution import Contribution
from keys.statements.transcript import Transcript
from node.kernel.goals import is_blank
from node.kernel.limits import Limits
from node.landings.model import BadDraft, Draft
from store.changes import MOST, Change
from store.digest import Digest
from store.tree import Entry, Mode

ORIGINS = frozenset({"human", "ai-assisted", "ai-generated", "unknown"})


def check_session(draft: Draft, limits: Limits) -> Transcript:
    """Return what the draft's session said; raises `BadDraft` where it contradicts the draft."""
    session = draft.session
    if is_blank(session.goal):
        raise BadDraft("no-goal", "A landing needs a goal: say what it is for.")
    if len(session.goal.encode()) > limits.goal:
        raise BadDraft("goal-too-long", f"A goal has at most {limits.goal} bytes.")
    if session.origin not in ORIGINS:
        raise BadDraft("unknown-origin", f"An origin is one of {', '.join(sorted(ORIGINS))}.")
    try:
        said = transcripts.decode(draft.transcript)
    except KeysFault as fault:
        raise BadDraft(
            "bad-transcript", f"The session's transcript is unusable: {fault}"
        ) from fault
    if (said.session, said.goal) != (session.id, session.goal):
        raise BadDraft("transcript-mismatch", "The transcript belongs to another session or goal.")
    return said


def check_statement(draft: Draft, project_id: str, transcript: Digest) -> tuple[Contribution, str]:
    """Return the draft's statement and its signer; raises `BadDraft` where they disagree.

    The signature is verified over the bytes received. A statement for another project, base, change
    or session is refused by name: it would otherwise vouch for work that its author never saw.
    """
    assert draft.statement is not None
    try:
        said, signer = statements.open_contribution(draft.statement)
    except KeysFault as fault:
        raise BadDraft(
            "bad-statement", f"The contribution statement is unusable: {fault}"
        ) from fault
    pairs = {
        "project": (said.project, project_id),
        "base": (said.base_position, draft.base),
        "changes": (said.changes, draft.changes),
        "session": (said.session.id, draft.session.id),
        "goal": (said.session.goal, draft.session.goal),
        "transcript": (said.session.transcript.id, transcript),
        "origin": (said.origin, draft.session.origin),
        "model": (said.model, draft.session.model),
    }
    for field, (stated, asked) in pairs.items():
        if stated != asked:
            raise BadDraft(
                "statement-mismatch",
                f"The contribution statement names another {field} than the request.",
                field=field,
            )
    return said, signer


def check_changes(changes: Sequence[Change], limits: Limits) -> None:
    """Refuse an empty change list and one with too many paths."""
    if not changes:
        raise BadDraft("no-changes", "There are no changes.")
    most = min(limits.paths_in_landing, MOST)
    if len(changes) > most:
        raise BadDraft("too-many-paths", f"A landing has at most {most} paths, not {len(changes)}.")
    for change in changes:
        if change.new is not None and change.new.size > limits.file:
            raise BadDraft("file-too-large", f"{change.path} has more than {limits.file} bytes.")
        if change.new is not None and change.new.mode is Mode.LINK and change.new.size > 4096:
            raise BadDraft("link-too-long", f"The link {change.path} has more than 4096 bytes.")


def parents(paths: Iterable[str]) -> set[str]:
    """Return every directory above `paths`, the root as the empty string."""
    found = {""}
    for path in paths:
        end = path.rfind("/")
        while end > 0 and path[:end] not in found:
            found.add(path[:end])
            end = path.rfind("/", 0, end)
    return found


def path_key(path: str, seed: int) -> int:
    """Return the 64-bit key of a path; seeded, because mmh3 collisions are easy to make."""
    key: int = mmh3.hash64(path.encode(), seed)[0]
    return key


def wanted(changes: Iterable[Change]) -> Mapping[str, Entry]:
    """Return the tree that changes ask for at each path that stays or comes."""
    return {change.path: change.new for change in changes if change.new is not None}


def touches(changes: Iterable[Change], path: str) -> bool:
    """Whether a change list moved `path`, something below it, or a file above it."""
    below = f"{path}/"
    return any(
        change.path == path or change.path.startswith(below) or path.startswith(f"{change.path}/")
        for change in changes
    )
