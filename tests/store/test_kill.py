"""Killed at any moment, a store keeps every object that it acknowledged, and nothing half."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from store.check import check
from store.digest import parse_digest

TREE = Path(__file__).parents[2]
WRITER = """
import asyncio, random, sys
from pathlib import Path
from store.collect import collect
from store.database import Database
from store.objects import Objects
from store.records import Kind, make

def say(*digests):
    sys.stdout.write("".join(d.hex() + "\\n" for d in digests))
    sys.stdout.flush()

async def main(directory, seed):
    rnd = random.Random(seed)
    db = await Database.open(directory / "node.db", Path("node/migrations"))
    objects = await Objects.open(db, directory)
    previous, text = None, b"".join(b"line %d\\n" % n for n in range(500))
    while True:
        batch = [make(Kind.BLOB, rnd.randbytes(rnd.randrange(20_000))) for _ in range(20)]
        await objects.ingest(batch)
        say(*(record.digest for record in batch))
        for _ in range(5):
            text += b"%d\\n" % rnd.randrange(1 << 60)
            previous = await db.write(lambda tx: objects.put(tx, Kind.BLOB, text, previous))
            say(previous)
        if rnd.random() < 0.5:
            await objects.seal()
        if rnd.random() < 0.1:
            def everything(tx):
                rows = tx.execute("select id from objects union select id from small_objects")
                return [(digest, Kind.DOCUMENT, 0) for (digest,) in rows]
            await collect(objects, everything, 0, 0)

asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
"""
KILLS = 50


def killed_while_writing(data: Path, seed: int) -> list[str]:
    """Let a process write, kill it at a random moment, and return what it was promised."""
    command = [sys.executable, "-c", WRITER, str(data), str(seed)]
    with subprocess.Popen(command, cwd=TREE, stdout=subprocess.PIPE, text=True) as writer:
        first = writer.stdout.readline()
        time.sleep(random.Random(seed).uniform(0, 0.3))
        writer.send_signal(signal.SIGKILL)
        rest = writer.stdout.read()
    return [line for line in (first + rest).split("\n") if len(line) == 64]


@pytest.mark.slow
async def test_fifty_kills_lose_nothing_that_was_acknowledged(open_store, data):
    promised: set[str] = set()
    for seed in range(KILLS):
        promised.update(killed_while_writing(data, seed))
    assert len(promised) > KILLS * 20
    async with open_store(data) as objects:
        report = await check(objects)
        assert report.problems == ()

        def read(tx):
            return sum(1 for name in promised if objects.get(tx, parse_digest(name)) is not None)

        assert await objects.db.read(read) == len(promised)
