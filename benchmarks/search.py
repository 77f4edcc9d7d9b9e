"""Search over 1,000,000 lines: how long the index takes, how large it is, how soon it answers.

The lines are those of Python's own library, in files of 200, each told apart by its number. The bar
is 100 ms for a page of results.

usage: python -m benchmarks.search [LINES]
"""

import asyncio
import random
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

from node.kernel.forge import Forge
from node.kernel.parties import ANONYMOUS
from node.projects.model import Project
from node.search import indexing, rules
from node.search import verbs as searching
from node.search.model import Scope
from store.database import Tx
from store.digest import digest_of
from store.records import Kind
from store.tree import Entry, Mode
from tests.support.forges import a_forge, a_project, an_account

LINES = 1_000_000
EACH = 200
BAR_MS = 100
ROUNDS = 20
QUESTIONS = (
    "s",
    "re",
    "import",
    "self",
    "return None",
    "asyncio",
    "def test",
    '"raise ValueError"',
    "unicodedata",
    "get_event_loop",
    "xyzzy",
    "file777",
    "socket timeout",
    "__init__",
)


async def main() -> None:
    """Build the index and ask it."""
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else LINES
    with tempfile.TemporaryDirectory() as place:
        async with a_forge(Path(place) / "data") as forge:
            ada = await an_account(forge, "ada")
            project = await a_project(forge, ada)
            began = time.perf_counter()
            await _fill(forge, project, lines)
            took = time.perf_counter() - began
            size = sum(f.stat().st_size for f in (Path(place) / "data").glob("node.db*"))
            print(
                f"{lines:,} lines indexed in {took:.1f} s; database and log have {size >> 20} MiB"
            )
            await _ask(forge)


def _files(lines: int) -> list[tuple[str, bytes]]:
    root = Path(sysconfig.get_path("stdlib"))
    source: list[bytes] = []
    for path in sorted(root.rglob("*.py")):
        if "site-packages" not in path.parts:
            source += path.read_bytes().splitlines(keepends=True)
    made = []
    for number in range(lines // EACH):
        start = number * EACH % (len(source) - EACH)
        body = b"# file%d\n" % number + b"".join(source[start : start + EACH - 1])
        made.append((f"lib/d{number % 97}/m{number}.py", body))
    return made


async def _fill(forge: Forge, project: Project, lines: int) -> None:
    files = _files(lines)
    for first in range(0, len(files), 200):
        some = files[first : first + 200]
        steps = [
            indexing.Step(
                path, Entry(Mode.FILE, digest_of(raw), len(raw)), raw.decode("utf-8", "replace")
            )
            for path, raw in some
        ]

        def write(
            tx: Tx, steps: list[indexing.Step] = steps, some: list[tuple[str, bytes]] = some
        ) -> None:
            for _, raw in some:
                forge.objects.put(tx, Kind.BLOB, raw)
            indexing.apply(forge, tx, project.key, steps)

        await forge.db.write(write)


async def _ask(forge: Forge) -> None:
    chance = random.Random(1)
    asked = [one for one in QUESTIONS for _ in range(ROUNDS)]
    chance.shuffle(asked)
    times: dict[str, list[float]] = {one: [] for one in QUESTIONS}
    counts: dict[str, int] = {}
    for typed in asked:
        began = time.perf_counter()
        found = await searching.search(forge, ANONYMOUS, rules.question(typed), Scope.ALL)
        counts[typed] = found.counts[Scope.CODE]
        times[typed].append((time.perf_counter() - began) * 1000)
    every = sorted(one for some in times.values() for one in some)
    for typed, some in times.items():
        some.sort()
        middle, worst = some[len(some) // 2], some[-1]
        print(
            f"  {typed:22} {counts[typed]:5} files   p50 {middle:6.1f} ms   worst {worst:6.1f} ms"
        )
    p50, p95 = every[len(every) // 2], every[int(len(every) * 0.95)]
    print(f"all: p50 {p50:.1f} ms, p95 {p95:.1f} ms; the bar is {BAR_MS} ms")


if __name__ == "__main__":
    asyncio.run(main())
