"""Tokens are shown once, never grow, end, and one for a project opens that project only."""

import dataclasses

import pytest

from node.access.model import NoProject, NotAllowed, OtherProject, ScopeMissing, SignInRequired
from node.accounts.model import NotAPerson
from node.audit import verbs as audit
from node.kernel.parties import ANONYMOUS
from node.organizations import verbs as organizations
from node.projects import members
from node.projects import verbs as projects
from node.projects.model import NewProject, ProjectChanges
from node.signin import rules, tokens
from node.signin import verbs as signin
from node.signin.model import (
    BadCredential,
    BadToken,
    NewToken,
    NoSuchCredential,
    NotMore,
    OtherNetwork,
    TooManyCredentials,
)
from tests.support.drafts import a_landing
from tests.support.forges import a_project, an_account, the_keeper

WRITE = frozenset({"write"})
READ = frozenset({"read"})


@pytest.fixture
async def ada(forge):
    return await an_account(forge, "ada")


@pytest.fixture
async def bob(forge):
    return await an_account(forge, "bob")


@pytest.fixture
async def book(forge, ada):
    return await a_project(forge, ada, "book", visibility="private")


async def speaks(forge, made):
    return await signin.token_party(forge, made.secret)


async def test_a_token_is_shown_once_and_holds_for_ninety_days(forge, ada, clock, tmp_path):
    made = await tokens.create(forge, ada.party, NewToken("laptop", WRITE))
    assert made.secret.startswith("mut_")
    assert made.secret not in repr(made)
    assert made.token.expires_at == clock() + 90 * rules.DAY_MS
    assert await tokens.listed(forge, ada.party) == [made.token]
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("node.db*"))
    assert made.secret.encode() not in kept
    clock.move(90 * rules.DAY_MS)
    with pytest.raises(BadToken):
        await speaks(forge, made)
    assert await tokens.listed(forge, ada.party) == []


@pytest.mark.parametrize("life", [0, -1, rules.LONGEST_LIFE_MS + 1])
async def test_a_token_holds_for_a_time_that_can_be(forge, ada, life):
    with pytest.raises(BadCredential):
        await tokens.create(forge, ada.party, NewToken("x", READ, life))


@pytest.mark.parametrize("scopes", [[], ["admin"], ["read", "webhook:admin"]])
async def test_a_token_has_scopes_that_there_are(forge, ada, scopes):
    with pytest.raises(BadCredential):
        await tokens.create(forge, ada.party, NewToken("x", frozenset(scopes)))


async def test_a_token_makes_none_that_may_do_more_or_for_longer(forge, ada, clock):
    first = await tokens.create(forge, ada.party, NewToken("first", WRITE, rules.DAY_MS))
    who = await speaks(forge, first)
    with pytest.raises(NotMore):
        await tokens.create(forge, who, NewToken("x", READ, 2 * rules.DAY_MS))
    made = await tokens.create(forge, who, NewToken("second", READ))
    assert made.token.expires_at == clock() + rules.DAY_MS
    reader = dataclasses.replace(who, scopes=READ)
    with pytest.raises(ScopeMissing):
        await tokens.create(forge, reader, NewToken("x", READ))


# Networks


FROM_HERE = NewToken("ci", READ, networks=("192.0.2.0/24", "2001:db8::1"))


@pytest.mark.parametrize(
    "address", ["192.0.2.7", "::ffff:192.0.2.7", "2001:db8::1", "2001:db8:0:0::1"]
)
async def test_a_token_for_networks_is_good_there(forge, ada, address):
    made = await tokens.create(forge, ada.party, FROM_HERE)
    who = await signin.token_party(forge, made.secret, address)
    assert who.handle == ada.handle


@pytest.mark.parametrize("address", ["192.0.3.7", "2001:db8::2", "::1", "", "peer", None])
async def test_a_token_for_networks_is_refused_from_elsewhere(forge, ada, address):
    made = await tokens.create(forge, ada.party, FROM_HERE)
    with pytest.raises(OtherNetwork):
        await signin.token_party(forge, made.secret, address)


@pytest.mark.parametrize("word", ["home", "192.0.2.1/24", "192.0.2.0/33", "", "1"])
async def test_a_token_is_for_networks_that_can_be(forge, ada, word):
    with pytest.raises(BadCredential):
        await tokens.create(forge, ada.party, NewToken("x", READ, networks=(word,)))


async def test_a_token_makes_none_for_more_networks_than_its_own(forge, ada):
    first = await tokens.create(forge, ada.party, NewToken("x", WRITE, networks=("192.0.2.0/24",)))
    who = await signin.token_party(forge, first.secret, "192.0.2.7")
    plain = await tokens.create(forge, who, NewToken("same", READ))
    less = await tokens.create(forge, who, NewToken("less", READ, networks=("192.0.2.8/30",)))
    assert plain.token.networks == ("192.0.2.0/24",)
    assert less.token.networks == ("192.0.2.8/30",)
    for more in ("192.0.0.0/16", "::/0"):
        with pytest.raises(NotMore):
            await tokens.create(forge, who, NewToken("more", READ, networks=(more,)))


async def test_an_organization_has_no_token_and_no_link(forge, ada):
    await organizations.create(forge, ada.party, "guild")
    guild = await accounts_get(forge, "guild")
    with pytest.raises(NotAPerson):
        await signin.make_token(forge, guild, "x", ["read"])
    with pytest.raises(NotAPerson):
        await signin.make_link(forge, guild)


async def accounts_get(forge, handle):
    from node.accounts import verbs as accounts

    return await accounts.get(forge, handle)


# One project


async def test_a_token_for_a_project_opens_it_and_nothing_else(forge, ada, book):
    diary = await a_project(forge, ada, "diary", visibility="private")
    await a_project(forge, ada, "open")
    made = await tokens.create_for(forge, ada.party, book, NewToken("ci", WRITE))
    who = await speaks(forge, made)
    assert made.secret.startswith("mpt_")
    assert who.only == book.key
    assert (await projects.get(forge, who, "ada", "book")).key == book.key
    await a_landing(forge, dataclasses.replace(ada), book, {"a": b"a"})
    with pytest.raises(NoProject):
        await projects.get(forge, who, "ada", "diary")
    with pytest.raises(NoProject):
        await projects.by_key(forge, who, diary.key)
    assert [one.handle for one in await projects.visible(forge, who)] == ["open", "book"]
    assert [one.handle for one in await projects.listed(forge, who, "ada")] == ["book", "open"]
    for attempt in (
        projects.update(forge, who, "ada", "open", ProjectChanges(description="x")),
        projects.create(forge, who, "ada", NewProject("another")),
        projects.delete(forge, who, "ada", "book"),
    ):
        with pytest.raises(NotAllowed):
            await attempt
    for attempt in (
        tokens.create(forge, who, NewToken("x", READ)),
        tokens.create_for(forge, who, book, NewToken("x", READ)),
        tokens.listed(forge, who),
        signin.list_sessions(forge, who),
        organizations.create(forge, who, "guild"),
    ):
        with pytest.raises(OtherProject):
            await attempt


async def test_a_token_for_a_project_does_what_its_maker_may_do_now(forge, ada, bob, book):
    await members.set_member(forge, ada.party, book, "bob", "writer")
    bobs = await signin.session_party(
        forge, await signin.redeem_link(forge, await signin.make_link(forge, bob))
    )
    made = await tokens.create_for(forge, bobs, book, NewToken("ci", WRITE))
    who = await speaks(forge, made)
    assert await projects.get(forge, who, "ada", "book")
    await members.remove_member(forge, ada.party, book, "bob")
    with pytest.raises(NoProject):
        await projects.get(forge, await speaks(forge, made), "ada", "book")
    with pytest.raises(NoProject):
        await tokens.create_for(forge, bobs, book, NewToken("ci", WRITE))


async def test_owners_see_and_revoke_every_token_of_a_project_others_their_own(
    forge, ada, bob, book
):
    await members.set_member(forge, ada.party, book, "bob", "writer")
    cookie = await signin.redeem_link(forge, await signin.make_link(forge, bob))
    bobs = await signin.session_party(forge, cookie)
    adas = await tokens.create_for(forge, ada.party, book, NewToken("hers", READ))
    his = await tokens.create_for(forge, bobs, book, NewToken("his", READ))
    assert [one.name for one in await tokens.listed_for(forge, bobs, book)] == ["his"]
    assert [one.owner for one in await tokens.listed_for(forge, ada.party, book)] == ["bob", "ada"]
    with pytest.raises(NoSuchCredential):
        await tokens.revoke_for(forge, bobs, book, adas.token.key)
    await tokens.revoke_for(forge, ada.party, book, his.token.key)
    with pytest.raises(BadToken):
        await speaks(forge, his)
    assert await tokens.listed(forge, ada.party) == []


async def test_the_tokens_of_a_project_are_for_those_who_work_on_it(forge, ada, bob, book):
    shown = await a_project(forge, ada, "shown")
    for who, project, refusal in (
        (bob.party, book, NoProject),
        (bob.party, shown, NotAllowed),
        (ANONYMOUS, shown, SignInRequired),
    ):
        for attempt in (
            tokens.create_for(forge, who, project, NewToken("x", READ)),
            tokens.listed_for(forge, who, project),
            tokens.revoke_for(forge, who, project, 1),
        ):
            with pytest.raises(refusal):
                await attempt


async def test_a_project_has_fifty_tokens_at_most_beside_its_makers_own(forge, ada, book):
    for n in range(rules.MOST_TOKENS):
        await tokens.create_for(forge, ada.party, book, NewToken(f"ci {n}", READ))
    with pytest.raises(TooManyCredentials):
        await tokens.create_for(forge, ada.party, book, NewToken("one more", READ))
    assert await tokens.create(forge, ada.party, NewToken("laptop", READ))


async def test_what_happens_to_tokens_stands_in_the_log_of_the_project(forge, ada, book):
    made = await tokens.create_for(forge, ada.party, book, NewToken("ci", READ))
    await tokens.revoke_for(forge, ada.party, book, made.token.key)
    rows = await audit.listed(forge, (await the_keeper(forge)).party)
    told = [(row.action, row.project) for row in rows if row.action.startswith("token.")]
    assert told == [("token.revoked", book.key), ("token.created", book.key)]
    assert made.secret not in str(rows)
