"""What signs in for an account: devices, and access tokens of a person or for one project."""

from aiohttp import web

from mic.sync import edge
from mic.wire import credentials as wire
from mic.wire.messages import Done
from node.devices import verbs as devices
from node.devices.model import Device
from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.signin import tokens
from node.signin.model import MadeToken, NewToken, Token
from node.signin.rules import PROJECT_MARK, TOKEN_MARK


async def listed(forge: Forge, who: Party, _request: web.Request) -> web.StreamResponse:
    """List the devices that are signed in."""
    found = await devices.listed(forge, who)
    return edge.reply(wire.Devices([_device(one, who) for one in found]))


async def revoke(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Sign a device out."""
    await devices.revoke(forge, who, edge.position_in_path(request, "device"))
    return edge.reply(Done())


async def tokens_listed(forge: Forge, who: Party, _request: web.Request) -> web.StreamResponse:
    """List the personal tokens."""
    return edge.reply(_tokens(await tokens.listed(forge, who)))


async def create(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Make a personal token."""
    asked = await edge.message(request, wire.NewToken)
    return _made(await tokens.create(forge, who, _new(asked)))


async def revoke_token(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Revoke a personal token."""
    await tokens.revoke(forge, who, edge.position_in_path(request, "token"))
    return edge.reply(Done())


async def listed_for(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """List the tokens for a project."""
    project = await edge.project(forge, who, request)
    return edge.reply(_tokens(await tokens.listed_for(forge, who, project)))


async def create_for(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Make a token for a project."""
    project = await edge.project(forge, who, request)
    asked = await edge.message(request, wire.NewToken)
    return _made(await tokens.create_for(forge, who, project, _new(asked)))


async def revoke_for(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Revoke a token for a project."""
    project = await edge.project(forge, who, request)
    await tokens.revoke_for(forge, who, project, edge.position_in_path(request, "token"))
    return edge.reply(Done())


def _device(one: Device, who: Party) -> wire.Device:
    return wire.Device(
        key=one.key,
        name=one.name,
        client=one.client,
        scopes=sorted(one.scopes),
        created_at=one.created_at,
        seen_at=one.seen_at,
        expires_at=one.expires_at,
        is_this=one.key == who.device,
    )


def _new(asked: wire.NewToken) -> NewToken:
    return NewToken(asked.name, frozenset(asked.scopes), asked.life_ms, tuple(asked.networks))


def _token(one: Token) -> wire.Token:
    mark = TOKEN_MARK if one.project is None else PROJECT_MARK
    return wire.Token(
        key=one.key,
        name=one.name,
        shown=f"{mark}{one.prefix}…",
        scopes=sorted(one.scopes),
        owner=one.owner,
        created_at=one.created_at,
        expires_at=one.expires_at,
        last_used_at=one.last_used_at,
        networks=list(one.networks),
    )


def _tokens(found: list[Token]) -> wire.Tokens:
    return wire.Tokens([_token(one) for one in found])


def _made(made: MadeToken) -> web.Response:
    answer = edge.reply(wire.MadeToken(token=_token(made.token), secret=made.secret), 201)
    answer.headers["Cache-Control"] = "no-store"
    return answer
