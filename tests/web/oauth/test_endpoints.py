"""A program that speaks OAuth signs a device in, and is told each refusal in the RFC's words."""

import json
import re
from urllib.parse import quote_plus

import pytest
from aiohttp import encode_basic_auth
from aiohttp.test_utils import TestClient, TestServer

from node.daemon.http import application
from node.devices import rules
from node.devices import verbs as devices
from node.signin import verbs as signin
from tests.support.forges import an_account

DEVICE_GRANT = rules.DEVICE_GRANT
NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


@pytest.fixture
async def ada(forge):
    return await an_account(forge, "ada")


@pytest.fixture
async def client(forge):
    async with TestClient(TestServer(application(forge))) as made:
        yield made


async def post(client, path, status=200, **more):
    async with client.post(path, **more) as answer:
        said = await answer.json()
        assert answer.status == status, said
        assert {name: answer.headers[name] for name in NO_STORE} == NO_STORE
        return said


async def started(client, **fields):
    return await post(client, "/auth/device", data={"client_id": "mic", **fields})


async def polled(client, code, status=200, **more):
    fields = {"grant_type": DEVICE_GRANT, "device_code": code, "client_id": "mic"}
    return await post(client, "/oauth/token", status, data=fields | more)


async def say(forge, account, user_code, *, is_approved=True):
    await devices.answer(forge, account.party, user_code, is_approved=is_approved)


async def test_a_device_is_told_where_its_user_goes(client, forge):
    said = await started(client, device_name="mic@shed")
    assert said.keys() == {
        "device_code",
        "user_code",
        "verification_uri",
        "verification_uri_complete",
        "expires_in",
        "interval",
    }
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}", said["user_code"])
    assert said["verification_uri"] == f"{forge.node.url}/device/auth"
    assert said["verification_uri_complete"].endswith(f"?user_code={said['user_code']}")
    assert (said["expires_in"], said["interval"]) == (900, 5)


async def test_a_body_that_cannot_be_unpacked_is_refused(client):
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Content-Encoding": "gzip",
    }
    said = await post(client, "/auth/device", 400, data=b"client_id=mic", headers=headers)
    assert said["error"] == "invalid_request"


async def test_it_gets_tokens_that_open_the_sync_door(client, forge, ada):
    said = await started(client, device_name="mic@shed", scope="read write")
    await say(forge, ada, said["user_code"])
    tokens = await polled(client, said["device_code"])
    assert (tokens["token_type"], tokens["expires_in"], tokens["scope"]) == (
        "Bearer",
        86_400,
        "read write",
    )
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    async with client.get("/mic/v1/whoami", headers=headers) as answer:
        assert (await answer.json())["handle"] == "ada"


async def test_the_first_address_answers_polls_too_and_reads_json(client, forge, ada):
    said = await post(client, "/auth/device", json={"device_name": "mic@shed"})
    refused = await post(client, "/auth/device", 400, json={"device_code": said["device_code"]})
    assert refused["error"] == "authorization_pending"
    await say(forge, ada, said["user_code"])
    refused = await post(client, "/auth/device", 400, json={"device_code": said["device_code"]})
    assert (refused["error"], refused["interval"]) == ("slow_down", 10)


# Every refusal, in the words of RFC 6749, 7591 and 8628


async def test_authorization_pending(client):
    code = (await started(client))["device_code"]
    assert (await polled(client, code, 400))["error"] == "authorization_pending"


async def test_slow_down(client):
    code = (await started(client))["device_code"]
    await polled(client, code, 400)
    said = await polled(client, code, 400)
    assert (said["error"], said["interval"]) == ("slow_down", 10)


async def test_expired_token(client, clock):
    code = (await started(client))["device_code"]
    clock.move(rules.CODE_MS)
    assert (await polled(client, code, 400))["error"] == "expired_token"


async def test_access_denied(client, forge, ada):
    said = await started(client)
    await say(forge, ada, said["user_code"], is_approved=False)
    assert (await polled(client, said["device_code"], 400))["error"] == "access_denied"


async def test_invalid_grant(client, forge, ada):
    assert (await polled(client, "unknown", 400))["error"] == "invalid_grant"
    said = await started(client)
    await say(forge, ada, said["user_code"])
    tokens = await polled(client, said["device_code"])
    assert (await polled(client, said["device_code"], 400))["error"] == "invalid_grant"
    refresh = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert (await post(client, "/oauth/token", 400, data=refresh))["error"] == "invalid_grant"


REFUSED = {
    "no grant type": ({}, 400, "invalid_request"),
    "grant type twice": ("grant_type=a&grant_type=b", 400, "invalid_request"),
    "unknown grant type": ({"grant_type": "password"}, 400, "unsupported_grant_type"),
    "no device code": ({"grant_type": DEVICE_GRANT}, 400, "invalid_request"),
    "empty device code": (
        {"grant_type": DEVICE_GRANT, "device_code": ""},
        400,
        "invalid_request",
    ),
    "no refresh token": ({"grant_type": "refresh_token"}, 400, "invalid_request"),
    "unknown refresh token": (
        {"grant_type": "refresh_token", "refresh_token": "mrt_x"},
        400,
        "invalid_grant",
    ),
    "unknown client": (
        {"grant_type": "refresh_token", "refresh_token": "x", "client_id": "nobody"},
        401,
        "invalid_client",
    ),
    "mic with a secret": (
        {"grant_type": "refresh_token", "refresh_token": "x", "client_id": "mic"}
        | {"client_secret": "x"},
        401,
        "invalid_client",
    ),
    "too long": ({"grant_type": "x" * 20_000}, 400, "invalid_request"),
    "too many fields": ("&".join(f"a{n}=1" for n in range(50)), 400, "invalid_request"),
    "no UTF-8": (b"grant_type=\xff", 400, "invalid_request"),
}


@pytest.mark.parametrize("wrong", REFUSED)
async def test_the_token_endpoint_refuses(client, wrong):
    fields, status, error = REFUSED[wrong]
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    said = await post(client, "/oauth/token", status, data=fields or b"", headers=kind)
    assert said["error"] == error
    assert re.fullmatch(r"[ -~]+", said["error_description"])
    assert not set(said["error_description"]) & set('"\\')


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"[]", "application/json"),
        (b"{", "application/json"),
        (b"[" * 15_000, "application/json"),
        (b'{"grant_type": 7}', "application/json"),
        (b"<x/>", "application/xml"),
    ],
)
async def test_bodies_that_cannot_be_read_are_invalid_requests(client, body, kind):
    for path in ("/oauth/token", "/oauth/revoke"):
        said = await post(client, path, 400, data=body, headers={"Content-Type": kind})
        assert said["error"] == "invalid_request"


async def test_invalid_scope(client):
    said = await post(client, "/auth/device", 400, data={"scope": "root"})
    assert said["error"] == "invalid_scope"


async def test_a_wrong_password_of_a_client_is_asked_for_again(client):
    auth = {"Authorization": encode_basic_auth("nobody", "x")}
    empty = {"grant_type": "refresh_token"}
    async with client.post("/oauth/token", data=empty, headers=auth) as got:
        assert (await got.json())["error"] == "invalid_request"
    fields = {"grant_type": "refresh_token", "refresh_token": "x"}
    async with client.post("/oauth/token", data=fields, headers=auth) as got:
        assert (got.status, (await got.json())["error"]) == (401, "invalid_client")
        assert got.headers["WWW-Authenticate"].startswith("Basic ")
    for header in ("Bearer x", "Basic !", "Basic /w=="):
        headers = {"Authorization": header}
        said = await post(client, "/oauth/token", 401, data=fields, headers=headers)
        assert said["error"] == "invalid_client"


@pytest.mark.parametrize("path", ["/oauth/token", "/oauth/register", "/oauth/revoke"])
async def test_other_methods_than_post_are_refused(client, path):
    async with client.get(path) as answer:
        assert (answer.status, answer.headers["Allow"]) == (405, "POST")


async def test_a_person_who_opens_the_programs_address_is_led_to_the_page(client):
    async with client.get("/auth/device", allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (303, "/device/auth")


async def test_who_guesses_is_told_to_wait(client):
    for _ in range(rules.FAILED_TOKENS.most):
        await polled(client, "wrong", 400)
    fields = {"grant_type": DEVICE_GRANT, "device_code": "wrong"}
    async with client.post("/oauth/token", data=fields) as answer:
        assert (answer.status, (await answer.json())["error"]) == (429, "temporarily_unavailable")
        assert int(answer.headers["Retry-After"]) == 600


# Refreshing and signing out


async def test_a_refresh_gives_two_new_tokens(client, forge, ada):
    said = await started(client)
    await say(forge, ada, said["user_code"])
    first = await polled(client, said["device_code"])
    fields = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    second = await post(client, "/oauth/token", data=fields)
    assert first.keys() == second.keys()
    assert not {first["access_token"], first["refresh_token"]} & set(second.values())


async def test_a_revoked_token_is_out_and_an_unknown_one_is_no_mistake(client, forge, ada):
    said = await started(client)
    await say(forge, ada, said["user_code"])
    tokens = await polled(client, said["device_code"])
    for token in (tokens["refresh_token"], tokens["refresh_token"], "unknown"):
        assert await post(client, "/oauth/revoke", data={"token": token}) == {}
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    async with client.get("/mic/v1/whoami", headers=headers) as answer:
        assert answer.status == 401


# Clients


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post", "none"])
async def test_a_registered_client_signs_a_device_in(client, forge, ada, method):
    asked = {"client_name": "Builder: a+b", "token_endpoint_auth_method": method, "logo_uri": 7}
    made = await post(client, "/oauth/register", 201, json=asked)
    assert made["token_endpoint_auth_method"] == method
    assert ("client_secret" in made) == (method != "none")
    assert set(made["grant_types"]) == {DEVICE_GRANT, "refresh_token"}
    fields, auth = {"client_id": made["client_id"]}, {}
    if method == "client_secret_post":
        fields["client_secret"] = made["client_secret"]
    if method == "client_secret_basic":
        assert made["client_secret_expires_at"] == 0
        login = quote_plus(made["client_id"]), quote_plus(made["client_secret"])
        auth["Authorization"] = encode_basic_auth(*login)
    begun = await post(client, "/auth/device", data=fields, headers=auth)
    await say(forge, ada, begun["user_code"])
    fields |= {"grant_type": DEVICE_GRANT, "device_code": begun["device_code"]}
    tokens = await post(client, "/oauth/token", data=fields, headers=auth)
    assert (await signin.token_party(forge, tokens["access_token"])).handle == "ada"
    assert [one.client for one in await devices.listed(forge, ada.party)] == ["Builder: a+b"]


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"client_name": "x" * 121}, "invalid_client_metadata"),
        ({"client_name": 7}, "invalid_client_metadata"),
        ({"client_uri": "javascript:alert(1)"}, "invalid_client_metadata"),
        ({"token_endpoint_auth_method": "tls_client_auth"}, "invalid_client_metadata"),
        ({"grant_types": ["authorization_code"]}, "invalid_client_metadata"),
        ({"response_types": ["code"]}, "invalid_client_metadata"),
        ({"scope": "root"}, "invalid_client_metadata"),
        ({"redirect_uris": ["nowhere"]}, "invalid_redirect_uri"),
    ],
)
async def test_a_client_that_cannot_be_is_refused(client, asked, error):
    assert (await post(client, "/oauth/register", 400, json=asked))["error"] == error


async def test_the_metadata_name_addresses_that_answer(client, forge):
    async with client.get("/.well-known/oauth-authorization-server") as answer:
        said = await answer.json()
        assert answer.status == 200
    assert said["issuer"] == forge.node.url
    for name, path in said.items():
        if name.endswith("_endpoint"):
            where = path.removeprefix(forge.node.url)
            async with client.post(where, json={"client_name": 7, "scope": "root"}) as answer:
                assert answer.status == 400
                assert "error" in json.loads(await answer.text())
