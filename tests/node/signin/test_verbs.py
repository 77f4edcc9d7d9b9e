"""Links work once, sessions and tokens end when told, keys stay with one account.

No secret is ever in the database, the log or an error.
"""

import asyncio

import pytest

from keys.ed25519 import PrivateKey
from node.access.model import ScopeMissing, SignInRequired
from node.audit import verbs as audit
from node.kernel.guesses import TooManyTries
from node.kernel.ids import Ids
from node.kernel.parties import ANONYMOUS, Party
from node.signin import rules, tokens
from node.signin import verbs as signin
from node.signin.model import (
    BadCode,
    BadCredential,
    BadLink,
    BadProof,
    BadToken,
    KeyTaken,
    NoSuchCredential,
    TooManyCredentials,
)
from tests.support.forges import an_account, the_keeper

HERE = "203.0.113.5"
DAY_MS = 24 * rules.HOUR_MS


@pytest.fixture
async def ada(forge):
    return await an_account(forge, "ada")


@pytest.fixture
async def bob(forge):
    return await an_account(forge, "bob")


def a_key(forge, handle, seed=b"d"):
    key = PrivateKey.from_seed(seed * 32)
    return key, key.sign(rules.registration(forge.node.did, handle))


# Links


async def test_a_link_signs_in_once(forge, ada):
    link = await signin.make_link(forge, ada)
    cookie = await signin.redeem_link(forge, link, "Firefox")
    assert await signin.session_party(forge, cookie) == ada.party
    with pytest.raises(BadLink):
        await signin.redeem_link(forge, link)


async def test_looking_at_a_link_does_not_use_it(forge, ada):
    link = await signin.make_link(forge, ada)
    assert await signin.peek_link(forge, link) == ada
    assert await signin.peek_link(forge, link) == ada
    await signin.redeem_link(forge, link)
    with pytest.raises(BadLink):
        await signin.peek_link(forge, link)


async def test_a_link_runs_out_after_fifteen_minutes(forge, ada, clock):
    link = await signin.make_link(forge, ada)
    clock.move(rules.LINK_MS - 1)
    assert await signin.peek_link(forge, link) == ada
    clock.move(1)
    with pytest.raises(BadLink):
        await signin.redeem_link(forge, link)


async def test_two_who_redeem_a_link_at_once_get_one_session(forge, ada):
    link = await signin.make_link(forge, ada)
    tries = [signin.redeem_link(forge, link) for _ in range(8)]
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert [type(answer) for answer in answers].count(str) == 1
    assert [type(answer) for answer in answers].count(BadLink) == 7
    assert len(await signin.list_sessions(forge, ada.party)) == 1


@pytest.mark.parametrize("link", ["", "x", "' or 1=1 --", "\ud800", "x" * 100_000])
async def test_an_unknown_link_is_refused_like_a_used_one(forge, link):
    with pytest.raises(BadLink) as refused:
        await signin.redeem_link(forge, link)
    assert str(refused.value) == str(BadLink())


# Codes


@pytest.mark.parametrize("typed", [str, str.lower, lambda code: f" {code.replace('-', ' ')} "])
async def test_a_code_signs_in_once_and_uses_its_link_up(forge, ada, typed):
    link = await signin.make_link(forge, ada)
    code = rules.code_of(link)
    cookie = await signin.redeem_code(forge, typed(code), HERE, "Firefox")
    assert await signin.session_party(forge, cookie) == ada.party
    with pytest.raises(BadCode):
        await signin.redeem_code(forge, code, HERE)
    with pytest.raises(BadLink):
        await signin.redeem_link(forge, link)


async def test_a_code_ends_with_its_link(forge, ada, clock):
    used, late = [await signin.make_link(forge, ada) for _ in range(2)]
    await signin.redeem_link(forge, used)
    clock.move(rules.LINK_MS)
    for link in (used, late):
        with pytest.raises(BadCode):
            await signin.redeem_code(forge, rules.code_of(link), HERE)
    assert len(await signin.list_sessions(forge, ada.party)) == 1


async def test_two_who_type_a_code_at_once_get_one_session(forge, ada):
    code = rules.code_of(await signin.make_link(forge, ada))
    tries = [signin.redeem_code(forge, code, HERE) for _ in range(8)]
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert [type(answer) for answer in answers].count(str) == 1
    assert [type(answer) for answer in answers].count(BadCode) == 7


@pytest.mark.parametrize("typed", ["", "x", "AAAA-AAAA", "' or 1=1 --", "\ud800", "x" * 100_000])
async def test_a_code_of_nobody_is_refused(forge, ada, typed):
    await signin.make_link(forge, ada)
    with pytest.raises(BadCode):
        await signin.redeem_code(forge, typed, HERE)


async def test_codes_can_be_guessed_a_few_times_only(forge, ada, clock):
    code = rules.code_of(await signin.make_link(forge, ada))
    for _ in range(rules.WRONG_CODES.most):
        with pytest.raises(BadCode):
            await signin.redeem_code(forge, "AAAA-AAAA", HERE)
    with pytest.raises(TooManyTries):
        await signin.redeem_code(forge, code, HERE)
    assert await signin.redeem_code(forge, code, "203.0.113.9")
    clock.move(rules.WRONG_CODES.window_ms)
    again = rules.code_of(await signin.make_link(forge, ada))
    assert await signin.redeem_code(forge, again, HERE)


# Web sessions


async def a_cookie(forge, account, device=""):
    return await signin.redeem_link(forge, await signin.make_link(forge, account), device)


async def test_a_signed_out_browser_is_nobody(forge, ada):
    cookie = await a_cookie(forge, ada)
    await signin.end_session(forge, cookie)
    assert await signin.session_party(forge, cookie) == ANONYMOUS
    await signin.end_session(forge, cookie)


@pytest.mark.parametrize("cookie", ["", "made-up", "\ud800"])
async def test_an_unknown_cookie_is_nobody(forge, cookie):
    assert await signin.session_party(forge, cookie) == ANONYMOUS


async def test_a_session_lasts_thirty_days_from_its_last_use(forge, ada, clock):
    cookie = await a_cookie(forge, ada)
    clock.move(29 * DAY_MS)
    assert await signin.session_party(forge, cookie) == ada.party
    clock.move(29 * DAY_MS)
    assert await signin.session_party(forge, cookie) == ada.party
    clock.move(30 * DAY_MS)
    assert await signin.session_party(forge, cookie) == ANONYMOUS
    assert await signin.list_sessions(forge, ada.party) == []


async def test_a_person_sees_where_they_are_signed_in_and_ends_one(forge, ada, bob, clock):
    old = await a_cookie(forge, ada, "Firefox")
    clock.move(rules.HOUR_MS)
    new = await a_cookie(forge, ada, "Safari")
    await a_cookie(forge, bob, "Lynx")
    safari, firefox = await signin.list_sessions(forge, ada.party)
    assert (safari.device, firefox.device) == ("Safari", "Firefox")
    await signin.revoke_session(forge, ada.party, firefox.key)
    assert await signin.session_party(forge, old) == ANONYMOUS
    assert await signin.session_party(forge, new) == ada.party


async def test_nobody_ends_the_session_of_another(forge, ada, bob):
    cookie = await a_cookie(forge, ada)
    (session,) = await signin.list_sessions(forge, ada.party)
    for who in (bob.party, (await the_keeper(forge)).party):
        with pytest.raises(NoSuchCredential):
            await signin.revoke_session(forge, who, session.key)
    with pytest.raises(SignInRequired):
        await signin.revoke_session(forge, ANONYMOUS, session.key)
    assert await signin.session_party(forge, cookie) == ada.party


# Tokens


async def test_a_token_speaks_for_its_account_within_its_scopes(forge, ada):
    token = await signin.make_token(forge, ada, "laptop", ["read"])
    party = await signin.token_party(forge, token)
    (listed,) = await tokens.listed(forge, ada.party)
    assert party == Party(ada.key, "ada", scopes=frozenset({"read"}), token=listed.key)
    assert token.startswith(f"mut_{listed.prefix}")
    assert listed.name == "laptop"


@pytest.mark.parametrize("change", ["x", "prefix", "short", "case", "empty", "surrogate"])
async def test_a_token_that_differs_at_all_is_refused(forge, ada, change):
    token = await signin.make_token(forge, ada, "laptop", ["read"])
    wrong = {
        "x": token + "x",
        "prefix": token[:12] + "x" * (len(token) - 12),
        "short": token[:-1],
        "case": token.swapcase(),
        "empty": "",
        "surrogate": token + "\udcff",
    }[change]
    with pytest.raises(BadToken) as refused:
        await signin.token_party(forge, wrong)
    assert refused.value.code == "auth.bad-token"


async def test_two_tokens_of_one_prefix_are_told_apart(forge, ada, bob):
    class Same(Ids):
        def __init__(self):
            self.count = 0

        def secret(self):
            self.count += 1
            return f"sameprefix{self.count}"

    import dataclasses

    odd = dataclasses.replace(forge, ids=Same())
    one = await signin.make_token(odd, ada, "one", ["read"])
    two = await signin.make_token(odd, bob, "two", ["read"])
    assert (await signin.token_party(forge, one)).account == ada.key
    assert (await signin.token_party(forge, two)).account == bob.key


async def test_a_revoked_token_is_refused(forge, ada, bob):
    token = await signin.make_token(forge, ada, "laptop", ["write"])
    party = await signin.token_party(forge, token)
    with pytest.raises(NoSuchCredential):
        await tokens.revoke(forge, bob.party, party.token)
    await tokens.revoke(forge, ada.party, party.token)
    with pytest.raises(BadToken):
        await signin.token_party(forge, token)
    with pytest.raises(NoSuchCredential):
        await tokens.revoke(forge, ada.party, party.token)


async def test_signing_out_ends_the_token_that_was_used_whatever_its_scopes(forge, ada):
    kept = await signin.make_token(forge, ada, "other", ["read"])
    token = await signin.make_token(forge, ada, "laptop", ["read"])
    party = await signin.token_party(forge, token)
    await signin.end_token(forge, party)
    await signin.end_token(forge, party)
    await signin.end_token(forge, ANONYMOUS)
    with pytest.raises(BadToken):
        await signin.token_party(forge, token)
    assert (await signin.token_party(forge, kept)).account == ada.key


async def test_a_token_with_a_life_runs_out(forge, ada, clock):
    token = await signin.make_token(forge, ada, "guest", ["read"], life_ms=1000)
    clock.move(999)
    assert (await signin.token_party(forge, token)).account == ada.key
    clock.move(1)
    with pytest.raises(BadToken):
        await signin.token_party(forge, token)


async def test_the_last_use_of_a_token_is_kept_to_the_hour(forge, ada, clock):
    token = await signin.make_token(forge, ada, "laptop", ["read"])
    used = []
    for _ in range(3):
        await signin.token_party(forge, token)
        used.append((await tokens.listed(forge, ada.party))[0].last_used_at)
        clock.move(rules.HOUR_MS // 2)
    start = used[0]
    assert used == [start, start, start + rules.HOUR_MS]


async def test_an_account_has_fifty_tokens_at_most(forge, ada):
    for n in range(rules.MOST_TOKENS):
        await signin.make_token(forge, ada, f"token {n}", ["read"])
    with pytest.raises(TooManyCredentials):
        await signin.make_token(forge, ada, "one more", ["read"])


async def test_a_token_needs_a_name_and_scopes_that_exist(forge, ada):
    for name, scopes in [("", ["read"]), ("laptop", []), ("laptop", ["admin"])]:
        with pytest.raises(BadCredential):
            await signin.make_token(forge, ada, name, scopes)


async def test_a_reading_token_manages_no_credentials(forge, ada):
    token = await signin.make_token(forge, ada, "reader", ["read"])
    who = await signin.token_party(forge, token)
    key, proof = a_key(forge, "ada")
    for attempt in (
        tokens.listed(forge, who),
        tokens.revoke(forge, who, who.token),
        signin.list_sessions(forge, who),
        signin.register_key(forge, who, key.did, "laptop", proof),
    ):
        with pytest.raises(ScopeMissing):
            await attempt


# Device keys


async def keys_of(forge, account):
    return await forge.db.read(lambda tx: signin.keys_of(tx, account.party))


async def test_a_key_that_a_limited_token_brought_signs_with_it_and_ends_with_it(forge, ada):
    key, proof = a_key(forge, "ada")
    lander = await signin.make_token(forge, ada, "ci", ["session:land"])
    other = await signin.make_token(forge, ada, "other", ["session:land"])
    who, another = [await signin.token_party(forge, one) for one in (lander, other)]
    await signin.register_key(forge, who, key.did, "ci", proof)
    assert await signers(forge, who) == {ada.did, key.did}
    assert await signers(forge, another) == {ada.did}
    assert await signers(forge, ada.party) == {ada.did}
    await signin.register_key(forge, another, key.did, "ci", proof)
    assert await signers(forge, another) == {ada.did, key.did}
    assert await signers(forge, who) == {ada.did}
    await signin.register_key(forge, ada.party, key.did, "laptop", proof)
    await signin.register_key(forge, who, key.did, "ci", proof)
    for party in (who, another, ada.party):
        assert await signers(forge, party) == {ada.did, key.did}


async def signers(forge, who):
    return await forge.db.read(lambda tx: signin.keys_of(tx, who))


async def test_the_keys_of_an_account_are_its_own_and_its_devices(forge, ada, bob):
    key, proof = a_key(forge, "ada")
    assert await keys_of(forge, ada) == {ada.did}
    await signin.register_key(forge, ada.party, key.did, "laptop", proof)
    assert await keys_of(forge, ada) == {ada.did, key.did}
    assert await keys_of(forge, bob) == {bob.did}


async def test_registering_a_key_again_changes_nothing(forge, ada):
    key, proof = a_key(forge, "ada")
    for name in ("laptop", "other name"):
        await signin.register_key(forge, ada.party, key.did, name, proof)
    assert [kept.name for kept in await signin.list_keys(forge, ada.party)] == ["laptop"]


async def test_a_key_without_a_proof_for_this_account_is_refused(forge, bob):
    key, proof = a_key(forge, "ada")
    with pytest.raises(BadProof):
        await signin.register_key(forge, bob.party, key.did, "stolen", proof)
    with pytest.raises(SignInRequired):
        await signin.register_key(forge, ANONYMOUS, key.did, "laptop", proof)
    assert await keys_of(forge, bob) == {bob.did}


async def test_a_key_of_another_account_is_refused(forge, ada, bob):
    key, proof = a_key(forge, "ada")
    await signin.register_key(forge, ada.party, key.did, "laptop", proof)
    with pytest.raises(KeyTaken):
        await signin.register_key(forge, bob.party, key.did, "mine", a_key(forge, "bob")[1])


async def test_the_key_of_a_person_is_no_device_of_another(forge, ada, bob):
    proof = forge.keys.person(ada.did).sign(rules.registration(forge.node.did, "bob"))
    with pytest.raises(KeyTaken):
        await signin.register_key(forge, bob.party, ada.did, "mine", proof)


async def test_a_revoked_key_signs_no_more_and_never_again(forge, ada, bob):
    key, proof = a_key(forge, "ada")
    await signin.register_key(forge, ada.party, key.did, "laptop", proof)
    with pytest.raises(NoSuchCredential):
        await signin.revoke_key(forge, bob.party, key.did)
    await signin.revoke_key(forge, ada.party, key.did)
    assert await keys_of(forge, ada) == {ada.did}
    with pytest.raises(KeyTaken):
        await signin.register_key(forge, ada.party, key.did, "laptop", proof)


# Secrets


async def test_no_secret_is_in_the_database_the_log_or_a_repr(forge, ada, tmp_path):
    link = await signin.make_link(forge, ada)
    cookie = await a_cookie(forge, ada)
    token = await signin.make_token(forge, ada, "laptop", ["read", "write"])
    party = await signin.token_party(forge, token)
    shown = [
        *await tokens.listed(forge, ada.party),
        *await signin.list_sessions(forge, ada.party),
        *await audit.listed(forge, (await the_keeper(forge)).party),
        party,
        forge.keys,
        forge.node,
    ]
    await forge.db.write(lambda _tx: None)
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("node.db*"))
    for secret in (link, cookie, token, token[12:]):
        assert secret not in repr(shown)
        assert secret.encode() not in kept
    assert forge.node.key.seed.hex() not in repr(shown)


async def test_signing_in_and_tokens_are_in_the_audit_log(forge, ada):
    await a_cookie(forge, ada, "Firefox")
    token = await signin.make_token(forge, ada, "laptop", ["read"])
    await signin.end_token(forge, await signin.token_party(forge, token))
    rows = await audit.listed(forge, (await the_keeper(forge)).party, limit=3)
    assert [(row.action, row.handle) for row in rows] == [
        ("token.revoked", "ada"),
        ("token.created", "ada"),
        ("login", "ada"),
    ]
