"""What the operator does for people: a link to sign in, a link to come in, limits of their own.

All of it works beside a running node: rows are written, packs are not touched.
"""

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from node.accounts import verbs as accounts
from node.accounts.model import Account, NotAPerson
from node.daemon import building, lock, presence, sizes
from node.daemon.config import Config
from node.daemon.saying import NoNode, how_to_start, must_exist, say
from node.daemon.serve import signin_url
from node.invitations import verbs as invitations
from node.kernel.errors import Invalid
from node.kernel.forge import Forge
from node.projects import rules
from node.signin import verbs as signin
from node.signin.rules import code_of

T = TypeVar("T")
DEFAULT = "default"


def login(config: Config, asked: argparse.Namespace) -> int:
    """Print a fresh sign-in link, for the owner unless somebody else is named."""

    async def work(forge: Forge, owner: Account) -> tuple[str, str]:
        account = await accounts.get(forge, asked.account) if asked.account else owner
        if not account.is_person:
            raise NotAPerson(account.handle)
        return account.handle, await signin.make_link(forge, account)

    url, (handle, secret) = beside(config, work)
    link, code = signin_url(url, secret), code_of(secret)
    text = (
        f"Sign in as {handle}, once, within 15 minutes: {link}\n"
        f"Or type the code {code} at {url}/sign-in" + _sleeping(config)
    )
    facts = {"url": url, "owner": handle, "signin_url": link, "signin_code": code}
    say(facts, text, as_json=asked.json)
    return 0


def invite(config: Config, asked: argparse.Namespace) -> int:
    """Print a link that makes an account for whoever opens it first."""

    async def work(forge: Forge, owner: Account) -> tuple[str, str]:
        made, secret = await invitations.invite_by_link(
            forge, owner.party, asked.organization, asked.role
        )
        return made.target, secret

    url, (organization, secret) = beside(config, work)
    link = f"{url}/invite/{secret}"
    text = f"Whoever opens this link first, within 7 days, has an account here: {link}"
    if organization:
        text += f"\nThey become {asked.role} of {organization}."
    facts = {"url": url, "invitation_url": link, "organization": organization or None}
    say(facts, text + _sleeping(config), as_json=asked.json)
    return 0


def limit(config: Config, asked: argparse.Namespace) -> int:
    """Say what an account may have, after changing it if that is asked."""

    async def work(forge: Forge, owner: Account) -> tuple[Account, int | None, int | None]:
        account = await accounts.get(forge, asked.account)
        if asked.projects is not None or asked.storage is not None:
            most = _chosen(asked.projects, account.most_projects, _count)
            room = _chosen(asked.storage, account.most_bytes, sizes.read)
            account = await accounts.set_limits(forge, owner.party, account.handle, most, room)
        limits = forge.limits
        return account, rules.most_projects(account, limits), rules.most_bytes(account, limits)

    _, (account, most, room) = beside(config, work)
    facts = {"account": account.handle, "projects": most, "storage": room}
    projects = "any number of" if most is None else f"{most:,}"
    storage = "any number of bytes" if room is None else sizes.shown(room)
    say(
        facts, f"{account.handle} may have {projects} projects, with {storage}.", as_json=asked.json
    )
    return 0


def beside(config: Config, work: Callable[[Forge, Account], Awaitable[T]]) -> tuple[str, T]:
    """Do `work` in the name of the node's owner; return the node's address, too."""
    must_exist(config)
    last = presence.read(config.data)
    url = last.url if last else config.url or f"http://{config.host}:{config.port}"

    async def run() -> T:
        async with building.opened(config, url, alone=False) as forge:
            owner = await accounts.owner(forge)
            if owner is None:
                raise NoNode(config.data)
            return await work(forge, owner)

    return url, asyncio.run(run())


def _chosen(asked: str | None, now: int | None, read: Callable[[str], int]) -> int | None:
    """Return a limit as asked for: a number, None for `default`, what it is if nothing is asked."""
    if asked is None:
        return now
    return None if asked == DEFAULT else read(asked)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Invalid("config.bad-number", f"{text!r} is not a number of projects.")
    return int(text)


def _sleeping(config: Config) -> str:
    if lock.is_held(config.data):
        return ""
    return f"\nThe node does not run at the moment; start it with {how_to_start(config)}."
