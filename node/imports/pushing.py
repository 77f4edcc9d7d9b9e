"""A push on a project with landings: all its commits are one session, and land as one landing.

The pushed tip is the landing's commit in git, so that who pushed has nothing more to fetch. What
led to it is told in the session; git's own objects are kept as residue.
"""

import asyncio
import io
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from keys.statements import transcript as transcripts
from keys.statements.descriptor import Descriptor
from keys.statements.transcript import Message, Transcript
from node.holdings import verbs as holdings
from node.imports import blobs, keeping, rows, telling
from node.imports.model import BadPush, FetchFirst, Kept, Progress
from node.kernel.forge import Forge
from node.kernel.goals import is_blank
from node.kernel.parties import Party
from node.landings import reading
from node.landings import verbs as landings
from node.landings.model import Draft, Head, Landing, SessionDraft
from node.projects.model import Project
from store import changes as change_lists
from store import contents, tree
from store.changes import Change
from store.database import Tx
from store.git import history
from store.git import residue as residues
from store.git.commits import Commit
from store.git.errors import BadHistory, GitFailed
from store.git.history import MODES, Delta, Step
from store.git.objects import ZERO
from store.git.program import run

COMMITS_AT_MOST = 10_000
SHOWN = 200
"""How many commits are told whole in the session."""


async def land(
    forge: Forge,
    who: Party,
    project: Project,
    quarantine: Path,
    old: str,
    new: str,
    progress: Progress,
) -> Landing:
    """Land what a push brought; raises as `verbs.receive`."""
    head, at = await forge.db.read(lambda tx: _standing(tx, project))
    if done := await forge.db.read(lambda tx: _landed(tx, project, new)):
        return done
    await _check_base(quarantine, old, new, head, at)
    progress("history", 0, 0)
    try:
        commits = await asyncio.to_thread(_commits, quarantine, at, new)
        step = await asyncio.to_thread(_step, quarantine, at, commits[-1])
        known: blobs.Known = {}
        await blobs.bring(
            forge, project.key, quarantine, blobs.chains([step]), known,
            lambda some, all_: progress("contents", some, all_),
        )  # fmt: skip
    except BadHistory as fault:
        raise BadPush("bad-history", f"Nothing landed. {fault}.", path=fault.path) from fault
    except GitFailed as fault:
        raise BadPush("unreadable", f"Nothing landed. {fault}.") from fault
    changes = await forge.db.read(lambda tx: _changes(forge, tx, head, step, known))
    if not changes:
        raise BadPush("no-changes", "Nothing landed. Your commits change no file.")
    draft = await _draft(forge, project, head, changes, commits)
    kept = await residue(forge, project, quarantine, new, known)

    def settle(tx: Tx, landing: Landing) -> None:
        if landing.position != head.position + 1:
            raise FetchFirst(landing.position - 1, [])
        rows.add_commits(tx, project.key, [(landing.position, new)], kept=True)
        rows.add_residue(tx, project.key, kept)

    return await landings.land(forge, who, project, draft, settle)


def _standing(tx: Tx, project: Project) -> tuple[Head, str]:
    head = reading.head_of(tx, project)
    return head, rows.commit_at(tx, project.key, head.position) or ZERO


def _landed(tx: Tx, project: Project, new: str) -> Landing | None:
    """Return what this very push became earlier: its answer may have been lost on the way."""
    position = rows.position_of(tx, project.key, new)
    head = reading.head_of(tx, project).position
    return reading.landing_at(tx, project, head) if position and position == head else None


async def _check_base(quarantine: Path, old: str, new: str, head: Head, at: str) -> None:
    """Refuse what does not go on from the newest landing."""
    base = await asyncio.to_thread(_merge_base, quarantine, at, new)
    if base == at:
        if old not in {at, ZERO}:
            raise FetchFirst(head.position, [])
        return
    if old == at:
        raise BadPush(
            "not-fast-forward",
            "What landed stays: main only goes forward. Land a change that takes it back instead"
            " (`git revert`), or put your commits on top (`git pull --rebase`), and push again.",
        )
    paths: list[str] = []
    if base:
        with suppress(BadHistory, GitFailed):  # it does not land, whatever it changed
            paths = await asyncio.to_thread(_both, quarantine, base, at, new)
    raise FetchFirst(head.position, paths)


def _merge_base(repository: Path, one: str, other: str) -> str | None:
    try:
        return run(repository, "merge-base", one, other).decode().strip()
    except GitFailed:
        return None


def _both(repository: Path, base: str, ours: str, theirs: str) -> list[str]:
    """Return the paths that two commits changed since `base`."""
    mine = set(history.changed(repository, base, ours))
    found = mine.intersection(history.changed(repository, base, theirs))
    return sorted(one.decode("utf-8", "replace") for one in found)


def _commits(repository: Path, old: str, new: str) -> list[Commit]:
    """Return the commits of a push, oldest first; the last one is its tip."""
    most = f"--max-count={COMMITS_AT_MOST + 1}"
    listed = run(repository, "rev-list", "--topo-order", most, new, f"^{old}", "--").decode()
    names = listed.split()
    if len(names) > COMMITS_AT_MOST:
        raise BadHistory(new, "", f"has more than {COMMITS_AT_MOST} commits behind it")
    return list(history.commits(repository, reversed(names)))


def _step(repository: Path, old: str, tip: Commit) -> Step:
    """Return what the tip of a push differs in from the commit it goes on from."""
    return next(history.steps(repository, [replace(tip, parents=(old,))]))


def _changes(
    forge: Forge, tx: Tx, head: Head, step: Step, known: blobs.Known
) -> tuple[Change, ...]:
    def change(delta: Delta) -> Change:
        old = tree.lookup(head.tree, delta.path, lambda d: forge.objects.get(tx, d))
        new = blobs.entry(known, MODES[delta.new.mode], delta.new.id) if delta.new else None
        return Change(delta.path, old if delta.old else None, new)

    found = (change(delta) for delta in step.files)
    return tuple(one for one in found if one.old != one.new)


async def _draft(
    forge: Forge,
    project: Project,
    head: Head,
    changes: tuple[Change, ...],
    commits: list[Commit],
) -> Draft:
    listed = change_lists.encode(changes)
    records = list(contents.records_of(io.BytesIO(listed), len(listed)))
    await forge.objects.ingest(records)
    held = [one.digest for one in records]
    await forge.db.write(lambda tx: holdings.add(tx, project.key, held))
    goal, session = goal_of(commits), telling.session_of(commits[-1].id)
    times = [max(one.authored_at, 0) for one in commits]
    said = transcripts.encode(Transcript(session, goal, _said(commits), ()))
    return Draft(
        base=head.position,
        session=SessionDraft(session, goal, min(times), max(times)),
        changes=Descriptor(records[-1].digest, len(listed)),
        transcript=said,
    )


def goal_of(commits: list[Commit]) -> str:
    """Return what a push is for: the message of its one commit, or all their subjects."""
    if len(commits) == 1:
        return telling.goal_of(commits[0])
    subjects = "\n".join(f"- {one.subject[:200]}" for one in commits[-SHOWN:])
    last = commits[-1].subject[:200]
    first = telling.NO_MESSAGE if is_blank(last) else last
    return f"{first}\n\n{len(commits)} commits:\n{subjects}"


def _said(commits: list[Commit]) -> tuple[Message, ...]:
    """Return the commits as they are told in the session, the newest ones if there are many."""
    return tuple(
        Message(
            "commit",
            f"{one.id[:12]} {one.author} <{one.email}>\n\n{one.message.strip()[:8000]}",
            max(one.authored_at, 0),
        )
        for one in commits[-SHOWN:]
    )


async def residue(
    forge: Forge, project: Project, quarantine: Path, tip: str, known: blobs.Known | None = None
) -> list[Kept]:
    """Keep what `tip` brings to git and no tree of ours holds; return what is to be named.

    `known` are the contents of the tip's own tree that came with it.
    """
    _, at = await forge.db.read(lambda tx: _standing(tx, project))
    tags = await forge.db.read(lambda tx: rows.tags(tx, project.key))
    have = [*([] if at == ZERO else [at]), *(one.oid for one in tags)]
    there = set(known or ())

    def names() -> list[str]:
        return [one for one in residues.names(quarantine, [tip], have) if one not in there]

    wanted = await asyncio.to_thread(names)
    return await keeping.keep(forge, project.key, quarantine, wanted, {})
