"""What one can do about an account's own data: take it along."""

from collections.abc import AsyncGenerator, AsyncIterator

from node.access import verbs as access
from node.access.model import Action, NoProject
from node.access.rules import authorize, require_person
from node.accounts import verbs as accounts
from node.accounts.model import Account
from node.audit import verbs as audit
from node.exports import contents, files
from node.exports.archive import File, zipped
from node.kernel.forge import Forge
from node.kernel.parties import ANONYMOUS, Party
from node.landings import reading
from node.projects import verbs as projects
from node.projects.model import Project
from node.projects.rules import require
from store.database import Tx


async def stream(forge: Forge, who: Party, handle: str) -> AsyncGenerator[bytes, None]:
    """Yield a zip of what belongs to an account; for the person, or an organization's admins.

    Raises `Denied` or `NoAccount` before the first piece. Who loses their role meanwhile gets no
    further project.
    """
    require_person(who)
    account = await forge.db.write(lambda tx: _begun(forge, tx, who, handle))
    async for piece in zipped(_files(forge, account, who), forge.now()):
        yield piece


async def stream_for_operator(forge: Forge, handle: str) -> AsyncGenerator[bytes, None]:
    """Yield the same for whoever keeps the node, to whom its directory is open anyway."""

    def write(tx: Tx) -> Account:
        account = accounts.find(tx, handle)
        _tell(forge, tx, ANONYMOUS, account)
        return account

    account = await forge.db.write(write)
    async for piece in zipped(_files(forge, account, None), forge.now()):
        yield piece


async def snapshot(
    forge: Forge, who: Party, project: Project, position: int, kind: str
) -> AsyncGenerator[bytes, None]:
    """Yield the files of a project at a position as `tar.gz` or `zip`, under one directory.

    Raises `NoSuchPosition` before the first piece. The times in it are those of the landing.
    """
    require(who, Action.READ, project)
    landing = await forge.db.read(lambda tx: reading.landing_at(tx, project, position))
    above, at = f"{project.handle}-{position}/", landing.made_at
    if kind == "zip":
        pieces = files.zipped_files(forge, landing.tree, at, above)
    else:
        pieces = files.gzipped(files.tarred(forge, landing.tree, at, above))
    async for piece in pieces:
        yield piece


async def _files(forge: Forge, account: Account, who: Party | None) -> AsyncIterator[File]:
    async for file in contents.of_account(forge, account):
        yield file
    for project in await projects.listed(forge, account.party, account.handle):
        if who is not None:
            await forge.db.read(lambda tx: _allowed(tx, who, account.handle))
        if await _is_still(forge, account, project):
            async for file in contents.of_project(forge, account, project):
                yield file


async def _is_still(forge: Forge, account: Account, project: Project) -> bool:
    """Return whether a project was neither deleted nor given away while others were written."""
    try:
        now = await projects.by_key(forge, account.party, project.key)
    except NoProject:
        return False
    return now.owner == account.key and now.handle == project.handle


def _begun(forge: Forge, tx: Tx, who: Party, handle: str) -> Account:
    account = _allowed(tx, who, handle)
    _tell(forge, tx, who, account)
    return account


def _allowed(tx: Tx, who: Party, handle: str) -> Account:
    account = accounts.find(tx, handle)
    authorize(access.refreshed(tx, who), Action.MANAGE, owner=account.key)
    return account


def _tell(forge: Forge, tx: Tx, who: Party, account: Account) -> None:
    audit.append(tx, who, None, "account.exported", {"handle": account.handle}, forge.now())
