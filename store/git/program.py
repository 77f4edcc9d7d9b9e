"""The program `git`, started so that nothing but the repository and the arguments speak.

No settings of the system or of a user, no hooks, no questions, no helpers, no other protocols than
those asked for. What a repository from elsewhere holds is read by a process of its own, so that a
hostile object can at worst end that process.
"""

import asyncio
import os
import subprocess
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from store.git.errors import GitFailed, GitMissing

OLDEST = (2, 37)
"""The first git that connects to the address that it is told (`http.curloptResolve`); one before it
looks the name up again, and may then reach where nobody may be sent."""

MINUTES = 60.0
LONGEST = 30 * MINUTES
_SAID = 2000
_MEMORY = 1 << 30
"""Bytes that git may ask for at once. A few bytes of a pack claim an object of any size, and git
makes room for all but contents before it looks at them."""

_SETTINGS = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.alternateRefsCommand=true",
    "core.packedGitLimit=256m",
    "core.packedGitWindowSize=16m",
    "core.bigFileThreshold=64m",
    "gc.auto=0",
    "maintenance.auto=false",
    "protocol.allow=never",
    "safe.directory=*",
    "pack.threads=2",
)


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the whole environment of a git process."""
    return {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "HOME": "/nonexistent",
        "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "/bin/false",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_ALLOC_LIMIT": str(_MEMORY),
        **(more or {}),
    }


def command(repository: Path | None, *arguments: str, settings: Sequence[str] = ()) -> list[str]:
    """Return the command line of `git arguments` in a bare repository."""
    where = [] if repository is None else ["--git-dir", str(repository)]
    given = [part for one in (*_SETTINGS, *settings) for part in ("-c", one)]
    return ["git", *given, *where, *arguments]


def run(
    repository: Path | None,
    *arguments: str,
    given: bytes | IO[bytes] = b"",
    into: IO[bytes] | None = None,
    settings: Sequence[str] = (),
    more: Mapping[str, str] | None = None,
    timeout: float = LONGEST,
) -> bytes:
    """Run git and return what it prints; raises `GitFailed`."""
    line = command(repository, *arguments, settings=settings)
    try:
        done = subprocess.run(  # noqa: S603  the arguments are ours, and no shell sees them
            line,
            input=given if isinstance(given, bytes) else None,
            stdin=None if isinstance(given, bytes) else given,
            env=environment(more),
            check=False,
            stdout=into or subprocess.PIPE,
            stderr=subprocess.PIPE,
            timeout=timeout,
        )
    except FileNotFoundError as fault:
        raise GitMissing from fault
    except subprocess.TimeoutExpired as fault:
        raise GitFailed(arguments[0], f"it took more than {timeout:.0f} seconds") from fault
    if done.returncode:
        raise GitFailed(arguments[0], said(done.stderr))
    return done.stdout or b""


def version_said() -> str:
    """Return what git says of its version, empty if it fails; raises `GitMissing`."""
    try:
        return run(None, "--version", timeout=MINUTES).decode("utf-8", "replace").strip()
    except GitMissing:
        raise
    except GitFailed:
        return ""


def is_too_old(told: str) -> bool:
    """Return whether a git of this version, as it says it, is before `OLDEST`."""
    return version_of(told) < OLDEST


def version_of(told: str) -> tuple[int, ...]:
    """Return the first two numbers of a version as git says it, none if there are none."""
    parts = told.rpartition(" version ")[2].split(" ")[0].split(".")
    return tuple(int(part) for part in parts if part.isdigit())[:2]


@contextmanager
def asked(repository: Path, lines: Iterable[str], *arguments: str) -> Iterator[IO[bytes]]:
    """Start git, write `lines` to it, and give what it prints; it has ended when the block ends."""
    try:
        process = subprocess.Popen(  # noqa: S603
            command(repository, *arguments),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment(),
        )
    except FileNotFoundError as fault:
        raise GitMissing from fault
    assert process.stdin is not None
    assert process.stdout is not None
    writer = threading.Thread(target=_write, args=(process.stdin, lines), daemon=True)
    writer.start()
    try:
        yield process.stdout
    finally:
        process.kill()
        writer.join()
        process.stdout.close()
        process.wait()


def _write(pipe: IO[bytes], lines: Iterable[str]) -> None:
    with suppress(BrokenPipeError), pipe:
        for line in lines:
            pipe.write(b"%b\n" % line.encode())


def said(errors: bytes) -> str:
    """Return what git wrote about an error as one short line."""
    text = errors.decode("utf-8", "replace").strip()
    return " ".join(text[-_SAID:].split())


async def running(
    repository: Path, *arguments: str, settings: Sequence[str] = ()
) -> asyncio.subprocess.Process:
    """Start git with a pipe to write to; what it prints goes nowhere, its errors to a pipe."""
    try:
        return await asyncio.create_subprocess_exec(
            *command(repository, *arguments, settings=settings),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            env=environment(),
        )
    except FileNotFoundError as fault:
        raise GitMissing from fault
