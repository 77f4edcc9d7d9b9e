"""Landings against `git commit` + `git push` to a bare repository on the same disk.

Each lands five changed files in a tree of 100,000, with 1,000 and with 100,000 landings behind it.
Ours is the whole of it: the author hashes and compresses, makes the change list and the transcript,
signs the statement; the node checks signature, objects and conflicts, applies the changes to the
tree, signs the record and has it on disk. What git does to stage the five files is not counted.
`one` lands one after another; `32` lands from 32 authors at once, in time for each landing. A node
seals what landings wrote into packs when it has the time; that is measured beside, as `sealing`.

Long histories take a while to grow: `--keep DIR` leaves them there and starts from them next time.

usage: python benchmarks/landing.py [--files N] [--behind N ...] [--rounds N] [--keep DIR]
"""

import argparse
import asyncio
import random
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from rounds import in_turn, report

from keys import ring
from keys.ed25519 import PrivateKey
from keys.statements import transcript as transcripts
from keys.statements.contribution import Contribution, Descriptor, SessionFacts, seal_contribution
from mic.wire.framing import key_challenge
from node.accounts import verbs as accounts
from node.daemon import building, config
from node.holdings import verbs as holdings
from node.kernel.forge import Forge
from node.kernel.parties import ANONYMOUS
from node.landings import verbs as landings
from node.landings.model import Draft, Head, SessionDraft
from node.projects import verbs as projects
from node.projects.model import NewProject
from node.signin import verbs as signin
from store import changes as change_lists
from store import records, tree
from store.changes import Change
from store.database import Tx
from store.records import Kind, Record
from store.tree import Entry, Mode

PATHS = 5
PORTION = 25_000
AUTHORS = 32
LANDINGS = 256
COMMITS = 10
GOAL = "Measure one landing"


def content(generator: random.Random) -> bytes:
    """Return some 600 bytes that look like text and compress like it."""
    return b"\n".join(b"%x some line of a file" % generator.getrandbits(64) for _ in range(16))


def paths(files: int) -> list[str]:
    """Return the names of a tree of directories with a hundred files each."""
    return [f"part{i // 10_000}/dir{i // 100 % 100}/file{i % 100}.txt" for i in range(files)]


class Author:
    """Somebody with a key and a workspace: knows what stands at each path."""

    def __init__(self, forge: Forge, files: int, key: PrivateKey) -> None:
        self.forge = forge
        self.random = random.Random(time.time_ns())
        self.key = key
        self.names = paths(files)
        self.entries: dict[str, Entry] = {}
        self.sessions = time.time_ns() // 10_000

    async def arrive(self) -> None:
        """Make the account, its key and a project, and land all files in a few portions."""
        account = await accounts.create(self.forge, ANONYMOUS, "ada", is_admin=True)
        self.who = account.party
        proof = self.key.sign(key_challenge(self.forge.node.did, "ada"))
        await signin.register_key(self.forge, self.who, self.key.did, "bench", proof)
        new = NewProject("bench", visibility="public")
        self.project = await projects.create(self.forge, self.who, "ada", new)
        for start in range(0, len(self.names), PORTION):
            await self.land(await self.head(), self.names[start : start + PORTION])

    async def return_(self) -> None:
        """Come back to what was grown before."""
        self.who = (await accounts.get(self.forge, "ada")).party
        self.project = await projects.get(self.forge, self.who, "ada", "bench")
        root = (await self.head()).tree

        def walked(tx: Tx) -> dict[str, Entry]:
            return dict(tree.walk(root, lambda digest: self.forge.objects.get(tx, digest)))

        self.entries = await self.forge.db.read(walked)

    async def head(self) -> Head:
        """Return where the project stands."""
        return await landings.head(self.forge, self.who, self.project)

    async def land(self, base: Head, names: list[str]) -> None:
        """Change the files `names` and land them on `base`."""
        made = {name: records.make(Kind.BLOB, content(self.random)) for name in names}
        draft = self.draft(base, made)
        if len(names) > PATHS:
            await self.send([*made.values()])
        await landings.land(self.forge, self.who, self.project, draft)

    async def send(self, contents: list[Record]) -> None:
        """Send contents ahead of their landing."""

        async def batches() -> AsyncIterator[list[Record]]:
            yield contents

        await holdings.receive(self.forge, self.who, self.project, batches())

    def draft(self, base: Head, made: dict[str, Record]) -> Draft:
        """Return the signed draft that puts new contents at some paths."""
        new = {
            name: Entry(Mode.FILE, record.digest, record.raw_length)
            for name, record in made.items()
        }
        listed = [Change(name, self.entries.get(name), new[name]) for name in sorted(new)]
        self.entries |= new
        changes = records.make(Kind.BLOB, change_lists.encode(listed))
        facts, said = self.session()
        described = Descriptor(changes.digest, changes.raw_length)
        statement = seal_contribution(
            Contribution(
                project=self.project.id,
                base_position=base.position,
                base_tree=base.tree,
                changes=described,
                session=facts,
                origin="human",
                model=None,
                tool="bench/1",
                contributor=self.key.did,
            ),
            self.key,
        )
        session = SessionDraft(facts.id, GOAL, facts.started_at, facts.finished_at, "human")
        fresh = [changes, *(made.values() if len(made) <= PATHS else ())]
        kept = {record.digest: (record, records.opened(record)) for record in fresh}
        return Draft(base.position, session, described, said, statement, kept)

    def session(self) -> tuple[SessionFacts, bytes]:
        """Return a new session and its transcript."""
        self.sessions += 1
        name = f"session{self.sessions:015}"
        now = self.forge.now()
        said = transcripts.encode(transcripts.Transcript(name, GOAL, (), ()))
        described = transcripts.descriptor(said)
        facts = SessionFacts(
            id=name, goal=GOAL, started_at=now, finished_at=now, transcript=described
        )
        return facts, said

    async def one_after_another(self, count: int) -> None:
        """Land `count` times, each on the head that the one before made."""
        for _ in range(count):
            await self.land(await self.head(), self.random.sample(self.names, PATHS))

    async def at_once(self, count: int, authors: int = AUTHORS) -> None:
        """Land `count` times, `authors` at a time, each on other files."""
        while count > 0:
            base, many = await self.head(), min(authors, count)
            names = self.random.sample(self.names, PATHS * many)
            shares = (names[i * PATHS : (i + 1) * PATHS] for i in range(many))
            await asyncio.gather(*(self.land(base, share) for share in shares))
            count -= many

    async def grow(self, count: int) -> None:
        """Land `count` times and seal every so often, as a node does."""
        for done in range(0, count, LANDINGS):
            await self.at_once(min(LANDINGS, count - done), LANDINGS)
            await self.seal()

    async def seal(self) -> None:
        """Move what landings wrote into packs."""
        while await self.forge.objects.seal():
            pass


class Git:
    """A bare repository and a working copy of it."""

    def __init__(self, directory: Path, files: int, behind: int) -> None:
        self.random = random.Random(time.time_ns())
        self.names = paths(files)
        bare, self.copy = directory / "bare", directory / "copy"
        if bare.exists():
            return
        run(directory, "init", "-q", "--bare", "-b", "main", str(bare))
        with subprocess.Popen(
            ["git", "fast-import", "--quiet"], cwd=bare, stdin=subprocess.PIPE
        ) as importer:
            for line in self.history(behind):
                importer.stdin.write(line)
            importer.stdin.close()
        run(directory, "clone", "-q", str(bare), str(self.copy))
        for setting in ("user.name=ada", "user.email=ada@example.org", "gc.auto=0"):
            run(self.copy, "config", *setting.split("="))

    def history(self, behind: int) -> Iterator[bytes]:
        """Yield a first commit of all files and `behind` - 1 commits of five."""
        for number in range(behind):
            names = self.random.sample(self.names, PATHS) if number else self.names
            yield b"commit refs/heads/main\ncommitter ada <ada@example.org> %d +0000\n" % number
            yield b"data 1\n.\n"
            for name in names:
                data = content(self.random)
                yield b"M 644 inline %b\ndata %d\n%b\n" % (name.encode(), len(data), data)

    def land(self) -> float:
        """Return the seconds of one commit and push; staging is not counted."""
        names = self.random.sample(self.names, PATHS)
        for name in names:
            (self.copy / name).write_bytes(content(self.random))
        run(self.copy, "add", *names)
        start = time.perf_counter()
        run(self.copy, "commit", "-q", "-m", GOAL)
        run(self.copy, "push", "-q", "origin", "main")
        return time.perf_counter() - start

    def several(self) -> float:
        """Return the mean seconds of some commits with their pushes."""
        return sum(self.land() for _ in range(COMMITS)) / COMMITS


def run(directory: Path, *arguments: str) -> None:
    """Run git."""
    subprocess.run(["git", *arguments], cwd=directory, check=True)


def sides(author: Author, git: Git, runner: asyncio.Runner, behind: int) -> dict[str, object]:
    """Return what is measured with `behind` landings of history."""
    sealing: list[float] = []

    def timed(work: object) -> float:
        start = time.perf_counter()
        runner.run(work)
        took = (time.perf_counter() - start) / LANDINGS
        start = time.perf_counter()
        runner.run(author.seal())
        sealing.append((time.perf_counter() - start) / LANDINGS)
        return took

    return {
        f"micelio, one, {behind:,} behind": lambda: timed(author.one_after_another(LANDINGS)),
        f"micelio, 32, {behind:,} behind": lambda: timed(author.at_once(LANDINGS)),
        f"micelio, sealing, {behind:,} behind": lambda: sealing[-1],
        f"git, {behind:,} behind": git.several,
    }


async def grown(forge: Forge, place: Path, files: int, behind: int) -> Author:
    """Return an author whose project has at least `behind` landings."""
    author = Author(forge, files, ring.load_or_make(place / "author.key"))
    if await accounts.owner(forge):
        await author.return_()
        return author
    await author.arrive()
    await author.seal()
    await author.grow(behind)
    return author


def main() -> None:
    """Measure both histories in one run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--behind", type=int, nargs="+", default=[1_000, 100_000])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--keep", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory, asyncio.Runner() as runner:
        measured, nodes = {}, []
        for behind in asked.behind:
            place = (asked.keep or Path(directory)).resolve() / str(behind)
            place.mkdir(parents=True, exist_ok=True)
            settings = config.read({"data": str(place / "node")}, {}, place)
            building.make_directory(settings.data)
            nodes.append(building.opened(settings, "http://bench"))
            forge = runner.run(nodes[-1].__aenter__())
            author = runner.run(grown(forge, place, asked.files, behind))
            git = Git(place, asked.files, behind)
            measured |= sides(author, git, runner, behind)
        medians = report("one landing of five paths", "s", in_turn(measured, asked.rounds))
        for node in reversed(nodes):
            runner.run(node.__aexit__(None, None, None))
    tell(medians, asked.behind)


def tell(medians: dict[str, float], histories: list[int]) -> None:
    """Print the ratios that count."""
    for behind in histories:
        git = medians[f"git, {behind:,} behind"]
        for how in ("one", "32"):
            ratio = git / medians[f"micelio, {how}, {behind:,} behind"]
            print(f"  {ratio:.1f} x git, {how}, {behind:,} landings behind")
    first, last = histories[0], histories[-1]
    for how in ("one", "32"):
        ratio = medians[f"micelio, {how}, {last:,} behind"]
        ratio /= medians[f"micelio, {how}, {first:,} behind"]
        print(f"  {ratio:.2f} x the time of {first:,} behind at {last:,} behind, {how}")


if __name__ == "__main__":
    main()
