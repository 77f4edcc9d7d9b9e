"""What a first start makes and later starts find: the owner, and their `mic`'s way in.

Everything here is repeated at each start and changes nothing when it is in place, so that a start
that was cut short is finished by the next one.
"""

import logging
import platform
from collections.abc import Iterator
from pathlib import Path

from keys.errors import KeysFault
from mic.client.home import Home, Token
from mic.errors import MicFault
from mic.wire.framing import key_challenge
from node.accounts import verbs as accounts
from node.accounts.model import Account
from node.daemon.config import Config
from node.kernel.errors import Fault
from node.kernel.forge import Forge
from node.kernel.parties import ANONYMOUS
from node.signin import verbs as signin

log = logging.getLogger(__name__)

SCOPES = ("read", "write")


async def owner(forge: Forge, config: Config) -> Account:
    """Return the node's owner, made now if nobody is."""
    known = await accounts.owner(forge)
    if known is None:
        handle = config.owner or await accounts.free_handle(forge, config.login)
        return await accounts.create(forge, ANONYMOUS, handle, is_admin=True)
    if config.owner and config.owner.lower() != known.handle.lower():
        log.warning("the owner stays %s; --owner counts at the first start only", known.handle)
    return known


async def register(
    forge: Forge, owner: Account, mic_home: Path, last_url: str | None
) -> str | None:
    """Let the same user's `mic` in; return a sentence if that was not possible.

    A node runs as well without it, so a directory that cannot be written stops nothing.
    """
    try:
        home = Home(mic_home)
        await _register_key(forge, owner, home)
        await _register_node(forge, owner, home, last_url)
    except (Fault, MicFault, KeysFault, OSError) as fault:
        log.warning("mic is not registered: %s", fault)
        return f"`mic` was not set up in {mic_home}: {fault}"
    return None


async def _register_key(forge: Forge, owner: Account, home: Home) -> None:
    key = home.key()
    proof = key.sign(key_challenge(forge.node.did, owner.handle))
    name = f"mic on {platform.node()}"[:100]
    await signin.register_key(forge, owner.party, key.did, name, proof)


async def _register_node(forge: Forge, owner: Account, home: Home, last_url: str | None) -> None:
    url = forge.node.url
    token = await _token_that_works(forge, owner, home, [url, last_url])
    if token is not None and token == home.token(url) and _is_listed(home, url):
        return
    if token is None:
        name = f"mic on {platform.node()}"[:100]
        token = Token(await signin.make_token(forge, owner, name, SCOPES), owner.handle)
    home.register(_free_name(home, forge.node.name, url, last_url), url, token)


async def _token_that_works(
    forge: Forge, owner: Account, home: Home, urls: list[str | None]
) -> Token | None:
    for url in urls:
        token = home.token(url) if url else None
        if token is not None and await _speaks_for(forge, owner, token):
            return token
    return None


async def _speaks_for(forge: Forge, owner: Account, token: Token) -> bool:
    try:
        return (await signin.token_party(forge, token.access_token)).account == owner.key
    except Fault:
        return False


def _is_listed(home: Home, url: str) -> bool:
    return any(server.url == url for server in home.config().servers.values())


def _free_name(home: Home, wanted: str, url: str, last_url: str | None) -> str:
    """Return a name in the user's list that is free, or was this node's before."""
    servers = home.config().servers

    def candidates() -> Iterator[str]:
        yield wanted
        number = 2
        while True:
            yield f"{wanted}-{number}"
            number += 1

    ours = (url, last_url)
    return next(name for name in candidates() if name not in servers or servers[name].url in ours)
