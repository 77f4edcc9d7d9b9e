"""`micelio export`: what belongs to an account, in a file that has its name only when whole."""

import argparse
import asyncio
import fcntl
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from node.daemon import building, presence
from node.daemon.backups.placing import sync_directory
from node.daemon.config import Config
from node.daemon.saying import must_exist, say
from node.exports import verbs as exports
from node.kernel.errors import Conflict, Denied
from store.errors import NO_ROOM, DiskFull


class ExportExists(Conflict):
    """There is a file of that name."""

    def __init__(self, file: Path) -> None:
        super().__init__(
            "export.exists",
            f"Nothing was exported: there is a file {file}. Choose another name, or --replace it.",
            file=str(file),
        )


class ExportRuns(Conflict):
    """Another export is being written there."""

    def __init__(self, file: Path) -> None:
        super().__init__(
            "export.runs", f"Another `micelio export` is writing {file}.", file=str(file)
        )


def export(config: Config, asked: argparse.Namespace) -> int:
    """Write what belongs to an account to a file; the node may run meanwhile."""
    must_exist(config)
    path = Path(asked.file).absolute()
    with _placed(path, replace=asked.replace) as out:
        size = asyncio.run(_export(config, asked.account, out))
    facts = {"ok": True, "account": asked.account, "file": asked.file, "bytes": size}
    text = f"What belongs to {asked.account} is in {asked.file} ({size:,} bytes)."
    say(facts, text, as_json=asked.json)
    return 0


async def _export(config: Config, account: str, out: IO[bytes]) -> int:
    last = presence.read(config.data)
    async with building.opened(config, last.url if last else "", alone=False) as forge:
        return await _written(exports.stream_for_operator(forge, account), out)


async def _written(pieces: AsyncIterator[bytes], out: IO[bytes]) -> int:
    return sum([out.write(piece) async for piece in pieces])


@contextmanager
def _placed(path: Path, *, replace: bool) -> Iterator[IO[bytes]]:
    """Give a file to write that is `path` once it is whole, and gone if that fails."""
    if not replace and os.path.lexists(path):
        raise ExportExists(path)
    part = path.with_name(f"{path.name}.part")
    try:
        with _alone(part) as out:
            try:
                yield out
                out.flush()
                os.fsync(out.fileno())
                _give_name(part, path, replace=replace)
            except BaseException:
                part.unlink(missing_ok=True)
                raise
        sync_directory(path.parent)
    except OSError as fault:
        if fault.errno in NO_ROOM:
            raise DiskFull(f"no room for the export {path}: {fault.strerror}") from fault
        raise Denied(
            "export.cannot-write",
            f"Nothing was exported: {fault.filename or path}: {fault.strerror}.",
            file=str(path),
        ) from fault


@contextmanager
def _alone(part: Path) -> Iterator[IO[bytes]]:
    """Give an empty file that nobody else writes; what a killed export left is taken over."""
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(part, flags, 0o600), "wb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as fault:
            raise ExportRuns(part) from fault
        os.fchmod(file.fileno(), 0o600)
        os.ftruncate(file.fileno(), 0)
        yield file


def _give_name(part: Path, path: Path, *, replace: bool) -> None:
    if not replace:
        try:
            path.hardlink_to(part)
        except FileExistsError as fault:
            raise ExportExists(path) from fault
        except OSError:  # a file system without hard links
            pass
        else:
            part.unlink()
            return
    part.replace(path)
