"""Push: what git sends becomes a landing, or an import where nothing has landed yet.

The objects go to a quarantine first: a repository of their own that borrows from the project's, in
which git proves every one of them. Only what lands is kept; the quarantine is thrown away. Which
refs may move, and why not, is told in git's own report, so that the pusher reads it in place.
"""

import asyncio
import logging
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from keys.errors import KeysFault
from node.access.rules import Action
from node.imports import verbs as imports
from node.imports.model import MAIN, ImportOutcome
from node.kernel.errors import Fault
from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.landings.model import Landing
from node.projects.model import Project
from node.projects.rules import require
from store.errors import DiskFull, StoreFault
from store.git.checks import LENIENT
from store.git.errors import GitFailed
from store.git.program import LONGEST, run
from web.git import process
from web.git.door import NO_CACHE
from web.git.pktlines import FLUSH, Command, band, command, line, lines, shallow
from web.git.report import Reporter

log = logging.getLogger(__name__)

SERVICE = "git-receive-pack"
NOTHING = "0" * 40
MOST_REFS = 10_000
TAGS = "refs/tags/"
_STRICT = f"--strict={','.join(f'{name}=ignore' for name in LENIENT)}"
_CUT_OFF = (
    "Your copy of the history is cut off (a shallow clone), and this project does not have the"
    " rest either: run `git fetch --unshallow` where you cloned from, then push again."
)
_CAPABILITIES = "report-status delete-refs side-band-64k ofs-delta object-format=sha1 agent=micelio"


@dataclass(frozen=True, slots=True)
class _Push:
    """A push that is under way: who makes it, where to, and who tells of it."""

    forge: Forge
    who: Party
    project: Project
    reporter: Reporter


async def advertise(
    forge: Forge, who: Party, project: Project, _request: web.Request
) -> web.StreamResponse:
    """Say what a push would start from."""
    require(who, Action.LAND, project)
    async with imports.repository(forge, who, project) as repository:
        refs = await asyncio.to_thread(_refs, repository)
    named = refs or [f"{NOTHING} capabilities^{{}}"]
    told = [f"{named[0]}\0{_CAPABILITIES}", *named[1:]]
    body = b"".join(line(f"{ref}\n".encode()) for ref in told)
    return web.Response(
        body=line(b"# service=git-receive-pack\n") + FLUSH + body + FLUSH,
        content_type="application/x-git-receive-pack-advertisement",
        headers=NO_CACHE,
    )


async def push(
    forge: Forge, who: Party, project: Project, request: web.Request
) -> web.StreamResponse:
    """Take a push and report what became of each ref."""
    require(who, Action.LAND, project)
    commands, capabilities, ends = await _commands(request)
    response = web.StreamResponse(headers=NO_CACHE)
    response.content_type = "application/x-git-receive-pack-result"
    if not commands:  # git asks first whether it is let in, before it sends a large body
        await response.prepare(request)
        return response
    pack = _Pack(request)
    await pack.begin()
    await response.prepare(request)
    async with process.answering(request):
        async with Reporter(response, in_bands="side-band-64k" in capabilities) as reporter:
            report = await _taken(_Push(forge, who, project, reporter), commands, pack, ends)
        told = b"".join(line(f"{one}\n".encode()) for one in report) + FLUSH
        await response.write((band(1, told) + FLUSH) if reporter.in_bands else told)
        await response.write_eof()
    return response


def _refs(repository: Path) -> list[str]:
    text = run(repository, "for-each-ref", "--format=%(objectname) %(refname)")
    shown = (one for one in text.decode().splitlines())
    return [one for one in shown if one.split(" ")[1] == MAIN or f" {TAGS}" in one]


async def _commands(
    request: web.Request,
) -> tuple[list[Command], frozenset[str], frozenset[str]]:
    """Return what to do, what the pusher can do, and where its history is cut off."""
    found: list[Command] = []
    capabilities: frozenset[str] = frozenset()
    ends: set[str] = set()
    async for data in lines(request.content, MOST_REFS):
        if (end := shallow(data)) is not None:
            ends.add(end)
            continue
        one, more = command(data)
        found.append(one)
        capabilities |= more
    return found, capabilities, frozenset(ends)


class _Pack:
    """The rest of a push's body: nothing, if it only removes refs."""

    def __init__(self, request: web.Request) -> None:
        self._request = request
        self.first = b""

    def seat(self, who: Party) -> AbstractAsyncContextManager[None]:
        """Return the seat of whoever works on it; entering raises `Busy`."""
        return self._request.app[process.PUSHING].taken(self._request, who)

    async def begin(self) -> None:
        """Wait for the first bytes."""
        self.first = await self._request.content.readany()

    async def parts(self) -> AsyncIterator[bytes]:
        """Yield all bytes."""
        yield self.first
        async for chunk in self._request.content.iter_any():
            yield chunk


async def _taken(
    push: _Push, commands: Sequence[Command], pack: _Pack, ends: frozenset[str]
) -> list[str]:
    """Return the report: how the objects were taken, then a line for each ref."""
    async with (
        imports.repository(push.forge, push.who, push.project) as repository,
        _quarantine(push.forge, repository) as place,
    ):
        if not await asyncio.to_thread(_has_all, repository, ends):
            push.reporter.say(_CUT_OFF)
            return ["unpack shallow", *(f"ng {one.ref} shallow history" for one in commands)]
        try:
            if pack.first:
                async with pack.seat(push.who):
                    await _index(push.forge, place, pack)
        except (process.Busy, GitFailed, TimeoutError, DiskFull) as fault:
            refused = [f"ng {one.ref} nothing was kept" for one in commands]
            return [f"unpack {_sentence(fault)}", *refused]
        ordered = sorted(commands, key=lambda one: one.ref != MAIN)
        tags = {one.ref.removeprefix(TAGS): one.new for one in ordered if _is_new_tag(one)}
        done: dict[Command, str] = {}
        for one in ordered:
            if done and done[ordered[0]].startswith(f"ng {MAIN} "):
                done[one] = f"ng {one.ref} main was refused"
            else:
                done[one] = await _moved(push, place, one, tags)
        return ["unpack ok", *(done[one] for one in commands)]


def _is_new_tag(asked: Command) -> bool:
    return asked.ref.startswith(TAGS) and asked.old == NOTHING != asked.new


@asynccontextmanager
async def _quarantine(forge: Forge, repository: Path) -> AsyncIterator[Path]:
    """Give an empty bare repository that borrows the objects of `repository`."""
    above = forge.cache / "incoming"
    above.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=above, prefix="push-") as name:
        place = Path(name)
        await asyncio.to_thread(run, None, "init", "-q", "--bare", "-b", "main", str(place))
        alternates = place / "objects" / "info" / "alternates"
        alternates.write_text(f"{repository.resolve() / 'objects'}\n")
        yield place


def _has_all(repository: Path, ends: frozenset[str]) -> bool:
    """Return whether the project has these commits, and with them all that came before."""
    if not ends:
        return True
    asked = "".join(f"{one}\n" for one in sorted(ends)).encode()
    told = run(repository, "cat-file", "--batch-check=%(objecttype)", given=asked)
    return all(kind == b"commit" for kind in told.splitlines())


async def _index(forge: Forge, place: Path, pack: _Pack) -> None:
    """Let git prove the pack and keep it in the quarantine; raises `GitFailed`."""
    async with process.started(
        place,
        "index-pack",
        "--stdin",
        "--fix-thin",
        _STRICT,
        f"--max-input-size={forge.limits.push}",
    ) as child:
        await process.feed(child, pack.parts())  # it says one line, when it has all
        async with asyncio.timeout(LONGEST):
            await process.ended(child, "index-pack")


async def _moved(push: _Push, place: Path, asked: Command, tags: Mapping[str, str]) -> str:
    """Do what a command asks, and return its line of the report."""
    try:
        reason = _refusal(asked)
        if reason is None:
            push.reporter.say(await _done(push, place, asked, tags))
    except Fault as fault:
        reason = fault.message
    except (StoreFault, KeysFault) as fault:
        facts = {"project": push.project.id, "fault": type(fault).__name__}
        log.warning("push refused", extra=facts)
        reason = _sentence(fault)
    if reason is None:
        return f"ok {asked.ref}"
    push.reporter.say(reason)
    return f"ng {asked.ref} {_one_line(reason)}"


def _refusal(asked: Command) -> str | None:
    """Return why a ref may not move so, whoever asks."""
    if asked.ref == MAIN:
        return "A project's log is never deleted." if asked.new == NOTHING else None
    if asked.ref.startswith(TAGS):
        return None
    if asked.new == NOTHING:
        return "There is nothing of this name here: a project has one line, main, and tags."
    return (
        "A project has one line, main: push with `git push URL HEAD:main`."
        " What is not ready to land stays with you."
    )


async def _done(push: _Push, place: Path, asked: Command, tags: Mapping[str, str]) -> str:
    """Do it, and return what to tell the pusher; raises `Fault`."""
    forge, who, project = push.forge, push.who, push.project
    name = asked.ref.removeprefix(TAGS)
    if asked.ref == MAIN:
        outcome = await imports.receive(
            forge, who, project, place, asked.old, asked.new, push.reporter.progress, tags
        )
        return _told(forge, project, outcome)
    if asked.new == NOTHING:
        await imports.untag(forge, who, project, name)
        return f"The tag {name} is gone."
    tag = await imports.tag(forge, who, project, name, asked.new, place)
    return f"{name} names @{tag.position}." if tag.position else f"{name} is kept."


def _told(forge: Forge, project: Project, outcome: Landing | ImportOutcome) -> str:
    where = f"{forge.node.url}/{project.address}/landings/{outcome.position}"
    if isinstance(outcome, Landing):
        return f"Landed at @{outcome.position}. {where}"
    told = [f"Imported {outcome.landings} landings. {where}", *outcome.warnings]
    return "\n".join(told)


def _sentence(fault: Exception) -> str:
    if isinstance(fault, TimeoutError):
        return "the pack stopped arriving"
    if isinstance(fault, DiskFull):
        return "this node's disk is full"
    return _one_line(str(fault))


def _one_line(text: str) -> str:
    return " ".join(text.split())[:1000]
