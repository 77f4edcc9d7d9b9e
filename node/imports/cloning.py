"""Fetching a repository from elsewhere, through the one way out, within time and bytes."""

import asyncio
import re
import shutil
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from node.imports import cache
from node.imports.model import MAIN, BadImport, SourceUnreachable
from node.kernel import outbound
from node.kernel.forge import Forge
from node.kernel.outbound import Target
from store.git.checks import LENIENT
from store.git.program import (
    OLDEST,
    command,
    environment,
    is_too_old,
    run,
    said,
    version_said,
)

HOURS = 3600
LONGEST = 2 * HOURS
MARK = "micelio-fetched"
PAUSE = 0.5
_TOLD = re.compile(rb"Receiving objects:\s+\d+% \((\d+)/(\d+)\)")


def place_of(forge: Forge, name: str) -> Path:
    """Return where the repository of an import lies while it is under way."""
    return forge.cache / "imports" / f"{name}.git"


async def target(forge: Forge, url: str) -> Target:
    """Return where a URL leads; raises as `outbound.target`."""
    return await outbound.target(url, allow_private=forge.reach_private)


def _settings(target_: Target) -> tuple[str, ...]:
    host = f"[{target_.address}]" if ":" in target_.address else target_.address
    return (
        "protocol.http.allow=always",
        "protocol.https.allow=always",
        "http.followRedirects=false",
        "http.proxy=",
        "http.lowSpeedLimit=1000",
        "http.lowSpeedTime=60",
        f"http.curloptResolve={target_.host}:{target_.port}:{host}",
        "transfer.bundleURI=false",
        "fetch.fsckObjects=true",
        "fetch.unpackLimit=1",
        *(f"fetch.fsck.{name}=ignore" for name in LENIENT),
    )


async def looked_up(target_: Target) -> None:
    """Raise `SourceUnreachable` unless a repository with a HEAD answers.

    Raises `BadImport` where git is too old to be kept to the address that was looked at.
    """
    await _check_git()
    line = command(None, "ls-remote", "--", target_.url, "HEAD", settings=_settings(target_))
    async with _started(line, stdout=PIPE) as process:
        try:
            async with asyncio.timeout(120):
                out, errors = await process.communicate()
        except TimeoutError as fault:
            raise SourceUnreachable("The repository did not answer in time.") from fault
    if process.returncode:
        raise SourceUnreachable(f"No repository answers there: {_reason(errors)}")
    if not out.strip():
        raise BadImport("empty", "The repository has no commits.")


async def _check_git() -> None:
    told = await asyncio.to_thread(version_said)
    if is_too_old(told):
        wanted = ".".join(map(str, OLDEST))
        raise BadImport(
            "old-git",
            f"This node has {told or 'an unknown git'}; to import from a URL takes git {wanted}."
            " Push to the project instead, or ask whoever keeps the node.",
        )


async def fetched(
    forge: Forge, name: str, target_: Target, told: Callable[[int, int], None]
) -> Path:
    """Fetch HEAD and all tags into a bare repository, unless that was done before; return it."""
    place = place_of(forge, name)
    if (place / MARK).exists():
        return place
    await _check_git()
    await asyncio.to_thread(shutil.rmtree, place, ignore_errors=True)
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    await asyncio.to_thread(cache.empty, place)
    refs = (f"+HEAD:{MAIN}", "+refs/tags/*:refs/tags/*")
    arguments = ("fetch", "--progress", "--no-write-fetch-head", "--no-tags", "--no-auto-gc")
    line = command(place, *arguments, "--", target_.url, *refs, settings=_settings(target_))
    async with _started(line, stdout=DEVNULL) as process:
        errors = await _watched(process, place, forge.limits.push, told)
    if process.returncode:
        raise SourceUnreachable(f"The repository could not be fetched: {_reason(errors)}")
    (place / MARK).touch()
    return place


async def _watched(
    process: Process, place: Path, most: int, told: Callable[[int, int], None]
) -> bytes:
    """Follow a fetch to its end, and end it where it takes too long or too much room."""
    assert process.stderr is not None
    tail, until = b"", time.monotonic() + LONGEST
    looked = time.monotonic()
    while (data := await _heard(process.stderr)) != b"":
        tail = (tail + (data or b""))[-4096:]
        if found := _TOLD.findall(tail):
            told(int(found[-1][0]), int(found[-1][1]))
        if time.monotonic() - looked > PAUSE:
            await _check_size(place, most)
            looked = time.monotonic()
        if looked > until:
            raise SourceUnreachable("The repository took too long to come.")
    await process.wait()
    await _check_size(place, most)
    return tail


async def _heard(stream: asyncio.StreamReader) -> bytes | None:
    """Return what came, empty at the end, None if nothing came for a while."""
    try:
        async with asyncio.timeout(PAUSE):
            return await stream.read(4096)
    except TimeoutError:
        return None


async def _check_size(place: Path, most: int) -> None:
    with suppress(OSError):  # files come and go
        if await asyncio.to_thread(cache.size_of, place) > most:
            raise BadImport("too-large", f"The repository has more than {most} bytes.")


@asynccontextmanager
async def _started(line: Sequence[str], stdout: int) -> AsyncIterator[Process]:
    """Give git at work; it does not outlive whoever waits for it."""
    process = await asyncio.create_subprocess_exec(
        *line, stdin=DEVNULL, stdout=stdout, stderr=PIPE, env=environment()
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def _reason(errors: bytes) -> str:
    """Return the last thing that git said that is not about progress."""
    lines = [one for one in re.split(rb"[\r\n]+", errors) if one.strip() and b"%" not in one]
    return said(lines[-1] if lines else b"")[:300]


def tags(place: Path) -> dict[str, str]:
    """Return the tags of a repository, each with the id that it stands for."""
    listed = run(place, "for-each-ref", "--format=%(objectname) %(refname:strip=2)", "refs/tags")
    rows = (row.partition(" ") for row in listed.decode("utf-8", "replace").splitlines())
    return {name: oid for oid, _, name in rows}
