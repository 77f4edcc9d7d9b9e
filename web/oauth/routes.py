"""The addresses of OAuth's door, and what each does with the fields that it gets.

`/auth/device` also answers a poll with a device code, for programs that know one address only.
"""

from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from node.access.scopes import MEANING
from node.devices import flow, rules
from node.devices.model import Caller, Issued, NewClient, UnknownGrantType
from node.kernel.forge import Forge
from web.oauth.door import Fields, door, needed, text, told
from web.page import FORGE

DEVICE = "/auth/device"
TOKEN = "/oauth/token"  # noqa: S105  an address
REVOKE = "/oauth/revoke"
REGISTER = "/oauth/register"
METADATA = "/.well-known/oauth-authorization-server"
PAGE = "/device/auth"


async def device(forge: Forge, caller: Caller, given: Fields) -> Mapping[str, object]:
    """Let a device wait for an answer (RFC 8628 3.1), or say whether there is one."""
    code = text(given, "device_code")
    if code is not None:
        return _issued(await flow.exchange(forge, caller, code))
    name, scope = text(given, "device_name"), text(given, "scope")
    started = await flow.start(forge, caller, name, scope)
    page = forge.node.url + PAGE
    return {
        "device_code": started.device_code,
        "user_code": started.user_code,
        "verification_uri": page,
        "verification_uri_complete": f"{page}?user_code={started.user_code}",
        "expires_in": started.expires_s,
        "interval": started.pause_s,
    }


async def token(forge: Forge, caller: Caller, given: Fields) -> Mapping[str, object]:
    """Give tokens for a device code or a refresh token."""
    kind = needed(given, "grant_type")
    if kind == rules.DEVICE_GRANT:
        return _issued(await flow.exchange(forge, caller, needed(given, "device_code")))
    if kind == rules.REFRESH_GRANT:
        old, scope = needed(given, "refresh_token"), text(given, "scope")
        return _issued(await flow.refresh(forge, caller, old, scope))
    raise UnknownGrantType


async def revoke(forge: Forge, caller: Caller, given: Fields) -> Mapping[str, object]:
    """Sign the device of a token out (RFC 7009); a token that is none is no mistake."""
    await flow.end(forge, caller, needed(given, "token"))
    return {}


async def register(forge: Forge, caller: Caller, given: Fields) -> Mapping[str, object]:
    """Register a client (RFC 7591) and say what of its description stands."""
    new = NewClient(
        name=given.get("client_name", given.get("name")),
        uri=given.get("client_uri"),
        method=given.get("token_endpoint_auth_method"),
        grants=given.get("grant_types"),
        responses=given.get("response_types"),
        redirects=given.get("redirect_uris"),
        scope=given.get("scope"),
    )
    client, secret = await flow.register(forge, new, caller.address)
    said: dict[str, object] = {
        "client_id": client.id,
        "client_id_issued_at": client.created_at // rules.SECOND_MS,
        "client_name": client.name,
        "grant_types": rules.GRANTS,
        "response_types": [],
        "scope": " ".join(sorted(client.scopes)),
        "token_endpoint_auth_method": client.method,
    }
    if client.uri:
        said["client_uri"] = client.uri
    if secret is not None:
        said |= {"client_secret": secret, "client_secret_expires_at": 0}
    return said


async def metadata(request: web.Request) -> web.Response:
    """Say where everything is (RFC 8414)."""
    url = request.app[FORGE].node.url
    said = {
        "issuer": url,
        "device_authorization_endpoint": url + DEVICE,
        "token_endpoint": url + TOKEN,
        "revocation_endpoint": url + REVOKE,
        "registration_endpoint": url + REGISTER,
        "grant_types_supported": rules.GRANTS,
        "response_types_supported": [],
        "scopes_supported": list(MEANING),
        "token_endpoint_auth_methods_supported": rules.METHODS,
        "revocation_endpoint_auth_methods_supported": rules.METHODS,
    }
    return told(said, 200)


async def to_the_page(_request: web.Request) -> web.Response:
    """Lead a person, who was told this address, to the page that is meant."""
    raise web.HTTPSeeOther(PAGE)


POSTS: Mapping[str, Callable[[web.Request], Awaitable[web.Response]]] = {
    DEVICE: door(device),
    TOKEN: door(token),
    REVOKE: door(revoke),
    REGISTER: door(register, 201),
}
PATHS = frozenset({*POSTS, METADATA})


def add_routes(app: web.Application) -> None:
    """Open this door on `app`."""
    app.router.add_get(DEVICE, to_the_page)
    app.router.add_get(METADATA, metadata)
    for path, handler in POSTS.items():
        app.router.add_route("*", path, handler)


def _issued(issued: Issued) -> Mapping[str, object]:
    return {
        "access_token": issued.access,
        "token_type": "Bearer",
        "expires_in": issued.life_s,
        "refresh_token": issued.refresh,
        "scope": " ".join(sorted(issued.scopes)),
    }
