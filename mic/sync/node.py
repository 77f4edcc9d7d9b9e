"""The node itself and who is asking."""

from importlib.metadata import version

from aiohttp import web

from mic.sync import edge
from mic.wire.messages import Done, NewKey, NodeInfo, Whoami
from node.accounts import verbs as accounts
from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.signin import verbs as signin

VERSION = version("micelio")


async def info(forge: Forge, _who: Party, _request: web.Request) -> web.StreamResponse:
    """Say which node this is."""
    node = forge.node
    return edge.reply(
        NodeInfo(
            name=node.name,
            url=node.url,
            did=node.did,
            version=VERSION,
            now=forge.now(),
            peer_id=forge.reach.peer_id,
            p2p_addresses=forge.reach.addresses,
            entry=forge.reach.entry,
        )
    )


async def whoami(forge: Forge, who: Party, _request: web.Request) -> web.StreamResponse:
    """Say who the bearer of the token is."""
    if who.handle is None:
        return edge.reply(Whoami(handle=None))
    account = await accounts.get(forge, who.handle)
    scopes = None if who.scopes is None else sorted(who.scopes)
    return edge.reply(
        Whoami(
            handle=account.handle,
            name=account.name,
            did=account.did,
            is_admin=account.is_admin,
            scopes=scopes,
        )
    )


async def add_key(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Register a device key for the asker."""
    wanted = await edge.message(request, NewKey)
    await signin.register_key(forge, who, wanted.did, wanted.name, wanted.proof)
    return edge.reply(Done(), 201)


async def logout(forge: Forge, who: Party, _request: web.Request) -> web.StreamResponse:
    """Revoke the token that was used to ask."""
    await signin.end_token(forge, who)
    return edge.reply(Done())
