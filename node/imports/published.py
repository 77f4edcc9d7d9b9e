"""What somebody has published on another forge, for who wants to choose instead of typing.

Two kinds of forge are known: GitHub by its name, and any other host as a Forgejo or a Gitea. Only
what is open to everybody is asked for, without a token. Sources of the formats:
https://docs.github.com/en/rest/repos/repos#list-repositories-for-a-user and
https://codeberg.org/api/swagger#/user/userListRepos.
"""

import asyncio
import re
from datetime import datetime
from typing import Annotated
from urllib.parse import urlsplit

import msgspec

from node.access.rules import require_account
from node.imports.model import BadPublisher, NoPublisher, Published, Publisher
from node.kernel import fetching, outbound
from node.kernel.errors import Fault
from node.kernel.fetching import NoAnswer, NotTaken, Wanted
from node.kernel.forge import Forge
from node.kernel.guesses import Allowance
from node.kernel.parties import Party

GITHUB = "github.com"
LOOKS = Allowance("look at another forge", 30, 10 * 60_000)
SECONDS = 30.0
MOST = 300
"""How many repositories are shown: those that were worked on last."""
EACH = {True: 100, False: 50}
"""How many come at once, from GitHub and from others: the most that they give."""
WANTED = Wanted({"application/json": ""}, 4 << 20)
LONGEST = 300

_NAMED = re.compile(
    r"(?:(?P<scheme>https?)://)?(?:(?P<host>[A-Za-z0-9\[][^/@\s]*)/)?@?(?P<name>[^/@\s]+)/?"
)
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9_-])?")
_BUSY = frozenset({403, 429})
_Time = Annotated[datetime, msgspec.Meta(tz=True)]


class _Repository(msgspec.Struct, frozen=True):
    """The fields that both kinds have, and those of either; times are RFC 3339."""

    name: Annotated[str, msgspec.Meta(max_length=300)]
    clone_url: Annotated[str, msgspec.Meta(max_length=2_000)]
    description: str | None = None
    language: str | None = None
    private: bool = False
    fork: bool = False
    archived: bool = False
    stargazers_count: int = 0
    stars_count: int = 0
    pushed_at: _Time | None = None
    updated_at: _Time | None = None


def publisher(text: str) -> Publisher:
    """Return whom a text names: `name` is on GitHub, `host/name` elsewhere; raises `BadPublisher`.

    Also as the URL of their page.
    """
    found = _NAMED.fullmatch(text.strip())
    if found is None or not _NAME.fullmatch(found["name"]):
        raise BadPublisher(text)
    host = (found["host"] or GITHUB).lower().removeprefix("www.")
    made = Publisher(found["scheme"] or "https", host, found["name"])
    try:
        outbound.parsed(made.url)
    except outbound.BadUrl as fault:
        raise BadPublisher(text) from fault
    if host == GITHUB and made.scheme == "http":
        return Publisher("https", host, made.name)
    return made


async def published(forge: Forge, who: Party, whom: Publisher) -> list[Published]:
    """Return what `whom` has published, what was worked on last first; at most `MOST`.

    Raises `NoPublisher`, `TooManyTries` and what `fetching.get` raises.
    """
    account = require_account(who)
    forge.guesses.take(LOOKS, str(account), forge.now())
    try:
        async with asyncio.timeout(SECONDS):
            found = await _all(forge, whom)
    except TimeoutError as fault:
        raise NoAnswer(whom.url, "it is too slow") from fault
    return sorted(found, key=lambda one: (-(one.worked_at or 0), one.name))


async def _all(forge: Forge, whom: Publisher) -> list[Published]:
    found: list[Published] = []
    each = EACH[whom.host == GITHUB]
    for page in range(1, MOST // each + 1):
        part, count = _read(whom, await _page(forge, whom, page))
        found += part
        if count < each:
            break
    return found


async def _page(forge: Forge, whom: Publisher, page: int) -> bytes:
    trusted = None if forge.reach_private else ()
    try:
        return (await fetching.get(address(whom, page), WANTED, trusted)).data
    except NotTaken as fault:
        if fault.code == "outbound.wrong-kind":
            raise NoPublisher(whom) from fault
        raise
    except NoAnswer as fault:
        if fault.status == 404:
            raise NoPublisher(whom) from fault
        if fault.status in _BUSY:
            raise NoAnswer(whom.url, "it was asked too often for now") from fault
        raise


def address(whom: Publisher, page: int) -> str:
    """Return where a page of the list is."""
    if whom.host == GITHUB:
        return (
            f"https://api.{GITHUB}/users/{whom.name}/repos"
            f"?per_page={EACH[True]}&sort=pushed&page={page}"
        )
    return (
        f"{whom.scheme}://{whom.host}/api/v1/users/{whom.name}/repos"
        f"?limit={EACH[False]}&page={page}"
    )


def _read(whom: Publisher, data: bytes) -> tuple[list[Published], int]:
    """Return what can be imported of a page of the list, and how many entries it has."""
    try:
        told = msgspec.json.decode(data, type=list[_Repository], strict=True)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        shown = f"{whom.host} sends a list of repositories that cannot be read: {fault}."
        raise NotTaken("wrong-shape", shown) from fault
    found = [_published(one) for one in told if not one.private and _is_at(whom, one.clone_url)]
    return found, len(told)


def _is_at(whom: Publisher, url: str) -> bool:
    """Whether a repository is where its list is: no host may send readers to another one."""
    try:
        outbound.parsed(url)
    except Fault:
        return False
    parts = urlsplit(url)
    return parts.netloc.lower() == whom.host and parts.scheme in {"https", whom.scheme}


def _published(one: _Repository) -> Published:
    worked = one.pushed_at or one.updated_at
    return Published(
        name=one.name,
        url=one.clone_url,
        about=(one.description or "")[:LONGEST],
        language=(one.language or "")[:64],
        stars=max(one.stargazers_count, one.stars_count),
        is_fork=one.fork,
        is_archived=one.archived,
        worked_at=int(worked.timestamp() * 1000) if worked else None,
    )
