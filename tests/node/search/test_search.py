"""What has the words is found, by whoever may see it, and the index follows what happens."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keys.statements.transcript import Decision, Message
from node.kernel import events
from node.kernel.parties import ANONYMOUS
from node.projects import members, moves
from node.projects import verbs as projects
from node.projects.model import NewProject, ProjectChanges
from node.replication import peering
from node.replication.model import OPERATOR, Met
from node.search import indexing, rules
from node.search import verbs as searching
from node.search.model import NOTHING, Scope
from node.sessions import verbs as sessions
from node.sessions.model import NewSession
from tests.support.drafts import a_landing
from tests.support.forges import a_project, an_account, the_keeper

CODE = b"def drainTheOutbox(link):\n    return first_wait\n\n# nothing\n"


@pytest.fixture
async def ada(forge):
    return await an_account(forge, "ada")


@pytest.fixture
async def book(forge, ada):
    return await a_project(forge, ada)


async def described(forge, account, handle, about, visibility="public"):
    new = NewProject(handle, description=about, visibility=visibility)
    return await projects.create(forge, account.party, account.handle, new)


async def told(forge):
    """Let the index hear of everything, from the first event on."""
    seq = 0
    while batch := await forge.db.read(lambda tx, after=seq: events.after(tx, after)):
        for event in batch:
            await indexing.happened(forge, event)
        seq = batch[-1].seq


async def found(forge, typed, who=ANONYMOUS, scope=Scope.ALL, **more):
    return await searching.search(forge, who, rules.question(typed, **more), scope)


async def paths(forge, typed, who=ANONYMOUS):
    return [one.plain_path for one in (await found(forge, typed, who)).files]


async def test_a_session_that_has_not_landed_is_found_by_what_it_says(forge, ada, book):
    await sessions.start(
        forge, ada.party, book, NewSession("Retry with patience", "retry-patiently")
    )
    await sessions.note(forge, ada.party, book, "retry-patiently", "agent", "The mast collides.")
    await told(forge)
    await sessions.decide(forge, ada.party, book, "retry-patiently", "Use jitter", "It spreads.")
    await told(forge)
    for typed, kind in (("patience", "goal"), ("mast", "talk"), ("jitter", "decision")):
        (hit,) = (await found(forge, typed)).reasons
        assert (hit.session, hit.position, hit.kind, hit.author) == (
            "retry-patiently",
            None,
            kind,
            "ada",
        )
    await sessions.abandon(forge, ada.party, book, "retry-patiently")
    await told(forge)
    assert len((await found(forge, "jitter")).reasons) == 1


async def test_a_session_that_lands_is_found_once(forge, ada, book):
    name = "retry-patiently"
    await sessions.start(forge, ada.party, book, NewSession("Retry with patience", name))
    await told(forge)
    assert [one.session for one in (await found(forge, "patience")).reasons] == [name]
    await a_landing(forge, ada, book, {"a": b"1\n"}, goal="Retry with patience", session_id=name)
    await told(forge)
    (hit,) = (await found(forge, "patience")).reasons
    assert (hit.position, hit.session) == (1, "")


async def test_a_session_of_a_private_project_is_found_by_its_own_people(forge, ada):
    bob = await an_account(forge, "bob")
    shed = await described(forge, ada, "shed", "", "private")
    await sessions.start(forge, ada.party, shed, NewSession("Paint the door"))
    await told(forge)
    assert len((await found(forge, "door", ada.party)).reasons) == 1
    for who in (bob.party, ANONYMOUS):
        assert await found(forge, "door", who) == NOTHING


async def test_filters_narrow_to_a_path_and_to_an_author(forge, ada, book):
    bob = await an_account(forge, "bob")
    box = await a_project(forge, bob, "box")
    await a_landing(
        forge, ada, book, {"src/a.py": b"moth\n", "docs/Moth.md": b"moth\n"}, goal="A moth"
    )
    await a_landing(forge, bob, box, {"b.txt": b"moth\n"}, goal="Another moth")
    await sessions.start(forge, bob.party, box, NewSession("A third moth", "third-moth"))
    await told(forge)
    asked = await found(forge, "moth path:SRC/")
    assert ([one.plain_path for one in asked.files], asked.reasons) == (["src/a.py"], ())
    assert asked.counts[Scope.ALL] == 1
    for typed in ("moth author:bob", "moth author:@Bob"):
        asked = await found(forge, typed)
        assert asked.files == ()
        assert {(one.position, one.session) for one in asked.reasons} == {
            (1, ""),
            (None, "third-moth"),
        }
    assert (await found(forge, "moth author:nobody")).counts[Scope.ALL] == 0
    assert (await found(forge, "moth path:%")).counts[Scope.ALL] == 0


async def test_reasons_are_narrowed_to_where_they_come_from(forge, ada, book):
    for origin in ("human", "ai-assisted", "ai-generated"):
        await a_landing(
            forge, ada, book, {origin: b"moth\n"}, goal=f"A moth, {origin}", origin=origin
        )
    await sessions.start(forge, ada.party, book, NewSession("A moth to come", "moth-to-come"))
    await told(forge)

    async def origins(typed, **more):
        asked = await found(forge, typed, **more)
        assert asked.files == asked.projects == ()
        assert asked.counts[Scope.ALL] == len(asked.reasons)
        return sorted(one.origin for one in asked.reasons)

    assert await origins("moth origin:assisted") == ["ai-assisted"]
    assert await origins("moth origin:AI-Assisted origin:generated") == [
        "ai-assisted",
        "ai-generated",
    ]
    assert await origins("moth", origins=["ai-generated", "nonsense"]) == ["ai-generated"]
    assert (await found(forge, "moth", origins=rules.ORIGINS)).counts[Scope.CODE] == 3
    assert rules.question("origin:nonsense").words == ("origin", "nonsense")
    started = rules.question("moth origin:human author:ada").origins
    assert started == ("human",)


async def test_projects_are_named_that_have_hits_those_with_most_first(forge, ada, book):
    box = await a_project(forge, ada, "box")
    hidden = await a_project(forge, ada, "hidden", visibility="private")
    for project, count in ((book, 1), (box, 3), (hidden, 5)):
        files = {f"{n}.txt": b"moth\n" for n in range(count)}
        await a_landing(forge, ada, project, files, goal="Begin")
    await told(forge)
    assert (await found(forge, "moth")).where == (("ada/box", 3), ("ada/book", 1))
    assert (await found(forge, "moth", scope=Scope.REASONS)).where == ()
    own = await found(forge, "moth", ada.party)
    assert own.where[0] == ("ada/hidden", 5)


async def test_nodes_are_found_by_who_may_see_them(forge, ada):
    keeper = await the_keeper(forge)
    met = Met(None, "https://fen.example", "Fen of the west", ())
    await peering.met(forge, met, OPERATOR)
    for typed in ("fen", "west FEN", "fen.example"):
        asked = await found(forge, typed, keeper.party)
        assert [one.url for one in asked.peers] == ["https://fen.example"], typed
        assert asked.counts[Scope.PEERS] == asked.counts[Scope.ALL] == 1
    assert (await found(forge, "fen", keeper.party, Scope.CODE)).peers == ()
    for typed in ("fen absent", "fen in:ada/book", "fen origin:human", "en"):
        assert (await found(forge, typed, keeper.party)).counts[Scope.PEERS] == 0, typed
    for who in (ANONYMOUS, ada.party):
        assert await found(forge, "fen", who) == NOTHING


async def test_code_is_found_by_words_beginnings_and_parts_of_names(forge, ada, book):
    await a_landing(forge, ada, book, {"src/out.py": CODE, "b.bin": b"drain\0"})
    await told(forge)
    for typed in ("first_wait", "first_wa", "outbox", "drain link", '"return first"', "OUT.py"):
        assert await paths(forge, typed) == ["src/out.py"], typed
    for typed in ("first absent", '"first return"', "rain"):
        assert await paths(forge, typed) == [], typed
    hit = (await found(forge, "first_wait")).files[0]
    assert (hit.count, hit.lines[0].number, hit.position) == (1, 2, 1)
    assert ("first", True) in hit.lines[0].text


async def test_reasons_are_found_in_goals_decisions_and_talk(forge, ada, book):
    at = forge.now()
    await a_landing(
        forge, ada, book, {"a": b"1\n"}, goal="Mend the gauge\n\nIt said 1970.",
        decisions=(Decision("Count from the mast", "No clock is set", at),),
        messages=(Message("human", "Why does it boot in winter?", at),),
    )  # fmt: skip
    await told(forge)
    for typed, kind in (
        ("gauge", "goal"),
        ("1970", "goal"),
        ("mast", "decision"),
        ("winter", "talk"),
    ):
        (hit,) = (await found(forge, typed, scope=Scope.REASONS)).reasons
        assert (hit.kind, hit.position, hit.author) == (kind, 1, "ada"), typed


async def test_projects_are_found_by_name_before_description(forge, ada):
    await described(forge, ada, "moth", "counts")
    await described(forge, ada, "counts", "of a moth trap")
    await told(forge)
    names = [one.address for one in (await found(forge, "moth")).projects]
    assert names == ["ada/moth", "ada/counts"]


async def test_the_index_follows_changes_removals_and_names(forge, ada, book):
    await a_landing(forge, ada, book, {"a.txt": b"badger\n", "b.txt": b"badger\n"})
    await told(forge)
    await a_landing(forge, ada, book, {"a.txt": b"otter\n", "b.txt": None}, base=1)
    await told(forge)
    assert await paths(forge, "badger") == []
    assert await paths(forge, "otter") == ["a.txt"]
    await projects.update(forge, ada.party, "ada", "book", ProjectChanges(description="Herons"))
    await told(forge)
    assert [one.address for one in (await found(forge, "heron")).projects] == ["ada/book"]
    blobs = await forge.db.read(
        lambda tx: tx.execute("select count(*) from search_blobs").fetchone()
    )
    assert blobs == (1,)


async def test_a_deleted_project_leaves_the_index_and_comes_back_with_its_return(forge, ada, book):
    await a_landing(forge, ada, book, {"a.txt": b"badger\n"}, goal="Dig")
    await told(forge)
    await projects.delete(forge, ada.party, "ada", "book")
    assert (await found(forge, "badger")).files == ()
    await told(forge)
    left = await forge.db.read(
        lambda tx: [
            tx.execute(f"select count(*) from {name}").fetchone()[0]
            for name in ("search_files", "search_blobs", "search_why", "search_projects")
        ]
    )
    assert left == [0, 0, 0, 0]
    await moves.restore(forge, ada.party, "ada", "book")
    await told(forge)
    assert await paths(forge, "badger") == ["a.txt"]


@pytest.mark.parametrize("scope", [one for one in Scope if one is not Scope.PEERS])
async def test_what_is_private_is_found_and_counted_by_those_inside_only(forge, ada, scope):
    keeper, bob, will = (
        await the_keeper(forge),
        await an_account(forge, "bob"),
        await an_account(forge, "will"),
    )
    diary = await described(forge, ada, "badger", "badger", "private")
    await members.set_member(forge, ada.party, diary, "will", "writer")
    await a_landing(forge, ada, diary, {"badger.txt": b"badger\n"}, goal="A badger")
    await told(forge)
    for who, sees in (
        (ANONYMOUS, False),
        (bob.party, False),
        (keeper.party, False),
        (ada.party, True),
        (will.party, True),
    ):
        results = await found(forge, "badger", who, scope)
        hits = [*results.projects, *results.files, *results.reasons]
        assert bool(hits) is sees
        assert (results.counts[scope] > 0) is sees
    assert await paths(forge, "badger in:ada/badger", bob.party) == []


async def test_one_project_can_be_searched_alone(forge, ada, book):
    other = await a_project(forge, ada, "other")
    for project in (book, other):
        await a_landing(forge, ada, project, {f"{project.handle}.txt": b"badger\n"})
    await told(forge)
    assert await paths(forge, "badger in:ada/other") == ["other.txt"]
    assert [one.plain_path for one in (await found(forge, "badger", project="ADA/book")).files] == [
        "book.txt"
    ]


HOSTILE = [
    '"', '""', "'", "*", "a*", "^a", "a AND", "NOT", "a OR OR b", "NEAR(a b)", "text:a", "-a", "+a",
    "{a b}:c", "(", ")", "a\0b", ";drop table", "%", "_", "\\", "\ud800", "é" * 500, "x" * 10_000,
    '"unclosed phrase', "in:", "in:/", "in:a/b/c", "project:x/y z", "\u202e", "😀", "1e999", "-- x",
]  # fmt: skip


@pytest.mark.parametrize("typed", HOSTILE)
async def test_whatever_is_typed_is_only_words(forge, ada, book, typed):
    await a_landing(forge, ada, book, {"a.txt": b"a b c\n"})
    await told(forge)
    for scope in Scope:
        await found(forge, typed, scope=scope)


async def test_an_index_that_followed_is_the_one_that_is_made_anew(forge, ada, book):
    chance = random.Random(7)
    words = ["badger", "otter", "heron", "mothTrap", "tide_word"]
    for base in range(12):
        files = {
            f"{chance.choice('abc')}/{chance.choice('xyz')}.txt": (
                None
                if base and chance.random() < 0.2
                else " ".join(chance.choices(words, k=3)).encode()
            )
            for _ in range(3)
        }
        view = await found_files(forge, book)
        files = {path: data for path, data in files.items() if data or path in view}
        if files:
            await a_landing(forge, ada, book, files, goal=chance.choice(words))
        if chance.random() < 0.5:
            await told(forge)
    await told(forge)
    followed = await everything(forge)
    await forge.db.write(lambda tx: indexing.rows.drop_project(tx, book.key))
    await forge.db.write(lambda tx: _clear(forge, tx, book.key))
    await told(forge)
    assert await everything(forge) == followed


async def found_files(forge, book):
    return set(await forge.db.read(lambda tx: indexing.rows.files(tx, book.key, 1000)))


def _clear(forge, tx, key):
    for path in indexing.rows.files(tx, key, 1000):
        found = indexing.rows.file(tx, key, path)
        indexing.rows.drop_file(tx, found[0], found[1])
        indexing._clear(forge, tx, {found[1]})


async def everything(forge):
    words = ("badger", "otter", "heron", "moth", "trap", "tide", "word", "a", "x", "txt")
    return {
        word: (sorted(await paths(forge, word)), (await found(forge, word)).counts)
        for word in words
    }


@given(st.text(max_size=80), st.lists(st.text("abcXYZ_é ", min_size=1, max_size=6), max_size=4))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_marked_pieces_are_the_text(text, words):
    clean = [word for word in " ".join(words).split() if word]
    assert "".join(piece for piece, _ in rules.marked(text, clean)) == text
    shown, count = rules.lines(text, clean)
    assert len(shown) <= min(count, rules.SHOWN_LINES)
    for line in shown:
        assert "".join(piece for piece, _ in line.text) == text.split("\n")[line.number - 1]
