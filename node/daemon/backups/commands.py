"""`micelio backup` and `micelio restore`."""

import argparse
import asyncio
import dataclasses
import sys
from contextlib import nullcontext
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import IO

from node.daemon import building, fsck, lock
from node.daemon.backups import placing, restoring, taking
from node.daemon.backups.model import Mark
from node.daemon.config import Config
from node.daemon.saying import how_to_start, must_exist, say
from node.kernel.errors import Missing

STREAM = "-"


def backup(config: Config, asked: argparse.Namespace) -> int:
    """Write the whole node to one file, or to stdout; it may run meanwhile."""
    must_exist(config)
    building.check_whole(config.data)
    take = partial(taking.take, config.data)
    if asked.file == STREAM:
        mark = placing.to_stream(sys.stdout.buffer, config.data, take)
    else:
        mark = placing.to_file(Path(asked.file).absolute(), take, replace=asked.replace)
    facts = {"ok": True, "file": asked.file} | asdict(mark)
    text = (
        f"All that was acknowledged before {_time(mark)} is in {asked.file}:"
        f" {len(mark.projects):,} projects, {mark.bytes:,} bytes.\n"
        "Keep it safe: the node's keys are in it."
    )
    say(facts, text, as_json=asked.json, to=sys.stderr if asked.file == STREAM else sys.stdout)
    return 0


def restore(config: Config, asked: argparse.Namespace) -> int:
    """Make a node of a backup, and check it; exit code 1 if it was damaged when it was taken."""
    with _source(asked.file) as source, restoring.restored(source, config.data) as (part, mark):
        report = None if asked.no_check else _checked(dataclasses.replace(config, data=part))
    facts: dict[str, object] = {"ok": report is None or report.is_clean, "data": str(config.data)}
    facts |= asdict(mark) | (
        {"findings": [asdict(one) for one in report.findings]} if report else {}
    )
    found = "`micelio fsck` checks it." if report is None else fsck.summary(report, repair=False)
    text = (
        f"The node of {_time(mark)} is in {config.data}: {len(mark.projects):,} projects,"
        f" {mark.bytes:,} bytes.\n{found}\n"
        f"Start it with {how_to_start(config)},"
        " and never beside the one that it was taken of."
    )
    say(facts, text, as_json=asked.json)
    return 0 if facts["ok"] else 1


def _source(name: str) -> IO[bytes] | nullcontext[IO[bytes]]:
    if name == STREAM:
        return nullcontext(sys.stdin.buffer)
    try:
        return Path(name).open("rb")
    except OSError as fault:
        raise Missing(
            "backup.unreadable", f"{name} cannot be read: {fault.strerror}.", file=name
        ) from fault


def _checked(config: Config) -> fsck.Report:
    with lock.hold(config.data):
        return asyncio.run(_check(config))


async def _check(config: Config) -> fsck.Report:
    async with building.opened(config, "") as forge:
        return await fsck.run(forge, repair=False)


def _time(mark: Mark) -> str:
    return building.shown_time(mark.taken_at)
