"""`micelio doctor`: everything at one glance, each with what to do about it."""

import argparse
import asyncio
from collections.abc import Iterator
from dataclasses import asdict

from node.accounts import verbs as accounts
from node.daemon import building
from node.daemon.checkups import directory, machine, work
from node.daemon.checkups.model import FAIL, OK, WARN, Line, bad
from node.daemon.config import Config
from node.daemon.saying import must_exist, say
from node.kernel import events
from store import index
from store.database import Tx, inspected
from store.errors import StoreFault


def doctor(config: Config, asked: argparse.Namespace) -> int:
    """Say how the node is; exit code 1 if something keeps it from its work."""
    must_exist(config)
    lines = [*_lines(config), asyncio.run(work.answers(config)), machine.git(), machine.versions()]
    failed = sum(line.level == FAIL for line in lines)
    doubtful = sum(line.level == WARN for line in lines)
    told = [f"{line.level:4}  {line.name}: {line.message}" + _advice(line) for line in lines]
    facts = {"ok": not failed, "checks": [asdict(line) for line in lines]}
    say(facts, "\n".join([*told, _summary(failed, doubtful)]), as_json=asked.json)
    return 1 if failed else 0


def _advice(line: Line) -> str:
    return f"\n      {line.advice}" if line.advice else ""


def _summary(failed: int, doubtful: int) -> str:
    if failed:
        return f"{failed} to mend, {doubtful} to look at."
    return f"All is well, but for {doubtful} to look at." if doubtful else "All is well."


def _lines(config: Config) -> Iterator[Line]:
    data = config.data
    yield directory.permissions(data)
    yield directory.keys(data)
    yield machine.disk(data)
    yield directory.aside(data)
    try:
        with inspected(data / building.DATABASE) as tx:
            yield from _of_database(config, tx)
    except StoreFault as fault:
        yield bad("database", f"{fault}", directory.RESTORE)


def _of_database(config: Config, tx: Tx) -> Iterator[Line]:
    now = building.now_ms()
    sound = directory.database(tx)
    yield sound
    if sound.level == FAIL:
        return
    schema = directory.schema(tx)
    yield schema
    yield directory.packs(config.data, tx)
    yield machine.files(len(index.indexed(tx)))
    yield machine.clock(now, events.last(tx)[1])
    yield work.owed(tx)
    yield work.collected(tx, now)
    if schema.level == OK:  # what slices ask, an older database may not have yet
        yield work.caught_up(tx)
        yield work.at_home(tx)
        yield directory.person_keys(config.data, accounts.dids(tx))
