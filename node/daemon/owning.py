"""What an owner does with the key of their projects: save it, and give a project another home.

Works beside a running node, which sees what was written at once.
"""

import argparse
from pathlib import Path

from keys.errors import KeysFault
from keys.ring import keep, load
from node.access.rules import PRIVATE
from node.accounts import verbs as accounts
from node.accounts.model import Account
from node.daemon.config import Config
from node.daemon.people import beside
from node.daemon.saying import say
from node.kernel.errors import Conflict, Invalid, Missing
from node.kernel.forge import Forge
from node.landings import adopting, reading
from node.projects import mirroring
from node.projects.model import Project
from node.replication import peering, rules
from node.replication import verbs as replication
from node.replication.model import Seed

ANSWERED_MS = 10 * 60_000
"""How long after its last answer a home is taken to be there."""


class FileTaken(Conflict):
    """A key is written to no file that is there: it might be the only copy of another one."""

    def __init__(self, path: Path) -> None:
        super().__init__("key.file-exists", f"There is a file {path} already.", path=str(path))


class HomeAnswers(Conflict):
    """A project is given another home when its home is gone, or is to order it no more."""

    def __init__(self, home: str) -> None:
        super().__init__(
            "project.home-answers",
            f"Its home {home} answered within the last {ANSWERED_MS // 60_000} minutes. What lands"
            " there until it hears of this counts nowhere else. To let this node order the project"
            " all the same, say --force.",
            home=home,
        )


class NotWhole(Conflict):
    """A mirror that keeps the newest contents only cannot stand in for its home."""

    def __init__(self, position: int) -> None:
        super().__init__(
            "project.not-whole",
            f"Contents of positions before {position} are not here: seed it without --depth first.",
            position=position,
        )


def key(config: Config, asked: argparse.Namespace) -> int:
    """Write the key of a person of this node to a file of its own."""
    path = Path(asked.file)

    async def work(forge: Forge, owner: Account) -> Account:
        account = await accounts.get(forge, asked.account) if asked.account else owner
        secret = forge.keys.person(account.did)
        if path.exists() or path.is_symlink():
            raise FileTaken(path)
        keep(path, secret)
        if load(path).did != secret.did:
            raise FileTaken(path)
        return account

    _, account = beside(config, work)
    text = (
        f"{path} is the key of {account.handle}. Whoever has it can give the projects of"
        f" {account.handle} another home: keep it where nobody else reads it."
    )
    facts = {"file": str(path), "account": account.handle, "did": account.did}
    say(facts, text, as_json=asked.json)
    return 0


def project(config: Config, asked: argparse.Namespace) -> int:
    """Let this node be the home of a project that it mirrors."""
    try:
        secret = load(Path(asked.key))
    except FileNotFoundError as gone:
        message = f"There is no file {asked.key}."
        raise Missing("key.no-file", message, path=asked.key) from gone
    except KeysFault as fault:
        raise Invalid("key.bad-file", str(fault), path=asked.key) from fault

    async def work(forge: Forge, owner: Account) -> tuple[Project, int, str | None]:
        account = await accounts.get(forge, asked.account) if asked.account else owner
        mirror = await _mirror(forge, asked.address)
        seed = await replication.of_project(forge, mirror.id)
        if seed is not None and seed.contents_from > 1:
            raise NotWhole(seed.contents_from)
        if not asked.force:
            await _check_gone(forge, mirror, seed)
        made = await adopting.adopt(forge, mirror.id, secret, account)
        if seed is not None:
            await replication.let_be(forge, seed)
        position = await forge.db.read(lambda tx: reading.height(tx, made.key))
        return made, position, mirror.home

    url, (made, position, was) = beside(config, work)
    text = (
        f"{made.address} is ordered by this node from now on, behind @{position}."
        " Other nodes follow as soon as they hear of it."
    )
    if made.visibility == PRIVATE:
        text += (
            "\nIt is private, and its old home may hold it no more, so that one is told nothing."
            f" If it still runs: mic project peers add {made.address} {was}"
        )
    facts = {
        "id": made.id,
        "address": made.address,
        "page": f"{url}/{made.address}",
        "position": position,
        "was": was,
    }
    say(facts, text, as_json=asked.json)
    return 0


async def _check_gone(forge: Forge, mirror: Project, seed: Seed | None) -> None:
    """Raise `HomeAnswers` if the home of a mirror, or where it came from, was there just now."""
    named = rules.place(seed.address).node if seed is not None else None
    for peer in await peering.peers(forge):
        is_home = peer.did == mirror.home or (named and named in {peer.url, *peer.addresses})
        if is_home and forge.now() - (peer.seen_at or 0) < ANSWERED_MS:
            raise HomeAnswers(peer.name or mirror.home or "")


async def _mirror(forge: Forge, text: str) -> Project:
    """Return the mirror that an operator names by its id or by its address here."""
    if "/" not in text:
        return await forge.db.read(lambda tx: mirroring.held_id(tx, text))
    account, _, handle = text.removeprefix(forge.node.url).strip("/").rpartition("/")

    return await forge.db.read(lambda tx: mirroring.held_name(tx, account, handle))
