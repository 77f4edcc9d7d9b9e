"""A device gets tokens once somebody said yes, once; and is out at once when told.

No secret is ever in the database, the log or an error.
"""

import asyncio
import dataclasses
import logging

import pytest

from keys.ed25519 import PrivateKey
from node.access.model import PersonRequired, ScopeMissing, SignInRequired
from node.audit import verbs as audit
from node.devices import flow, rules
from node.devices import verbs as devices
from node.devices.model import (
    AccessDenied,
    BadClient,
    BadGrant,
    BadScope,
    Caller,
    Expired,
    NewClient,
    NoSuchCode,
    NoSuchDevice,
    Pending,
    Refused,
    SlowDown,
    TooBusy,
    TooManyDevices,
)
from node.kernel.guesses import TooManyTries
from node.kernel.parties import ANONYMOUS
from node.signin import tokens
from node.signin import verbs as signin
from node.signin.model import BadToken, NewToken
from node.signin.rules import registration
from tests.support.forges import a_project, an_account, the_keeper

MIC = Caller("mic")


@pytest.fixture
async def ada(forge):
    return await an_account(forge, "ada")


@pytest.fixture
async def bob(forge):
    return await an_account(forge, "bob")


async def waiting(forge, caller=MIC, name="mic@shed", scope=None):
    return await flow.start(forge, caller, name, scope)


async def signed_in(forge, account, **more):
    started = await waiting(forge, **more)
    await devices.answer(forge, account.party, started.user_code, is_approved=True)
    return await flow.exchange(forge, more.get("caller", MIC), started.device_code)


# The way in


async def test_a_device_gets_tokens_once_somebody_said_yes(forge, ada, clock):
    started = await waiting(forge)
    assert (started.expires_s, started.pause_s) == (900, 5)
    with pytest.raises(Pending):
        await flow.exchange(forge, MIC, started.device_code)
    shown = await devices.peek(forge, ada.party, started.user_code.lower())
    assert (shown.name, shown.client, shown.scopes) == ("mic@shed", "", {"read", "write"})
    await devices.answer(forge, ada.party, started.user_code, is_approved=True)
    clock.move(rules.PAUSE_MS)
    issued = await flow.exchange(forge, MIC, started.device_code)
    assert (issued.access[:4], issued.refresh[:4], issued.life_s) == ("mat_", "mrt_", 86_400)
    party = await signin.token_party(forge, issued.access)
    assert (party.handle, party.scopes) == ("ada", {"read", "write"})
    (device,) = await devices.listed(forge, ada.party)
    assert (device.key, device.name) == (party.device, "mic@shed")


async def test_a_no_is_told_and_stays(forge, ada):
    started = await waiting(forge)
    await devices.answer(forge, ada.party, started.user_code, is_approved=False)
    for _ in range(2):
        with pytest.raises(AccessDenied):
            await flow.exchange(forge, MIC, started.device_code)
    with pytest.raises(NoSuchCode):
        await devices.answer(forge, ada.party, started.user_code, is_approved=True)
    assert await devices.listed(forge, ada.party) == []


async def test_who_asks_too_often_is_slowed_down_for_good(forge, clock):
    started = await waiting(forge)
    with pytest.raises(Pending):
        await flow.exchange(forge, MIC, started.device_code)
    clock.move(rules.PAUSE_MS - 1)
    with pytest.raises(SlowDown) as refused:
        await flow.exchange(forge, MIC, started.device_code)
    assert refused.value.details == {"interval": 10}
    clock.move(2 * rules.PAUSE_MS - 1)
    with pytest.raises(SlowDown):
        await flow.exchange(forge, MIC, started.device_code)
    clock.move(3 * rules.PAUSE_MS)
    with pytest.raises(Pending):
        await flow.exchange(forge, MIC, started.device_code)


async def test_nobody_answers_in_time(forge, ada, clock):
    started = await waiting(forge)
    clock.move(rules.CODE_MS)
    with pytest.raises(Expired):
        await flow.exchange(forge, MIC, started.device_code)
    with pytest.raises(NoSuchCode):
        await devices.answer(forge, ada.party, started.user_code, is_approved=True)


async def test_an_old_grant_is_forgotten(forge, clock):
    started = await waiting(forge)
    clock.move(rules.CODE_MS + rules.KEPT_MS + 1)
    await waiting(forge)
    with pytest.raises(BadGrant):
        await flow.exchange(forge, MIC, started.device_code)


async def test_a_code_works_once_and_a_second_use_ends_what_it_gave(forge, ada):
    started = await waiting(forge)
    await devices.answer(forge, ada.party, started.user_code, is_approved=True)
    issued = await flow.exchange(forge, MIC, started.device_code)
    with pytest.raises(BadGrant):
        await flow.exchange(forge, MIC, started.device_code)
    with pytest.raises(BadToken):
        await signin.token_party(forge, issued.access)
    with pytest.raises(BadGrant):
        await flow.refresh(forge, MIC, issued.refresh)


async def test_of_many_who_come_with_one_code_no_two_are_let_in(forge, ada):
    started = await waiting(forge)
    await devices.answer(forge, ada.party, started.user_code, is_approved=True)
    tries = [flow.exchange(forge, MIC, started.device_code) for _ in range(6)]
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert [type(one) for one in answers].count(BadGrant) == 5
    assert await devices.listed(forge, ada.party) == []


@pytest.mark.parametrize("code", ["", "x", "' or 1=1 --", "\ud800", "x" * 10_000])
async def test_an_unknown_code_is_an_invalid_grant(forge, code):
    with pytest.raises(BadGrant):
        await flow.exchange(forge, MIC, code)
    with pytest.raises(BadGrant):
        await flow.refresh(forge, MIC, code)


async def test_a_device_asks_for_scopes_that_there_are(forge, ada):
    issued = await signed_in(forge, ada, scope="session:land")
    assert issued.scopes == {"session:land"}
    assert (await signin.token_party(forge, issued.access)).scopes == {"session:land"}
    with pytest.raises(BadScope):
        await waiting(forge, scope="admin")


# Who may answer


async def test_only_a_person_on_a_page_answers(forge, ada):
    started = await waiting(forge)
    token = await signin.make_token(forge, ada, "laptop", ["read", "write"])
    reader = await signin.make_token(forge, ada, "reader", ["read"])
    for who, refusal in (
        (ANONYMOUS, SignInRequired),
        (await signin.token_party(forge, token), PersonRequired),
        (await signin.token_party(forge, reader), ScopeMissing),
    ):
        with pytest.raises(refusal):
            await devices.peek(forge, who, started.user_code)
        with pytest.raises(refusal):
            await devices.answer(forge, who, started.user_code, is_approved=True)


async def test_ten_wrong_codes_lock_an_account_out_for_a_while(forge, ada, bob, clock):
    started = await waiting(forge)
    for n in range(10):
        with pytest.raises(NoSuchCode):
            await devices.peek(forge, ada.party, f"0000-000{n}", f"192.0.2.{n}")
    with pytest.raises(TooManyTries) as refused:
        await devices.peek(forge, ada.party, started.user_code, "192.0.2.77")
    assert refused.value.details == {"retry_after": 900}
    assert await devices.peek(forge, bob.party, started.user_code)
    clock.move(14 * rules.MINUTE_MS)
    with pytest.raises(TooManyTries):
        await devices.answer(forge, ada.party, started.user_code, is_approved=True)
    clock.move(rules.MINUTE_MS)
    started = await waiting(forge)
    assert await devices.peek(forge, ada.party, started.user_code)


async def test_an_address_that_guesses_is_locked_out_whoever_it_says_it_is(forge, ada):
    started = await waiting(forge)
    for n in range(rules.WRONG_CODES_HERE.most):
        person = await an_account(forge, f"sock{n % 7}")
        with pytest.raises(NoSuchCode):
            await devices.peek(forge, person.party, "0000-0000", "192.0.2.1")
    with pytest.raises(TooManyTries):
        await devices.peek(forge, ada.party, started.user_code, "192.0.2.1")
    assert await devices.peek(forge, ada.party, started.user_code, "192.0.2.2")


async def test_who_fails_too_often_is_told_to_wait_and_who_is_right_is_not(forge, ada):
    caller = dataclasses.replace(MIC, address="192.0.2.1")
    started = await flow.start(forge, caller, "mic@shed", None)
    await devices.answer(forge, ada.party, started.user_code, is_approved=True)
    for _ in range(rules.FAILED_TOKENS.most):
        with pytest.raises(BadGrant):
            await flow.exchange(forge, caller, "wrong")
    with pytest.raises(TooManyTries):
        await flow.exchange(forge, caller, "wrong")
    assert await flow.exchange(forge, caller, started.device_code)


async def test_an_address_starts_and_registers_so_often_only(forge):
    caller = dataclasses.replace(MIC, address="192.0.2.1")
    for _ in range(rules.STARTS.most):
        await flow.start(forge, caller, "x", None)
    with pytest.raises(TooManyTries):
        await flow.start(forge, caller, "x", None)
    for _ in range(rules.REGISTRATIONS.most):
        await flow.register(forge, NewClient(), "192.0.2.1")
    with pytest.raises(TooManyTries):
        await flow.register(forge, NewClient(), "192.0.2.1")


async def test_so_many_devices_wait_and_so_many_clients_register_at_once(forge, monkeypatch):
    monkeypatch.setattr(rules, "MOST_WAITING", 2)
    monkeypatch.setattr(rules, "MOST_CLIENTS", 2)
    for _ in range(2):
        await waiting(forge)
        await flow.register(forge, NewClient())
    with pytest.raises(TooBusy):
        await waiting(forge)
    with pytest.raises(TooBusy):
        await flow.register(forge, NewClient())


async def test_clients_that_nobody_used_are_forgotten_after_a_day(forge, ada, clock, monkeypatch):
    monkeypatch.setattr(rules, "MOST_CLIENTS", 1)
    used, _ = await flow.register(forge, NewClient(method="none"))
    await signed_in(forge, ada, caller=Caller(used.id))
    idle, _ = await flow.register(forge, NewClient(method="none"))
    clock.move(rules.DAY_MS + 1)
    await flow.register(forge, NewClient(method="none"))
    assert await waiting(forge, Caller(used.id))
    with pytest.raises(BadClient):
        await waiting(forge, Caller(idle.id))


# Refreshing


async def test_a_refresh_token_works_once_and_both_pairs_hold_until_then(forge, ada, clock):
    first = await signed_in(forge, ada)
    clock.move(rules.ACCESS_MS - 1000)
    second = await flow.refresh(forge, MIC, first.refresh)
    for access in (first.access, second.access):
        assert (await signin.token_party(forge, access)).account == ada.key
    clock.move(1000)
    with pytest.raises(BadToken):
        await signin.token_party(forge, first.access)
    assert (await signin.token_party(forge, second.access)).account == ada.key


async def test_a_refresh_token_that_comes_twice_ends_the_device(forge, ada):
    first = await signed_in(forge, ada)
    second = await flow.refresh(forge, MIC, first.refresh)
    with pytest.raises(BadGrant):
        await flow.refresh(forge, MIC, first.refresh)
    for access in (first.access, second.access):
        with pytest.raises(BadToken):
            await signin.token_party(forge, access)
    with pytest.raises(BadGrant):
        await flow.refresh(forge, MIC, second.refresh)
    assert await devices.listed(forge, ada.party) == []
    rows = await audit.listed(forge, (await the_keeper(forge)).party)
    assert ("device.revoked", "its refresh token was used twice") in [
        (row.action, row.metadata.get("why")) for row in rows
    ]


async def test_of_many_who_refresh_at_once_none_keeps_the_session(forge, ada):
    issued = await signed_in(forge, ada)
    tries = [flow.refresh(forge, MIC, issued.refresh) for _ in range(5)]
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert [type(one) for one in answers].count(BadGrant) == 4
    assert await devices.listed(forge, ada.party) == []


async def test_a_device_that_stays_away_for_thirty_days_is_out(forge, ada, clock):
    issued = await signed_in(forge, ada)
    clock.move(rules.REFRESH_MS - 1)
    issued = await flow.refresh(forge, MIC, issued.refresh)
    clock.move(rules.REFRESH_MS)
    with pytest.raises(BadGrant):
        await flow.refresh(forge, MIC, issued.refresh)
    assert await devices.listed(forge, ada.party) == []


async def test_a_refresh_gives_no_more_than_was_granted(forge, ada):
    issued = await signed_in(forge, ada, scope="read")
    with pytest.raises(BadScope):
        await flow.refresh(forge, MIC, issued.refresh, "read write")
    assert (await flow.refresh(forge, MIC, issued.refresh, "read")).scopes == {"read"}


async def test_a_token_of_one_kind_is_not_one_of_the_other(forge, ada):
    issued = await signed_in(forge, ada)
    with pytest.raises(BadGrant):
        await flow.refresh(forge, MIC, issued.access)
    with pytest.raises(BadToken):
        await signin.token_party(forge, issued.refresh)


# Out


@pytest.mark.parametrize("kind", ["access", "refresh"])
async def test_signing_out_with_either_token_ends_both(forge, ada, kind):
    issued = await signed_in(forge, ada)
    await flow.end(forge, MIC, getattr(issued, kind))
    await flow.end(forge, MIC, getattr(issued, kind))
    await flow.end(forge, MIC, "unknown")
    with pytest.raises(BadToken):
        await signin.token_party(forge, issued.access)
    with pytest.raises(BadGrant):
        await flow.refresh(forge, MIC, issued.refresh)


async def test_logging_out_ends_the_device_that_asks(forge, ada):
    kept, issued = await signed_in(forge, ada), await signed_in(forge, ada, scope="read")
    await signin.end_token(forge, await signin.token_party(forge, issued.access))
    with pytest.raises(BadToken):
        await signin.token_party(forge, issued.access)
    assert await signin.token_party(forge, kept.access)


async def test_a_revoked_device_is_out_at_once(forge, ada, bob):
    issued = await signed_in(forge, ada)
    (device,) = await devices.listed(forge, ada.party)
    with pytest.raises(NoSuchDevice):
        await devices.revoke(forge, bob.party, device.key)
    await devices.revoke(forge, ada.party, device.key)
    with pytest.raises(BadToken):
        await signin.token_party(forge, issued.access)
    with pytest.raises(BadGrant):
        await flow.refresh(forge, MIC, issued.refresh)
    with pytest.raises(NoSuchDevice):
        await devices.revoke(forge, ada.party, device.key)


async def made_by(forge, issued):
    """Tokens that a device made: for all, for a project, and by one of its tokens."""
    who, day = await signin.token_party(forge, issued.access), rules.DAY_MS
    project = await a_project(forge, await an_account(forge, "ada"), "tokens")
    first = await tokens.create(forge, who, NewToken("first", frozenset({"write"}), day))
    by_token = await signin.token_party(forge, first.secret)
    return [
        first,
        await tokens.create_for(forge, who, project, NewToken("only", frozenset({"read"}))),
        await tokens.create(forge, by_token, NewToken("second", frozenset({"read"}))),
    ]


async def opened(forge, made):
    parties = [signin.token_party(forge, one.secret) for one in made]
    answers = await asyncio.gather(*parties, return_exceptions=True)
    return [not isinstance(one, BadToken) for one in answers]


async def test_the_tokens_that_a_revoked_device_made_end_with_it(forge, ada):
    made = await made_by(forge, await signed_in(forge, ada))
    kept = await tokens.create(forge, ada.party, NewToken("browser", frozenset({"read"})))
    (device,) = await devices.listed(forge, ada.party)
    await devices.revoke(forge, ada.party, device.key)
    assert await opened(forge, [*made, kept]) == [False, False, False, True]
    assert [one.name for one in await tokens.listed(forge, ada.party)] == ["browser"]


async def test_a_stolen_device_takes_what_it_made_with_it_though_it_left_before(forge, ada):
    issued = await signed_in(forge, ada)
    made = await made_by(forge, issued)
    second = await flow.refresh(forge, MIC, issued.refresh)
    await flow.end(forge, MIC, second.refresh)
    assert await opened(forge, made) == [True, True, True]
    with pytest.raises(BadGrant):
        await flow.refresh(forge, MIC, issued.refresh)
    assert await opened(forge, made) == [False, False, False]


async def test_the_key_that_a_device_brought_signs_for_that_device_only(forge, ada):
    key = PrivateKey.from_seed(b"d" * 32)
    proof = key.sign(registration(forge.node.did, "ada"))
    first, second = await signed_in(forge, ada), await signed_in(forge, ada)
    for issued in (first, second):
        who = await signin.token_party(forge, issued.access)
        await signin.register_key(forge, who, key.did, "mic", proof)

    async def signs(issued):
        who = await signin.token_party(forge, issued.access)
        return key.did in await forge.db.read(lambda tx: signin.keys_of(tx, who))

    assert (await signs(first), await signs(second)) == (False, True)
    renewed = await flow.refresh(forge, MIC, second.refresh)
    assert await signs(renewed)


async def test_an_account_has_fifty_devices_at_most(forge, ada, monkeypatch):
    monkeypatch.setattr(rules, "MOST_DEVICES", 2)
    for _ in range(2):
        await signed_in(forge, ada)
    with pytest.raises(TooManyDevices):
        await signed_in(forge, ada)


async def test_a_device_is_seen_to_the_hour(forge, ada, clock):
    issued = await signed_in(forge, ada)
    start = clock()
    seen = []
    for _ in range(3):
        await signin.token_party(forge, issued.access)
        seen.append((await devices.listed(forge, ada.party))[0].seen_at - start)
        clock.move(30 * rules.MINUTE_MS)
    assert seen == [0, 0, 60 * rules.MINUTE_MS]


# Clients


async def test_a_registered_client_is_named_and_keeps_its_grants_to_itself(forge, ada):
    client, secret = await flow.register(
        forge, NewClient(name="Builder", uri="https://builder.example", scope="read")
    )
    caller = Caller(client.id, secret, "client_secret_basic")
    started = await waiting(forge, caller)
    shown = await devices.peek(forge, ada.party, started.user_code)
    assert (shown.client, shown.uri, shown.scopes) == (
        "Builder",
        "https://builder.example",
        {"read"},
    )
    await devices.answer(forge, ada.party, started.user_code, is_approved=True)
    with pytest.raises(BadGrant):
        await flow.exchange(forge, MIC, started.device_code)
    for wrong in (
        Caller(client.id),
        Caller(client.id, "wrong", "client_secret_basic"),
        Caller(client.id, secret, "client_secret_post"),
        Caller("nobody"),
        Caller(None, "x", "client_secret_post"),
    ):
        with pytest.raises(BadClient):
            await flow.exchange(forge, wrong, started.device_code)
    issued = await flow.exchange(forge, caller, started.device_code)
    with pytest.raises(BadGrant):
        await flow.refresh(forge, MIC, issued.refresh)
    await flow.end(forge, MIC, issued.access)
    assert (await signin.token_party(forge, issued.access)).scopes == {"read"}
    with pytest.raises(BadScope):
        await flow.start(forge, caller, "x", "write")


async def test_no_secret_is_kept_told_or_logged(forge, ada, tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    client, secret = await flow.register(forge, NewClient())
    caller = Caller(client.id, secret, "client_secret_basic")
    started = await waiting(forge, caller)
    await devices.answer(forge, ada.party, started.user_code, is_approved=True)
    issued = await flow.exchange(forge, caller, started.device_code)
    with pytest.raises(Refused) as refused:
        await flow.exchange(forge, caller, started.device_code)
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("node.db*"))
    shown = f"{caplog.text} {refused.value} {refused.value.details} {caller} {started} {issued}"
    for hidden in (secret, started.device_code, issued.access, issued.refresh):
        assert hidden.encode() not in kept
        assert hidden not in shown
    assert started.user_code.encode() not in kept


async def test_what_happened_stands_in_the_audit_log(forge, ada):
    issued = await signed_in(forge, ada)
    await flow.end(forge, MIC, issued.refresh)
    rows = await audit.listed(forge, (await the_keeper(forge)).party)
    told = [row.action for row in rows if row.action.startswith("device.")]
    assert told == ["device.revoked", "device.signed-in", "device.approved"]
