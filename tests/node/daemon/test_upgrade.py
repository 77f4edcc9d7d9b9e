"""A node that an older version made is a node of this one: all is read, proven and landed on.

The directories in tests/data were made by scripts/older_node.py; their numbers are those of the
newest migration that they have.
"""

import hashlib
import io
import tarfile
from pathlib import Path

import pytest

from node.accounts import verbs as accounts
from node.daemon import building, config, fsck
from node.daemon.backups import taking
from node.daemon.checkups import directory
from node.daemon.checkups.model import OK, WARN
from node.feeds import verbs as feeds
from node.kernel.parties import ANONYMOUS
from node.landings import adopting
from node.landings import verbs as landings
from node.languages import verbs as languages
from node.notifications import verbs as notifications
from node.projects import verbs as projects
from node.projects.model import ProjectChanges
from node.sessions import verbs as sessions
from node.signin import verbs as signin
from node.stars import verbs as stars
from node.trees import verbs as trees
from store.database import inspected
from store.tree import Mode
from tests.support.features import settled
from tests.support.followers import followed
from tests.support.forges import a_forge, an_account
from tests.support.mic import Person
from tests.support.processes import Node, run

OLDER = sorted((Path(__file__).parents[2] / "data").glob("node-*.tar.xz"))
TEXT = "".join(f"Line {number} of a text that is long enough to differ.\n" for number in range(300))
HEAD = 14


@pytest.fixture(params=OLDER, ids=lambda path: path.name.partition(".")[0])
def data(request, tmp_path):
    """An older node's directory."""
    found = tmp_path / "data"
    with tarfile.open(request.param) as packed:
        # Python gained the filter in 3.11.4; Debian 12 has 3.11.2.
        packed.extraction_filter = getattr(tarfile, "data_filter", None)
        packed.extractall(found)
    for path in (found, *found.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)
    return found


def opened(data):
    return building.opened(config.read({"data": str(data)}, {}, data), "http://127.0.0.1:7070")


async def contents(forge, who, project, position=None):
    """Every file of a project: its mode and its bytes."""
    found, todo = {}, [""]
    while todo:
        above = todo.pop()
        for name, entry in await trees.listing(forge, who, project, position, above):
            path = f"{above}/{name}" if above else name
            if entry.mode == Mode.DIRECTORY:
                todo.append(path)
            else:
                pieces = [p async for p in trees.stream(forge, who, project, position, path)]
                found[path] = (entry.mode, b"".join(pieces))
    return found


def said(number):
    """The text after the landing that changed line `number`."""
    return (Mode.FILE, TEXT.replace(f"Line {number} ", f"Said {number} ").encode())


def test_there_are_older_nodes_to_open():
    assert [file.name for file in OLDER] == [
        "node-0021.tar.xz",
        "node-0033.tar.xz",
        "node-0052.tar.xz",
    ]


async def test_every_version_of_every_file_is_as_it_was(data):
    async with opened(data) as forge:
        ada = await accounts.get(forge, "ada")
        book = await projects.get(forge, ada.party, "ada", "book")
        head = await contents(forge, ada.party, book)
        assert head == {
            "README.md": (Mode.FILE, b"# A book\n"),
            "link": (Mode.LINK, b"README.md"),
            "large.txt": (Mode.FILE, (TEXT * 300).encode()),
            "text.txt": said(11),
        }
        for position in range(2, HEAD):
            before = await contents(forge, ada.party, book, position)
            assert before["text.txt"] == said(position - 2)
            assert before["src/run.sh"] == (Mode.EXECUTABLE, b"#!/bin/sh\necho run\n")
        diary = await projects.get(forge, ada.party, "ada", "diary")
        assert diary.visibility == "private"
        assert set(await contents(forge, ada.party, diary)) == {"today.txt"}


async def test_what_is_counted_of_projects_is_counted_of_older_ones_too(data):
    async with opened(data) as forge:
        ada = await accounts.get(forge, "ada")
        book = await projects.get(forge, ada.party, "ada", "book")
        newest = (await landings.log(forge, ada.party, book, limit=1))[0]
        (one,) = await stars.facts(forge, [book])
        assert (one.landings, one.active_at, one.stars) == (HEAD, newest.landed_at, 0)
        await settled(forge, languages.FEATURE)
        assert [share.language for share in await languages.shares(forge, ada.party, book)] == []
        tally = "select sum(landings) from project_days where project = ?"
        days = await forge.db.read(lambda tx: tx.execute(tally, (book.key,)).fetchone()[0])
        assert days == HEAD


async def test_feeds_have_what_was_done_before_there_were_feeds(data):
    async with opened(data) as forge:
        await settled(forge, feeds.FEATURE)
        found, before = [], feeds.NEWEST
        while before is not None:
            part = await feeds.of_account(forge, "ada", before)
            found += [(one.kind, one.project, one.position) for one in part.items]
            before = part.older
        landed = {one for one in found if one[0] == "landed"}
        assert {("landed", "ada/book", at) for at in range(1, HEAD + 1)} <= landed
        assert len(found) == len(set(found))
        assert not any(project == "ada/diary" for _, project, _ in found)
        ada = await accounts.get(forge, "ada")
        assert (await feeds.activity(forge, "ada", 0, 1 << 40)) != {}
        assert await notifications.listed(forge, ada.party) == []


async def test_what_was_signed_still_verifies_and_the_whole_is_sound(data):
    async with opened(data) as forge:
        assert (await fsck.run(forge, repair=False)).findings == ()
        ada = await accounts.get(forge, "ada")
        book = await projects.get(forge, ada.party, "ada", "book")
        for position in range(1, HEAD + 1):
            detail = await landings.detail(forge, ada.party, book, position)
            assert detail.verified
            assert hashlib.sha256(detail.record).digest() == detail.landing.id
        assert len(await projects.documents(forge, ada.party, book)) >= 1
        assert book.description == "A book about something"


async def test_sessions_keep_what_was_said_and_decided(data):
    async with opened(data) as forge:
        ada = await accounts.get(forge, "ada")
        book = await projects.get(forge, ada.party, "ada", "book")
        (active,) = await sessions.listed(forge, ada.party, book, "active")
        thinking = await sessions.get(forge, ada.party, book, active.id)
        assert [message.text for message in thinking.conversation] == ["Not done yet."]
        newest = (await landings.log(forge, ada.party, book, limit=1))[0]
        landed = await sessions.get(forge, ada.party, book, newest.session)
        assert [(d.text, d.why) for d in landed.decisions] == [("Remove it", "It is not used")]


async def test_what_it_has_is_mirrored_and_adopted_elsewhere(data, tmp_path):
    (tmp_path / "mirror").mkdir()
    async with opened(data) as forge, a_forge(tmp_path / "mirror") as mirror:
        ada = await accounts.get(forge, "ada")
        book = await projects.get(forge, ada.party, "ada", "book")
        copy = await followed(forge, mirror, book, contents_from=HEAD + 1)
        assert not book.is_mirror
        # Their documents say no names yet: the project has its own, and its owner none.
        assert copy.address == f"somebody@{ada.did[-8:]}/book"
        assert await landings.log(mirror, ANONYMOUS, copy, limit=HEAD) == await landings.log(
            forge, ada.party, book, limit=HEAD
        )
        zoe = await an_account(mirror, "zoe")
        made = await adopting.adopt(mirror, copy.id, forge.keys.person(ada.did), zoe)
        assert made.address == "zoe/book"
        renamed = ProjectChanges(name="A book of today")
        await projects.update(forge, ada.party, "ada", "book", renamed)
        assert (await fsck.run(forge, repair=False)).findings == ()


def test_an_older_directory_is_backed_up_as_it_is_and_restored_as_of_today(data, tmp_path):
    out = io.BytesIO()
    with inspected(data / "node.db") as tx:
        assert directory.schema(tx).level == WARN
    mark = taking.take(data, out, tmp_path / "copy.db")
    with inspected(data / "node.db") as tx:
        assert directory.schema(tx).level == WARN
    assert sorted(one.position for one in mark.projects) == [1, HEAD]
    (tmp_path / "backup.tar").write_bytes(out.getvalue())
    answer = run("restore", str(tmp_path / "backup.tar"), "--data", str(tmp_path / "again"))
    assert answer.returncode == 0, answer.stderr
    with inspected(tmp_path / "again" / "node.db") as tx:
        assert directory.schema(tx).level == OK
    assert run("doctor", "--data", str(tmp_path / "again")).returncode == 0


@pytest.mark.slow
async def test_it_is_cloned_verified_and_landed_on_without_sending_anything_twice(data, tmp_path):
    async with opened(data) as forge:
        ada = await accounts.get(forge, "ada")
        token = await signin.make_token(forge, ada, "test", ("read", "write"))
    person, at = Person(tmp_path / "home"), tmp_path / "book"
    with Node(data, "--listen", "127.0.0.1:0", "--no-register") as node:
        told = person.mic("auth", "login", node.url, "--token", token, at=tmp_path)
        assert told.status == 0, told.err
        for words in (("clone", f"{node.url}/ada/book"), ("clone", f"{node.url}/ada/diary")):
            done = person.mic(*words, at=tmp_path)
            assert done.status == 0, done.err
        assert person.mic("verify", at=at).status == 0
        (at / "text.txt").write_text("Of today.\n")
        (at / "copy.txt").write_text(TEXT * 300)
        landed = person.mic("land", "Land on what is old", at=at)
        assert landed.status == 0, landed.err
        assert person.mic("verify", at=at).status == 0
        assert node.stop() == 0
    assert run("fsck", "--data", str(data)).returncode == 0
