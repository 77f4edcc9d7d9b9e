"""A mirror becomes what its home is, row by row, and takes nothing that does not follow."""

import dataclasses
from dataclasses import replace
from types import SimpleNamespace

import pytest

from keys.ed25519 import PrivateKey
from keys.statements import equivocation
from keys.statements.contribution import open_contribution, seal_contribution
from keys.statements.equivocation import Equivocation
from keys.statements.landing import open_landing, seal_landing
from keys.statements.transcript import Decision
from node.imports import verbs as imports
from node.kernel import events
from node.kernel.parties import ANONYMOUS
from node.landings import accepting, rows
from node.landings import verbs as landings
from node.landings.model import NotAccepted, ObjectsMissing
from node.projects import members
from node.projects import verbs as projects
from node.projects.model import NotHeld
from node.sessions import verbs as sessions
from node.trees import verbs as trees
from store import changes as change_lists
from store.digest import digest_of
from tests.support.drafts import a_draft, a_landing
from tests.support.followers import (
    accept,
    followed,
    groups_of,
    send_contents,
    taken,
    two_nodes,
)
from tests.support.forges import a_project, an_account, the_keeper
from tests.support.gits import ZERO, odd
from tests.support.roles import acting
from tests.support.wire import entry

WHY = (Decision("Use it", "It is there", 1),)


@pytest.fixture
async def nodes(tmp_path):
    async with two_nodes(tmp_path) as both:
        yield both


async def a_book(home):
    """A project of ada's with some landings: changed, removed, moved, unsigned, decided."""
    ada = await an_account(home)
    book = await a_project(home, ada)
    await a_landing(home, ada, book, {"README.md": b"# A book\n", "src/a.txt": b"one\ntwo\n"})
    await a_landing(
        home, ada, book, {"src/a.txt": b"one\n2\n"}, goal="Count\n\nProperly.", decisions=WHY
    )
    await a_landing(
        home, ada, book, {"src/a.txt": None, "src/b.txt": b"one\n2\n"}, origin="ai-assisted"
    )
    await a_landing(home, ada, book, {"src/b.txt": b"one\n2\n3\n"}, signed=False)
    await a_landing(home, ada, book, {"src/b.txt": None, "src/b.txt/c": b"x"})
    return ada, book


async def test_a_mirror_says_what_its_home_says(nodes):
    home, mirror = nodes
    _, book = await a_book(home)
    copy = await followed(home, mirror, book)
    assert copy.is_mirror
    assert copy.home == home.node.did
    assert (copy.id, copy.name, copy.visibility) == (book.id, book.name, book.visibility)
    assert copy.address == f"ada@{(await an_account(home)).did[-8:]}/book"
    assert await projects.get(mirror, ANONYMOUS, *copy.address.split("/")) == copy
    for ask in (
        lambda forge, one: landings.log(forge, ANONYMOUS, one),
        lambda forge, one: landings.detail(forge, ANONYMOUS, one, 2),
        lambda forge, one: trees.diff(forge, ANONYMOUS, one, 1, None),
        lambda forge, one: trees.listing(forge, ANONYMOUS, one, None, "src"),
        lambda forge, one: trees.blame(forge, ANONYMOUS, one, 4, "src/b.txt"),
        lambda forge, one: landings.followed(forge, ANONYMOUS, one, "src/b.txt", 5),
        lambda forge, one: projects.documents(forge, ANONYMOUS, one),
    ):
        assert await ask(mirror, copy) == await ask(home, book)


KEPT = {
    "landings": "position, id, tree, previous_tree, session, author_handle, author_did, goal, origin, model, contribution, transcript, changes, changes_size, changed, clock, landed_at, imported_commit, imported_author, imported_email, imported_at",
    "sessions": "id, goal, status, base_position, origin, model, started_at, ended_at, position, transcript, epoch",
    "project_documents": "version, document",
    "path_touches": "position, below",
    "holdings": "object",
}


async def rows_of(forge, project):
    """What a node has of a project, table by table, but for keys that are its own."""

    def read(tx):
        return {
            table: sorted(
                map(
                    repr,
                    tx.execute(f"select {columns} from {table} where project = ?", (project.key,)),
                )
            )
            for table, columns in KEPT.items()
        }

    return await forge.db.read(read)


async def told_by(forge, project):
    """The events of landings."""
    seen = await forge.db.read(lambda tx: events.after(tx, 0))
    return [
        (one.kind, one.data, one.at)
        for one in seen
        if one.project == project.key and one.kind.startswith("landing.")
    ]


async def test_the_rows_of_a_mirror_are_those_of_its_home(nodes):
    home, mirror = nodes
    _, book = await a_book(home)
    copy = await followed(home, mirror, book)
    assert await rows_of(mirror, copy) == await rows_of(home, book)
    assert await told_by(mirror, copy) == await told_by(home, book)


@pytest.mark.slow
async def test_a_history_that_was_imported_is_the_same_here(nodes, tmp_path):
    home, mirror = nodes
    ada = await an_account(home)
    book = await a_project(home, ada)
    gits = odd(tmp_path / "odd")
    tip = gits.git("rev-parse", "main").decode().strip()
    await imports.receive(home, ada.party, book, gits.path, ZERO, tip, lambda *_: None)
    await a_landing(home, ada, book, {"made-here.txt": b"x"})
    copy = await followed(home, mirror, book)
    theirs, ours = await rows_of(mirror, copy), await rows_of(home, book)
    # The home also holds what git needs beside the landings.
    assert set(theirs.pop("holdings")) <= set(ours.pop("holdings"))
    assert theirs == ours
    assert await told_by(mirror, copy) == await told_by(home, book)
    assert await said_in(mirror, copy) == await said_in(home, book)


async def said_in(forge, project):
    """The sessions of a project, but for keys that are a node's own."""
    found = await sessions.listed(forge, ANONYMOUS, project)
    return [replace(one, project=0, author=0) for one in found]


async def test_a_session_is_who_the_home_says(nodes):
    home, mirror = nodes
    ada, book = await a_book(home)
    bob = await an_account(home, "bob")
    await members.set_member(home, ada.party, book, "bob", "writer")
    draft = await a_draft(home, bob, book, {"bob.txt": b"hi"})
    await landings.land(home, await acting(home, bob), book, draft)
    copy = await followed(home, mirror, book)
    theirs, ours = await said_in(mirror, copy), await said_in(home, book)
    assert theirs == ours
    assert {one.author_handle for one in theirs} == {"ada", "bob"}
    detail = await sessions.get(mirror, ANONYMOUS, copy, theirs[-2].id)
    assert detail.decisions == WHY


async def test_what_is_there_already_is_passed_over(nodes):
    home, mirror = nodes
    ada, book = await a_book(home)
    copy = await followed(home, mirror, book)
    before = await rows_of(mirror, copy)
    await accept(mirror, copy, await groups_of(home, book))
    assert await rows_of(mirror, copy) == before
    await a_landing(home, ada, book, {"more": b"x"})
    await send_contents(home, mirror, book, copy)
    head = await accept(mirror, copy, await groups_of(home, book, 4))
    assert head.position == 6


async def test_a_batch_is_all_or_nothing(nodes):
    home, mirror = nodes
    _, book = await a_book(home)
    copy = await taken(home, mirror, book)
    await send_contents(home, mirror, book, copy)
    good = await groups_of(home, book)
    with pytest.raises(NotAccepted):
        await accept(mirror, copy, [*good[:3], dataclasses.replace(good[3], transcript=b"{}")])
    assert (await landings.head(mirror, ANONYMOUS, copy)).position == 0
    left = await rows_of(mirror, copy)
    assert (left["landings"], left["sessions"]) == ([], [])


async def test_contents_come_first_unless_older_ones_are_not_kept(nodes):
    home, mirror = nodes
    _, book = await a_book(home)
    copy = await taken(home, mirror, book)
    groups = await groups_of(home, book)
    with pytest.raises(ObjectsMissing):
        await accept(mirror, copy, groups)
    head = await accept(mirror, copy, groups[:3], contents_from=4)
    assert head.position == 3
    await send_contents(home, mirror, book, copy)
    assert (await accept(mirror, copy, groups, contents_from=4)).position == 5


async def test_what_another_project_here_holds_is_not_enough(nodes):
    home, mirror = nodes
    _, book = await a_book(home)
    copy = await taken(home, mirror, book)
    keeper = await the_keeper(mirror)
    other = await a_project(mirror, keeper, "other", visibility="private")
    await send_contents(home, mirror, book, other)
    with pytest.raises(ObjectsMissing):
        await accept(mirror, copy, await groups_of(home, book))


EVE = PrivateKey.from_seed(b"e" * 32)


def resigned(group, key, **changes):
    """A position whose record says something else, under a valid signature."""
    record, _ = open_landing(group.envelope)
    return dataclasses.replace(group, envelope=seal_landing(replace(record, **changes), key))


def restated(group, key, author, **changes):
    """A position whose contribution says something else, under valid signatures of both."""
    said, _ = open_contribution(group.contribution)
    statement = seal_contribution(replace(said, **changes), author)
    made = dataclasses.replace(group, contribution=statement)
    return resigned(made, key, contribution=digest_of(statement), author_did=author.did)


def altered_list(group):
    (first, *rest) = change_lists.decode(group.listed)
    other = replace(first, new=entry(b"smuggled"))
    return dataclasses.replace(group, listed=change_lists.encode([other, *rest]))


@pytest.fixture
async def attacked(nodes):
    """A mirror that is at 2 of 5, the positions, and the keys of home and author."""
    home, mirror = nodes
    ada, book = await a_book(home)
    other = await a_project(home, ada, "other")
    for name in ("x", "y", "z"):
        await a_landing(home, ada, other, {name: b"# A book\n"})
    copy = await taken(home, mirror, book)
    await send_contents(home, mirror, book, copy)
    groups = await groups_of(home, book)
    await accept(mirror, copy, groups[:2])
    return SimpleNamespace(
        mirror=mirror,
        copy=copy,
        groups=groups,
        home=home.node.key,
        ada=home.keys.person(ada.did),
        other=await groups_of(home, other),
        tree=open_landing(groups[4].envelope)[0].tree,
    )


ATTACKS = {
    "a record of another project": ("graft", lambda a: a.other[2]),
    "a record that says it is of another project": (
        "graft",
        lambda a: resigned(
            a.groups[2], a.home, project=open_landing(a.other[0].envelope)[0].project
        ),
    ),
    "a contribution to another project": (
        "graft",
        lambda a: restated(
            a.groups[2], a.home, a.ada, project=open_landing(a.other[0].envelope)[0].project
        ),
    ),
    "a session that landed before": (
        "replay",
        lambda a: resigned(
            a.groups[2], a.home, session=open_landing(a.groups[0].envelope)[0].session
        ),
    ),
    "a contribution of another session": (
        "replay",
        lambda a: resigned(a.groups[2], a.home, session="x" * 22),
    ),
    "no record at all": ("downgrade", lambda a: dataclasses.replace(a.groups[2], envelope=b"{}")),
    "a record without a signature": (
        "downgrade",
        lambda a: dataclasses.replace(
            a.groups[2], envelope=a.groups[2].envelope.replace(b'"sig":"', b'"sig":"AAAA')
        ),
    ),
    "a record of a clock that nobody can read": (
        "downgrade",
        lambda a: resigned(a.groups[2], a.home, clock="now"),
    ),
    "another record for a position that is there": (
        "equivocation",
        lambda a: resigned(a.groups[1], a.home, goal="Other"),
    ),
    "a record that follows another one": (
        "equivocation",
        lambda a: resigned(a.groups[2], a.home, previous=b"x" * 32),
    ),
    "an author who signed something else": (
        "forged-author",
        lambda a: dataclasses.replace(a.groups[2], contribution=a.groups[0].contribution),
    ),
    "an author who did not sign": (
        "forged-author",
        lambda a: resigned(a.groups[2], a.home, author_did=EVE.did),
    ),
    "an author of an unsigned landing": (
        "forged-author",
        lambda a: dataclasses.replace(
            resigned(a.groups[2], a.home, contribution=None), contribution=None
        ),
    ),
    "a contribution that was left out": (
        "forged-author",
        lambda a: dataclasses.replace(a.groups[2], contribution=None),
    ),
    "a contribution on a tree that never was": (
        "forged-author",
        lambda a: restated(a.groups[2], a.home, a.ada, base_tree=b"x" * 32),
    ),
    "a contribution on a later position": (
        "forged-author",
        lambda a: restated(a.groups[2], a.home, a.ada, base_position=9),
    ),
    "another transcript": (
        "forged-author",
        lambda a: dataclasses.replace(a.groups[2], transcript=a.groups[1].transcript),
    ),
    "another tree": ("altered-tree", lambda a: resigned(a.groups[2], a.home, tree=a.tree)),
    "another tree before": (
        "altered-tree",
        lambda a: resigned(a.groups[2], a.home, previous_tree=a.tree),
    ),
    "another change list": ("altered-tree", lambda a: altered_list(a.groups[2])),
    "a change list that is none": (
        "altered-tree",
        lambda a: dataclasses.replace(a.groups[2], listed=b"\x00"),
    ),
    "a position that is not the next": ("gap", lambda a: a.groups[3]),
    "a record by somebody else": ("not-home", lambda a: resigned(a.groups[2], EVE)),
    "a record by its author": ("not-home", lambda a: resigned(a.groups[2], a.ada)),
}


@pytest.mark.parametrize("attack", ATTACKS)
async def test_what_does_not_follow_is_refused_by_name_and_leaves_nothing(attacked, attack):
    code, made = ATTACKS[attack]
    before = await rows_of(attacked.mirror, attacked.copy)
    with pytest.raises(NotAccepted) as refused:
        await accept(attacked.mirror, attacked.copy, [made(attacked)])
    assert refused.value.code == f"landing.{code}"
    assert await rows_of(attacked.mirror, attacked.copy) == before
    # What is honest still follows.
    assert (await accept(attacked.mirror, attacked.copy, attacked.groups)).position == 5


async def proofs_of(forge):
    """What is kept against homes."""
    found = await forge.db.read(
        lambda tx: tx.execute("select proof from equivocations order by position").fetchall()
    )
    return [equivocation.decode(proof) for (proof,) in found]


async def test_so_many_proofs_of_one_project_are_enough(forge):
    def work(tx):
        for position in range(1, 2 * rows.MOST_PROOFS):
            for record in (b"a", b"b"):
                proof = Equivocation("mic:z1", position, "did:key:z1", (record, b"c"))
                accepting.keep_proof(forge, tx, proof)
        accepting.keep_proof(forge, tx, Equivocation("mic:z2", 1, "did:key:z1", (b"a", b"c")))
        kept = tx.execute("select project, count(*) from equivocations group by project").fetchall()
        heard = tx.execute("select count(*) from events where kind = 'project.equivocation'")
        return kept, heard.fetchone()[0]

    kept, heard = await forge.db.write(work)
    assert kept == [("mic:z1", rows.MOST_PROOFS), ("mic:z2", 1)]
    assert heard == rows.MOST_PROOFS + 1


async def test_two_records_of_one_position_are_kept_as_proof(attacked):
    rival = resigned(attacked.groups[1], attacked.home, goal="Other")
    for _ in range(2):
        with pytest.raises(NotAccepted):
            await accept(attacked.mirror, attacked.copy, [rival])
    (proof,) = await proofs_of(attacked.mirror)
    assert (proof.position, proof.signer) == (2, attacked.home.did)
    assert set(proof.records) == {rival.envelope, attacked.groups[1].envelope}


async def test_a_project_of_this_node_accepts_nothing(nodes):
    home, _ = nodes
    _, book = await a_book(home)
    with pytest.raises(NotHeld):
        await accept(home, book, await groups_of(home, book))
