"""A history as landings tell it: its line, what each commit changed, and what a merge brought."""

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from keys.statements import transcript as transcripts
from keys.statements.landing import Imported
from keys.statements.transcript import Message, Transcript
from node.imports import blobs
from node.kernel.goals import is_blank
from node.landings.bulk import Told
from store.changes import Change
from store.git import history
from store.git.commits import Commit, parse
from store.git.history import MODES, Delta, Step
from store.git.objects import kinds, objects
from store.git.program import run

BROUGHT = 100
"""How many commits of a merge are told."""

NO_MESSAGE = "(no message)"


@dataclass(frozen=True, slots=True)
class History:
    """What is to be imported: the line, what its commits changed, and what each merge brought.

    `every` has the steps of all commits, side branches included, in the order of their dates.
    """

    line: list[Commit]
    steps: list[Step]
    every: list[Step]
    brought: Mapping[str, Sequence[str]]
    tags: Mapping[str, tuple[str, str]]


def read(repository: Path, tip: str, tags: Mapping[str, str]) -> History:
    """Read all but the contents; raises `BadHistory` for what no project may hold."""
    peeled = run(repository, "rev-parse", "--verify", "-q", f"{tip}^{{commit}}").decode().strip()
    line = list(history.commits(repository, history.line(repository, peeled)))
    steps = list(history.steps(repository, line))
    targets = {name: (oid, _peeled(repository, oid)) for name, oid in tags.items()}
    every = _every(repository, [peeled, *(target for _, target in targets.values())], steps)
    return History(line, steps, every, _brought(repository, line), targets)


def _every(repository: Path, tips: Sequence[str], steps: Sequence[Step]) -> list[Step]:
    known = {step.commit: step for step in steps}
    found = kinds(repository, tips)
    given = [name for name in tips if found[name][0] == "commit"]
    asked = "\n".join([*given, ""]).encode()
    order = run(repository, "rev-list", "--reverse", "--date-order", "--stdin", given=asked)
    names = order.decode().split()
    side = history.commits(repository, (name for name in names if name not in known))
    known |= {step.commit: step for step in history.steps(repository, side, any_path=True)}
    return [known[name] for name in names]


def _peeled(repository: Path, oid: str) -> str:
    return run(repository, "rev-parse", "--verify", "-q", f"{oid}^{{}}").decode().strip()


def _brought(repository: Path, line: Sequence[Commit]) -> dict[str, list[str]]:
    """Return the commits that each merge of the line brought, oldest first, and at most so many."""
    tip = [line[-1].id] if line else []
    listed = run(repository, "rev-list", "--topo-order", "--parents", *tip, "--").decode()
    parents = {name: above for name, *above in map(str.split, listed.splitlines())}
    seen = {one.id for one in line}
    found: dict[str, list[str]] = {}
    for one in line:
        waiting, here = list(one.parents[1:]), []
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                here.append(name)
                waiting.extend(parents.get(name, ()))
        if here:
            found[one.id] = here[::-1][-BROUGHT:]
    return found


def told(
    repository: Path,
    found: History,
    pairs: Iterator[tuple[Commit, Step]],
    known: blobs.Known,
) -> Iterator[Told]:
    """Yield the landings that the commits become."""
    waiting = list(pairs)
    asked = (name for commit, _ in waiting for name in found.brought.get(commit.id, ()))
    side = objects(repository, asked)
    for commit, step in waiting:
        names = found.brought.get(commit.id, ())
        brought = [parse(one.id, one.data) for one in islice(side, len(names))]
        changes = tuple(
            change for delta in step.files if (change := _change(known, delta)).old != change.new
        )
        imported = Imported(commit.id, commit.author, commit.email, commit.authored_at)
        goal, session = goal_of(commit), session_of(commit.id)
        said = transcripts.encode(Transcript(session, goal, tuple(map(_message, brought)), ()))
        yield Told(session, goal, imported, changes, said)


def _change(known: blobs.Known, delta: Delta) -> Change:
    old, new = (
        blobs.entry(known, MODES[side.mode], side.id) if side else None
        for side in (delta.old, delta.new)
    )
    return Change(delta.path, old, new)


def goal_of(commit: Commit) -> str:
    """Return a commit's message as a goal: whole, unless it is longer than a goal may be."""
    text = commit.message.strip("\n").encode("utf-8", "replace")[:65_535]
    said = text.decode("utf-8", "ignore").strip()
    return NO_MESSAGE if is_blank(said) else said


def session_of(commit: str) -> str:
    """Return the session of an imported landing: always the same one."""
    return base64.urlsafe_b64encode(bytes.fromhex(commit)[:16]).rstrip(b"=").decode()


def was_pushed(session: str, said: Transcript) -> bool:
    """Return whether a landing was a commit that was pushed: its session and its transcript say so.

    Other sessions have random names, so that no other one begins as a commit it tells of.
    """
    try:
        start = base64.urlsafe_b64decode(f"{session}==").hex()[:12]
    except ValueError:
        return False
    return any(one.role == "commit" and one.text[:12] == start for one in said.conversation)


def _message(commit: Commit) -> Message:
    text = f"{commit.id[:12]} {commit.subject[:500]}\n{commit.author}"
    return Message("commit", text, max(commit.authored_at, 0))


def warnings(found: History) -> tuple[str, ...]:
    """Return what whoever imports should know."""
    paths = sorted({path for step in found.steps for path in step.submodules})
    return tuple(
        f"{path} is a submodule: it is kept for git, and not in the project's tree."
        for path in paths[:BROUGHT]
    )
