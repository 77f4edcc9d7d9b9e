"""A session belongs to its author, ends once, and keeps what was said, decided and sent ahead."""

import dataclasses

import pytest

from keys.statements import transcript as transcripts
from keys.statements.transcript import Decision, Message, Transcript
from node.access.model import NoProject, NotAllowed, ScopeMissing, SignInRequired
from node.audit import verbs as audit
from node.kernel import events
from node.kernel.limits import Limits
from node.kernel.parties import ANONYMOUS
from node.projects import members
from node.projects import verbs as projects
from node.projects.model import ProjectChanges
from node.sessions import verbs as sessions
from node.sessions.model import (
    BadSession,
    ContentMissing,
    EpochProcessed,
    LandedSession,
    NewSession,
    NoSession,
    NotActive,
    NotYours,
    SessionExists,
    SessionFull,
    Status,
)
from store.changes import Change
from store.contents import BLOB_MAX
from store.digest import digest_of
from store.records import Kind, make
from store.tree import Entry, Mode
from tests.support.forges import a_forge, a_project, an_account, the_keeper
from tests.support.roles import acting
from tests.support.sending import upload

ID = "a-session-of-ada"
NEW = NewSession(goal="Write it.", id=ID)


@pytest.fixture
async def ada(forge):
    return await an_account(forge, "ada")


@pytest.fixture
async def bob(forge):
    return await an_account(forge, "bob")


@pytest.fixture
async def book(forge, ada):
    book = await a_project(forge, ada)
    await send(forge, ada, book)
    return book


def an_entry(n):
    return Entry(Mode.FILE, digest_of(bytes(n)), n)


async def send(forge, ada, book):
    """Send the contents of all entries."""
    await upload(forge, ada, book, [make(Kind.BLOB, bytes(n)) for n in (1, 2)])


A1 = Change("a", None, an_entry(1))
A2 = Change("a", an_entry(1), an_entry(2))
B1 = Change("b", None, an_entry(1))


async def land(forge, who, project, name=ID, position=1, said=(), decided=()):
    """What a landing does with its session."""
    said = Transcript(name, "Wrote it.", tuple(said), tuple(decided))

    def write(tx):
        transcript = forge.objects.put(tx, Kind.DOCUMENT, transcripts.encode(said))
        landed = LandedSession(
            id=name,
            goal="Wrote it.",
            base_position=0,
            origin="human",
            model=None,
            started_at=forge.now() - 5,
            landed_at=forge.now(),
            position=position,
            transcript=transcript,
        )
        sessions.mark_landed(tx, project.key, who, landed)

    await forge.db.write(write)


# Start


async def test_a_started_session_is_there_with_all_it_was_started_with(forge, ada, book):
    new = dataclasses.replace(
        NEW,
        base_position=4,
        origin="ai-assisted",
        model="m-1",
        conversation=(Message("human", "Please.", 1),),
        decisions=(Decision("In Python.", "We know it.", 2),),
    )
    started = await sessions.start(forge, ada.party, book, new)
    assert started == await sessions.get(forge, ANONYMOUS, book, ID)
    assert (started.status, started.author_handle) == (Status.ACTIVE, "ada")
    assert (started.goal, started.base_position) == ("Write it.", 4)
    assert (started.origin, started.model) == ("ai-assisted", "m-1")
    assert (started.conversation, started.decisions) == (new.conversation, new.decisions)
    assert (started.started_at, started.landed_at, started.position) == (forge.now(), None, None)


async def test_a_session_without_an_id_gets_one(forge, ada, book):
    started = await sessions.start(forge, ada.party, book, NewSession(goal="x"))
    assert len(started.id) == 22


async def test_an_id_is_used_once_in_a_project_and_free_in_another(forge, ada, book):
    await sessions.start(forge, ada.party, book, NEW)
    with pytest.raises(SessionExists):
        await sessions.start(forge, ada.party, book, NEW)
    other = await a_project(forge, ada, "other")
    assert (await sessions.start(forge, ada.party, other, NEW)).project == other.key


async def test_a_session_takes_the_right_to_land(forge, ada, bob, book):
    reader = dataclasses.replace(ada.party, scopes=frozenset({"read"}))
    for who, refusal in [
        (ANONYMOUS, SignInRequired),
        (bob.party, NotAllowed),
        (reader, ScopeMissing),
    ]:
        with pytest.raises(refusal):
            await sessions.start(forge, who, book, NEW)
    assert await sessions.listed(forge, ada.party, book) == []


async def test_a_project_that_is_deleted_meanwhile_starts_no_session(forge, ada, book):
    await projects.delete(forge, ada.party, "ada", "book")
    with pytest.raises(NoProject):
        await sessions.start(forge, ada.party, book, NEW)


# Notes and decisions


async def test_notes_and_decisions_are_kept_in_order(forge, ada, book, clock):
    await sessions.start(forge, ada.party, book, NEW)
    for n, role in enumerate(["human", "agent", "human"]):
        clock.move(1)
        await sessions.note(forge, ada.party, book, ID, role, f"note {n}")
    decision = await sessions.decide(forge, ada.party, book, ID, "Stop.", "")
    found = await sessions.get(forge, ada.party, book, ID)
    assert [said.text for said in found.conversation] == ["note 0", "note 1", "note 2"]
    assert [said.role for said in found.conversation] == ["human", "agent", "human"]
    assert found.decisions == (decision,)
    assert decision.at == forge.now()


@pytest.mark.parametrize(("role", "text"), [("boss", "x"), ("human", ""), ("human", "x" * 65_537)])
async def test_a_note_that_cannot_be_is_refused(forge, ada, book, role, text):
    await sessions.start(forge, ada.party, book, NEW)
    with pytest.raises(BadSession):
        await sessions.note(forge, ada.party, book, ID, role, text)


async def test_a_session_holds_no_more_than_a_transcript_may(tmp_path):
    async with a_forge(tmp_path, limits=Limits(transcript=200)) as forge:
        ada = await an_account(forge)
        book = await a_project(forge, ada)
        await sessions.start(forge, ada.party, book, NEW)
        await sessions.note(forge, ada.party, book, ID, "human", "ä" * 40)
        with pytest.raises(SessionFull):
            await sessions.decide(forge, ada.party, book, ID, "x" * 11, "y" * 10)
        await sessions.decide(forge, ada.party, book, ID, "x" * 10, "y" * 10)
        full = NewSession(goal="x", conversation=(Message("human", "x" * 101, 1),))
        with pytest.raises(SessionFull):
            await sessions.start(forge, ada.party, book, full)
        assert len(await sessions.listed(forge, ada.party, book)) == 1


async def test_a_session_that_is_not_there_takes_no_note(forge, ada, book):
    for attempt in (
        sessions.get(forge, ada.party, book, ID),
        sessions.note(forge, ada.party, book, ID, "human", "x"),
        sessions.decide(forge, ada.party, book, ID, "x", "y"),
        sessions.abandon(forge, ada.party, book, ID),
        sessions.store_epoch(forge, ada.party, book, ID, 1, ()),
    ):
        with pytest.raises(NoSession):
            await attempt


# Ending


async def test_an_abandoned_session_takes_nothing_more(forge, ada, book, clock):
    await sessions.start(forge, ada.party, book, NEW)
    clock.move(7)
    await sessions.abandon(forge, ada.party, book, ID)
    await sessions.abandon(forge, ada.party, book, ID)
    found = await sessions.get(forge, ada.party, book, ID)
    assert (found.status, found.ended_at, found.landed_at) == (
        Status.ABANDONED,
        forge.now(),
        None,
    )
    for attempt in (
        sessions.note(forge, ada.party, book, ID, "human", "x"),
        sessions.decide(forge, ada.party, book, ID, "x", "y"),
        sessions.store_epoch(forge, ada.party, book, ID, 1, (A1,)),
        land(forge, ada.party, book),
    ):
        with pytest.raises(NotActive):
            await attempt


async def test_a_landed_session_keeps_what_was_said_and_takes_nothing_more(forge, ada, book, clock):
    await sessions.start(forge, ada.party, book, NEW)
    noted = await sessions.note(forge, ada.party, book, ID, "human", "noted here")
    clock.move(9)
    said = (Message("agent", "said there", forge.now()),)
    await land(forge, ada.party, book, said=said, decided=[Decision("a", "b", 1)])
    found = await sessions.get(forge, ANONYMOUS, book, ID)
    assert (found.status, found.position, found.landed_at) == (Status.LANDED, 1, forge.now())
    assert found.goal == "Wrote it."
    assert found.conversation == (noted, *said)
    assert found.decisions == (Decision("a", "b", 1),)
    for attempt in (
        sessions.abandon(forge, ada.party, book, ID),
        sessions.note(forge, ada.party, book, ID, "human", "x"),
        land(forge, ada.party, book, position=2),
    ):
        with pytest.raises(NotActive):
            await attempt


async def test_a_session_may_be_told_only_when_it_lands(forge, ada, book):
    await land(forge, ada.party, book, said=[Message("human", "x", 1)])
    found = await sessions.get(forge, ANONYMOUS, book, ID)
    assert (found.status, found.author_handle) == (Status.LANDED, "ada")
    assert [said.text for said in found.conversation] == ["x"]
    with pytest.raises(BadSession):
        await land(forge, ada.party, book, name="no/id")


async def test_nobody_works_in_the_session_of_another(forge, ada, bob, book):
    # Bob may land nowhere in Ada's project yet; the rule holds for the day that he may.
    await forge.db.write(
        lambda tx: tx.execute(
            "insert into sessions (project, id, author, goal, status, base_position, origin,"
            " started_at) values (?, ?, ?, 'x', 'active', 0, 'human', 1)",
            (book.key, ID, bob.key),
        )
    )
    for attempt in (
        sessions.note(forge, ada.party, book, ID, "human", "x"),
        sessions.decide(forge, ada.party, book, ID, "x", "y"),
        sessions.store_epoch(forge, ada.party, book, ID, 1, (A1,)),
        land(forge, ada.party, book),
    ):
        with pytest.raises(NotYours):
            await attempt
    assert (await sessions.get(forge, ada.party, book, ID)).status is Status.ACTIVE


async def test_who_manages_the_project_may_give_up_a_session(forge, ada, bob, book):
    await members.set_member(forge, ada.party, book, "bob", "writer")
    party = await acting(forge, bob)
    await sessions.start(forge, party, book, NEW)
    await sessions.abandon(forge, ada.party, book, ID)
    assert (await sessions.get(forge, ada.party, book, ID)).status is Status.ABANDONED
    await sessions.start(forge, ada.party, book, dataclasses.replace(NEW, id="another-one"))
    with pytest.raises(NotYours):
        await sessions.abandon(forge, party, book, "another-one")


async def test_what_is_said_is_told_to_who_watches(forge, ada, book):
    await sessions.start(forge, ada.party, book, NEW)
    await sessions.note(forge, ada.party, book, ID, "agent", "x" * 500)
    await sessions.decide(forge, ada.party, book, ID, "a", "b")
    told = await forge.db.read(lambda tx: events.after(tx, 0))
    assert [event.kind for event in told][-2:] == ["session.said", "session.decided"]
    assert all("text" not in event.data for event in told)
    (found,) = await sessions.progress(forge, ANONYMOUS, book)
    assert (found.messages, found.decisions, found.changes) == (1, 1, 0)
    assert (found.last, found.role) == ("x" * 180, "agent")
    assert await sessions.count_active(forge, ANONYMOUS, book) == 1


async def test_sessions_are_listed_in_each_order(forge, ada, book):
    for n in range(6):
        await sessions.start(forge, ada.party, book, dataclasses.replace(NEW, id=f"session-{n}"))
    await sessions.abandon(forge, ada.party, book, "session-3")
    await land(forge, ada.party, book, name="session-4")

    async def listed(sort, before=None, status="all"):
        found = await sessions.listed(forge, ada.party, book, status, before, 4, sort)
        return [int(session.id[-1]) for session in found]

    assert await listed("newest") == [5, 4, 3, 2]
    assert await listed("newest", "session-2") == [1, 0]
    assert await listed("oldest") == [0, 1, 2, 3]
    assert await listed("oldest", "session-3") == [4, 5]
    assert await listed("oldest", status="active") == [0, 1, 2, 5]
    assert await listed("status") == [5, 2, 1, 0]
    assert await listed("status", "session-0") == [4, 3]
    assert await listed("status", "session-4") == [3]
    with pytest.raises(BadSession):
        await listed("size")


async def test_landing_and_abandoning_are_in_the_audit_log(forge, ada, book):
    await sessions.start(forge, ada.party, book, NEW)
    await sessions.abandon(forge, ada.party, book, ID)
    await land(forge, ada.party, book, name="another-session")
    rows = await audit.listed(forge, (await the_keeper(forge)).party, limit=2)
    assert [row.action for row in rows] == ["session.landed", "session.abandoned"]
    told = await forge.db.read(lambda tx: events.after(tx, 0))
    assert [event.kind for event in told][-2:] == ["session.started", "session.abandoned"]


# Lists


async def test_sessions_are_listed_by_status_in_pages_newest_first(forge, ada, book):
    names = [f"session-{n}" for n in range(6)]
    for name in names:
        await sessions.start(forge, ada.party, book, NewSession(goal="x", id=name))
    await sessions.abandon(forge, ada.party, book, names[1])
    await land(forge, ada.party, book, name=names[2])

    async def ids(**asked):
        return [found.id for found in await sessions.listed(forge, ANONYMOUS, book, **asked)]

    assert await ids() == names[::-1]
    assert await ids(status="abandoned") == [names[1]]
    assert await ids(status="landed") == [names[2]]
    assert await ids(status="active", limit=2) == [names[5], names[4]]
    assert await ids(status="active", limit=2, before=names[4]) == [names[3], names[0]]
    with pytest.raises(BadSession):
        await ids(status="lost")
    with pytest.raises(NoSession):
        await ids(before="not-there")


async def test_the_sessions_of_a_private_project_are_not_there_for_outsiders(forge, ada, bob, book):
    await sessions.start(forge, ada.party, book, NEW)
    hidden = await projects.update(
        forge, ada.party, "ada", "book", ProjectChanges(visibility="private")
    )
    for who in (ANONYMOUS, bob.party):
        for attempt in (
            sessions.get(forge, who, hidden, ID),
            sessions.listed(forge, who, hidden),
            sessions.start(forge, who, hidden, NEW),
            sessions.note(forge, who, hidden, ID, "human", "x"),
            sessions.decide(forge, who, hidden, ID, "x", "y"),
            sessions.abandon(forge, who, hidden, ID),
            sessions.store_epoch(forge, who, hidden, ID, 1, (A1,)),
        ):
            with pytest.raises(NoProject):
                await attempt


# Epochs


async def sent(forge, project, name=ID):
    return await forge.db.read(lambda tx: sessions.epoch_changes(tx, project.key, name))


async def test_batches_of_changes_are_kept_and_add_up_without_landing(forge, ada, book):
    await sessions.start(forge, ada.party, book, NEW)
    await sessions.store_epoch(forge, ada.party, book, ID, 1, (A1,))
    await sessions.store_epoch(forge, ada.party, book, ID, 4, (A2, B1))
    assert await sent(forge, book) == (Change("a", None, an_entry(2)), B1)
    found = await sessions.get(forge, ada.party, book, ID)
    assert (found.status, found.epoch) == (Status.ACTIVE, 4)


async def test_what_waits_for_a_landing_is_known_to_the_collector(forge, ada, book):
    for name, batch in [("session-1", (A1,)), ("session-2", (B1,))]:
        await sessions.start(forge, ada.party, book, NewSession(goal="x", id=name))
        await sessions.store_epoch(forge, ada.party, book, name, 1, batch)
    assert set(await forge.db.read(lambda tx: list(sessions.awaited(tx)))) == {A1, B1}
    await sessions.abandon(forge, ada.party, book, "session-1")
    assert await forge.db.read(lambda tx: list(sessions.awaited(tx))) == [B1]


@pytest.mark.parametrize("epoch", [1, 2, 3])
async def test_an_epoch_must_exceed_the_last_one(forge, ada, book, epoch):
    await sessions.start(forge, ada.party, book, NEW)
    await sessions.store_epoch(forge, ada.party, book, ID, 3, (A1,))
    with pytest.raises(EpochProcessed, match=r"^Epoch already processed\.$") as refused:
        await sessions.store_epoch(forge, ada.party, book, ID, epoch, (B1,))
    assert refused.value.details == {"epoch": epoch, "last": 3}
    assert await sent(forge, book) == (A1,)


@pytest.mark.parametrize("epoch", [0, -1, 1 << 64])
async def test_an_epoch_counts_from_one(forge, ada, book, epoch):
    await sessions.start(forge, ada.party, book, NEW)
    with pytest.raises(BadSession):
        await sessions.store_epoch(forge, ada.party, book, ID, epoch, (A1,))


@pytest.mark.parametrize("size", [3, BLOB_MAX + 1])
async def test_a_batch_that_names_content_never_sent_is_not_kept(forge, ada, book, size):
    await sessions.start(forge, ada.party, book, NEW)
    unsent = Change("c", None, Entry(Mode.FILE, digest_of(b"unsent"), size))
    with pytest.raises(ContentMissing) as refused:
        await sessions.store_epoch(forge, ada.party, book, ID, 1, (A1, unsent))
    assert refused.value.details == {"paths": ["c"]}
    assert await sent(forge, book) == ()


async def test_a_batch_that_names_a_small_content_as_a_large_one_is_not_kept(forge, ada, book):
    await sessions.start(forge, ada.party, book, NEW)
    wrong = Change("c", None, Entry(Mode.FILE, digest_of(bytes(1)), BLOB_MAX + 1))
    with pytest.raises(BadSession):
        await sessions.store_epoch(forge, ada.party, book, ID, 1, (wrong,))


async def test_batches_are_forgotten_once_the_session_ends(forge, ada, book):
    for name in ("session-1", "session-2"):
        await sessions.start(forge, ada.party, book, NewSession(goal="x", id=name))
        await sessions.store_epoch(forge, ada.party, book, name, 1, (A1,))
    await sessions.abandon(forge, ada.party, book, "session-1")
    await land(forge, ada.party, book, name="session-2")
    assert await sent(forge, book, "session-1") == await sent(forge, book, "session-2") == ()
    assert await sent(forge, book, "not-there") == ()


async def test_batches_have_a_limit(tmp_path):
    async with a_forge(tmp_path, limits=Limits(changes_list=150)) as forge:
        ada = await an_account(forge)
        book = await a_project(forge, ada)
        await send(forge, ada, book)
        await sessions.start(forge, ada.party, book, NEW)
        await sessions.store_epoch(forge, ada.party, book, ID, 1, (A1,))
        with pytest.raises(SessionFull):
            await sessions.store_epoch(forge, ada.party, book, ID, 2, (A2, B1))
        assert await sent(forge, book) == (A1,)


async def test_forgetting_a_project_forgets_its_sessions(forge, ada, book):
    await sessions.start(forge, ada.party, book, NEW)
    await sessions.note(forge, ada.party, book, ID, "human", "x")
    await forge.db.write(lambda tx: tx.execute("delete from projects"))

    def count(tx):
        return [
            tx.execute(f"select count(*) from {table}").fetchone()[0]
            for table in ("sessions", "session_messages")
        ]

    assert await forge.db.read(count) == [0, 0]
