"""Pages of the same repository from our node, from Fossil and from klaus, in turn in one run.

    python benchmarks/pages.py REPOSITORY [--data DIRECTORY] [--rounds 5] [--seconds 2]

REPOSITORY is imported by each side into DIRECTORY, unless it is there already. Needed are Debian's
packages `fossil` and `wrk`; klaus comes from PyPI into an environment of its own.

Looked at are a project's first page, a directory, a big file, its blame, the landings, and diffs of
about twenty files. *Fresh* is the time until the first byte, and until the last, of addresses that
were never asked for since the node started: each names another position, so that nothing drawn for
one answers another; *again* is an address that was asked for before. Every such request has a
connection of its own, as the first one of a visitor has. Requests a second are those of one address
by 16 clients (`wrk`). All say that they are a browser and take gzip.

Our file pages are coloured and Fossil's are not; klaus refuses files above 100 KiB. Fossil's first
page is the almost empty one that it makes for a new repository.

The bars: as many requests a second as Fossil on every page; 50 ms until the first byte for 95 of
100 fresh pages; the project's page in 100 kB with all that it loads.
"""

import argparse
import random
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urljoin, urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.page_sides import PAGES, Chosen, Side, fossil, git, klaus, our_node

AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
CLIENTS = 16
FRESH = 60
BAR_MS = 50
BAR_BYTES = 100_000
LOADED = re.compile(r'<(?:link|script|img)\b[^>]*?\b(?:href|src)="([^"]+)"[^>]*>')
MODULE = re.compile(r'"(\./[a-z]+\.js)"')
NOT_LOADED = re.compile(
    r'rel="(?:canonical|alternate|apple-touch-icon|next|prev|help|search)|loading="lazy"'
)


def asked(url: str) -> tuple[float, float, bytes]:
    """Ask for a page; return the ms until its first and its last byte, and the whole answer."""
    parts = urlsplit(url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    lines = (
        f"GET {target or '/'} HTTP/1.1",
        f"Host: {parts.netloc}",
        f"User-Agent: {AGENT}",
        "Accept-Encoding: gzip",
        "Connection: close",
    )
    begun = time.perf_counter()
    with socket.create_connection((parts.hostname, parts.port)) as door:
        door.sendall("\r\n".join((*lines, "", "")).encode())
        answer = door.recv(65536)
        first = time.perf_counter()
        pieces = [answer]
        while piece := door.recv(1 << 18):
            pieces.append(piece)
    last = time.perf_counter()
    answer = b"".join(pieces)
    if answer[9:12] != b"200":
        sys.exit(f"{url}: {answer[:200]!r}")
    return 1000 * (first - begun), 1000 * (last - begun), answer


def rate(url: str, seconds: int) -> float:
    """Return how many requests a second are answered to 16 clients."""
    line = ["wrk", "-t1", f"-c{CLIENTS}", f"-d{seconds}s", "--timeout", "30s"]
    line += ["-H", f"User-Agent: {AGENT}", "-H", "Accept-Encoding: gzip", url]
    told = subprocess.run(line, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in told:
        sys.exit(f"{url}: {told}")
    return float(re.search(r"Requests/sec:\s*([0-9.]+)", told)[1])


def weight(url: str) -> tuple[int, int]:
    """Return the bytes of a page with all that it may load, and how many requests that takes."""
    total, answer = _loaded(url)
    wanted = [
        urljoin(url, found[1])
        for found in LOADED.finditer(answer)
        if not NOT_LOADED.search(found[0])
    ]
    host, seen = urlsplit(url).netloc, set()
    while wanted:
        one = wanted.pop()
        if one in seen or urlsplit(one).netloc != host:
            continue
        seen.add(one)
        size, text = _loaded(one)
        total += size
        # A script says which others it may import.
        wanted += [urljoin(one, name) for name in MODULE.findall(text) if one.endswith(".js")]
    return total, 1 + len(seen)


def _loaded(url: str) -> tuple[int, str]:
    """Return the bytes of an answer, and what it says."""
    _, _, answer = asked(url)
    head, _, body = answer.partition(b"\r\n\r\n")
    body = _joined(head, body)
    said = head.lower()
    if b"gzip" in said or b"deflate" in said:
        body = zlib.decompress(body, 47)
    return len(answer), body.decode("utf-8", "replace")


def _joined(head: bytes, body: bytes) -> bytes:
    """Return a body without the marks of its chunks, if it has any."""
    if b"chunked" not in head.lower():
        return body
    parts = []
    while True:
        size, _, body = body.partition(b"\r\n")
        if not int(size, 16):
            return b"".join(parts)
        parts.append(body[: int(size, 16)])
        body = body[int(size, 16) + 2 :]


def chosen_of(repository: Path, path: str, seed: int) -> Chosen:
    """Choose what to look at: the big file, and commits that changed it, or some twenty files."""
    line = git(repository, "rev-list", "--first-parent", "--reverse", "HEAD").split()
    times = dict(
        row.split() for row in git(repository, "log", "--format=%H %ct").split("\n") if row
    )
    path = path or _big_file(repository)
    touching = git(
        repository, "log", "--first-parent", "-m", "--format=%H", "--no-renames", "HEAD", "--", path
    ).split()
    dice = random.Random(seed)
    # The newest first, as visitors do; then any.
    newest, *others = touching
    return Chosen(
        repository=repository,
        path=path,
        line={commit: number for number, commit in enumerate(line, 1)},
        times={commit: int(at) for commit, at in times.items()},
        touching=[newest, *dice.sample(others, min(FRESH - 1, len(others)))],
        wide=_wide(repository, dice),
    )


def _big_file(repository: Path) -> str:
    """Return the largest source file below 150 kB that lies in a directory."""
    rows = git(repository, "ls-tree", "-r", "-l", "HEAD").split("\n")
    sizes = ((int(row.split()[3]), row.partition("\t")[2]) for row in rows if " blob " in row)
    endings = (".c", ".py", ".go", ".rs", ".js", ".java")
    return max(
        one for one in sizes if one[0] < 150_000 and "/" in one[1] and one[1].endswith(endings)
    )[1]


def _wide(repository: Path, dice: random.Random) -> list[str]:
    """Return commits of about twenty files that are no merges, and not the largest ones."""
    told = git(repository, "log", "--first-parent", "--no-merges", "--shortstat", "--format=%H")
    found: list[tuple[int, str]] = []
    commit = ""
    for row in told.split("\n"):
        numbers = [int(number) for number in re.findall(r"(\d+) (?:file|insertion|deletion)", row)]
        if "changed" in row and numbers and sum(numbers[1:]) < 2_000:
            found.append((abs(numbers[0] - 20), commit))
        elif row and "changed" not in row:
            commit = row
    some = [commit for _, commit in sorted(found)[:FRESH]]
    return dice.sample(some, len(some))


def percentiles(values: Sequence[float]) -> tuple[float, float]:
    """Return the median and the value that 95 of 100 stay below."""
    ordered = sorted(values)
    return statistics.median(ordered), ordered[min(int(len(ordered) * 0.95), len(ordered) - 1)]


def fresh_times(sides: Sequence[Side]) -> Iterator[tuple[str, str, list[float], list[float]]]:
    """Yield page, side and the times of every fresh address, the sides in turn."""
    for page in PAGES:
        some = [side for side in sides if page in side.fresh]
        took: dict[str, tuple[list[float], list[float]]] = {side.name: ([], []) for side in some}
        for number in range(min(len(side.fresh[page]) for side in some)):
            for side in some:
                first, last, _ = asked(side.fresh[page][number])
                took[side.name][0].append(first)
                took[side.name][1].append(last)
        for name, (firsts, lasts) in took.items():
            yield page, name, firsts, lasts


def again_times(sides: Sequence[Side], rounds: int) -> Iterator[tuple[str, str, list[float]]]:
    """Yield page, side and the times until the first byte of an address that is known."""
    for page in PAGES:
        some = [side for side in sides if page in side.same]
        for side in some:
            asked(side.same[page])
        took = {side.name: [] for side in some}
        for _ in range(10 * rounds):
            for side in some:
                took[side.name].append(asked(side.same[page])[0])
        for name, firsts in took.items():
            yield page, name, firsts


def rates(sides: Sequence[Side], rounds: int, seconds: int) -> dict[str, dict[str, float]]:
    """Return the median requests a second of each page and side, the sides in turn."""
    found: dict[str, dict[str, float]] = {}
    for page in PAGES:
        took: dict[str, list[float]] = {side.name: [] for side in sides if page in side.same}
        for _ in range(rounds):
            for side in sides:
                if page in side.same:
                    took[side.name].append(rate(side.same[page], seconds))
        found[page] = {name: statistics.median(some) for name, some in took.items()}
    return found


def compared(sides: Sequence[Side], rounds: int, seconds: int) -> bool:
    """Measure, print, and say whether the bars hold."""
    holds = True
    print(f"\n{'fresh, ms':12}{'side':10}{'first p50':>10}{'p95':>8}{'last p50':>10}{'p95':>8}")
    for page, name, firsts, lasts in fresh_times(sides):
        numbers = (*percentiles(firsts), *percentiles(lasts))
        bar = name == "Micelio" and numbers[1] > BAR_MS
        holds = holds and not bar
        shown = "{:10.1f}{:8.1f}{:10.1f}{:8.1f}".format(*numbers)
        print(f"{page:12}{name:10}{shown}{'   over the bar' if bar else ''}", flush=True)
    print(f"\n{'again, ms':12}{'side':10}{'first p50':>10}{'p95':>8}")
    for page, name, firsts in again_times(sides, rounds):
        print("{:12}{:10}{:10.1f}{:8.1f}".format(page, name, *percentiles(firsts)), flush=True)
    names = [side.name for side in sides]
    print(f"\n{'a second':12}" + "".join(f"{name:>10}" for name in names) + "   to Fossil")
    for page, found in rates(sides, rounds, seconds).items():
        ratio = found["Micelio"] / max(found["Fossil"], 1 / seconds)  # one that none came of
        holds = holds and ratio >= 1
        cells = "".join(f"{found[name]:10.1f}" if name in found else f"{'-':>10}" for name in names)
        print(f"{page:12}{cells}{ratio:10.2f}", flush=True)
    print()
    for side in sides:
        size, requests = weight(side.same["project"])
        print(f"the project's page from {side.name}: {size:,} bytes in {requests} requests")
        holds = holds and (side.name != "Micelio" or size < BAR_BYTES)
    return holds


def main() -> None:
    """Serve from all three, and compare."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("repository", type=Path)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--file", default="", help="the big file; by default one is looked for")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        data = (given.data or scratch).absolute()
        data.mkdir(exist_ok=True)
        bare = data / "bench.git"
        if not bare.exists():
            url = f"file://{given.repository.absolute()}"
            line = ["git", "clone", "-q", "--bare", "--single-branch", "--no-tags", url, str(bare)]
            subprocess.run(line, check=True)
        chosen = chosen_of(bare, given.file, given.seed)
        print(f"{len(chosen.times)} commits, {len(chosen.line)} of the line; {chosen.path}")
        sides = [stack.enter_context(side(chosen, data)) for side in (our_node, fossil, klaus)]
        holds = compared(sides, given.rounds, given.seconds)
    print(f"The bars {'hold' if holds else 'do NOT all hold'}.")
    sys.exit(not holds)


if __name__ == "__main__":
    main()
