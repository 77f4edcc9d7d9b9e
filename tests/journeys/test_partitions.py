"""Five nodes on five machines; a cable is pulled, both sides go on, and agree when it is back."""

import json
import sqlite3
import subprocess
import sys
import time
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support import namespaces
from tests.support.mic import Person
from tests.support.namespaces import Machine
from tests.support.processes import Node, environment, run

pytestmark = [pytest.mark.slow, pytest.mark.journey, namespaces.needed]

SIDES = (3, 2)
AGREE_SECONDS = 30.0
SEED_SECONDS = 60.0


@dataclass(frozen=True)
class Site:
    """A node, its machine, and its owner at that machine."""

    machine: Machine
    node: Node
    owner: Person
    place: Path

    @property
    def address(self) -> str:
        return self.node.facts["p2p_addresses"][0]

    def log(self, project: str) -> list[tuple[int, str, str]]:
        """Position, record and goal of each landing, as the database has them."""
        return self.rows(
            "select position, hex(landings.id), goal from landings join projects"
            " on projects.key = project where projects.id = ? order by position",
            project,
        )

    def rows(self, query: str, *values: object) -> list:
        with closing(sqlite3.connect(f"file:{self.node.data}/node.db?mode=ro", uri=True)) as rows:
            return rows.execute(query, values).fetchall()

    def land(self, name: str, goal: str) -> None:
        (self.place / name / f"{goal}.txt").write_text(f"{goal}\n")
        ran = self.owner.mic("land", goal, at=self.place / name)
        assert ran.status == 0, ran.err

    def share(self, name: str) -> str:
        """Make a project here; return its id."""
        folder = self.place / name
        folder.mkdir()
        (folder / "first.txt").write_text("first\n")
        self.owner.json("share", at=folder)
        return self.rows("select id from projects where handle = ?", name)[0][0]

    def offer(self, author: "Site", project: str, name: str) -> None:
        """Leave a landing of `author`, the owner of a project elsewhere, at the mirror here."""
        (address,) = self.rows(
            "select accounts.handle, projects.handle from projects"
            " join accounts on accounts.key = owner where projects.id = ?",
            project,
        )
        settings = {
            "url": self.node.url, "address": address, "project": project, "name": name,
            "seed": (author.place / "mic" / "device.key").read_text().strip(),
        }  # fmt: skip
        command = [sys.executable, "-m", "tests.support.offerer", json.dumps(settings)]
        done = subprocess.run(
            [*self.machine.through, *command],
            env=environment(), capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["state"] == "queued"

    def seed(self, at: "Site", name: str) -> None:
        ran = run("seed", f"{at.address}/ada/{name}", "--data", str(self.node.data))
        assert ran.returncode == 0, ran.stderr


@pytest.fixture
def sites(tmp_path):
    with namespaces.machines(SIDES) as (machines, cable), ExitStack() as stack:
        yield [stack.enter_context(a_site(one, tmp_path)) for one in machines], cable


class a_site:  # noqa: N801  it reads as a function, and holds a process
    def __init__(self, machine: Machine, tmp_path: Path) -> None:
        self.place = tmp_path / machine.name
        self.place.mkdir()
        home = self.place / "mic"
        self.node = Node(
            self.place / "data",
            "--listen", f"{machine.address}:7070",
            "--p2p-listen", f"/ip4/{machine.address}/tcp/4001",
            "--owner", "ada",
            through=machine.through,
            MIC_HOME=str(home),
            MICELIO_P2P="yes",
        )  # fmt: skip
        self.site = Site(machine, self.node, Person(home, machine.through), self.place)

    def __enter__(self) -> Site:
        return self.site

    def __exit__(self, *_: object) -> None:
        self.node.__exit__()


def wait_until_all_agree(sites, projects, lengths, seconds) -> None:
    """Wait until every node has the same log of each project, of these lengths."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        logs = {name: [site.log(name) for site in sites] for name in projects}
        if all(
            len(found[0]) == lengths[name] and all(one == found[0] for one in found)
            for name, found in logs.items()
        ):
            return
        time.sleep(0.2)
    shown = {name: [len(site.log(name)) for site in sites] for name in projects}
    raise AssertionError(f"not after {seconds} s: {shown}, not {lengths}")


def test_both_sides_of_a_cut_agree_after_it(sites):
    everybody, cable = sites
    left, right = everybody[0], everybody[3]
    book, notes = left.share("book"), right.share("notes")
    for site in everybody:
        if site is not left:
            site.seed(left, "book")
        if site is not right:
            site.seed(right, "notes")
    wait_until_all_agree(everybody, (book, notes), {book: 1, notes: 1}, SEED_SECONDS)

    cable.pull()
    for number in range(3):
        left.land("book", f"left {number}")
        right.land("notes", f"right {number}")
    wait_until_all_agree(everybody[:3], (book,), {book: 4}, AGREE_SECONDS)
    wait_until_all_agree(everybody[3:], (notes,), {notes: 4}, AGREE_SECONDS)
    for number in range(2):
        everybody[4].offer(left, book, f"queued {number}")
        everybody[1].offer(right, notes, f"queued {number}")
    assert [len(site.log(book)) for site in everybody[3:]] == [1, 1]
    assert [len(site.log(notes)) for site in everybody[:3]] == [1, 1, 1]

    cable.plug()
    wait_until_all_agree(everybody, (book, notes), {book: 6, notes: 6}, AGREE_SECONDS)
    queued = {f"Add queued {number}" for number in range(2)}
    for name, side in ((book, "left"), (notes, "right")):
        landed = {goal for _, _, goal in everybody[2].log(name)}
        assert landed >= {f"{side} {number}" for number in range(3)} | queued
