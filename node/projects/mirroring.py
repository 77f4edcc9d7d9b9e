"""Mirrors: projects that another node orders, brought on from their signed documents alone.

Who hands the documents over is never believed. The first document has the project's id, each later
one is signed under the rules of the one before, and what is known here is only ever continued. The
document says who may read the project, so a mirror lets in whom its home lets in.
"""

import asyncio
import dataclasses
from collections.abc import Callable, Sequence

from keys.errors import KeysFault
from keys.statements.notice import Notice, open_notice
from keys.statements.project import Project as Chain
from keys.statements.project import open_chain
from node.access import verbs as access
from node.access.rules import PRIVATE, PUBLIC
from node.accounts import verbs as accounts
from node.accounts.model import Account
from node.accounts.rules import handle_from, numbered
from node.kernel import events, jobs
from node.kernel.forge import Forge
from node.projects import rows, rules
from node.projects.model import (
    BadDocuments,
    BadNotice,
    BadProject,
    DocumentsDiffer,
    GraftedDocuments,
    NotHeld,
    OrderedHere,
    Project,
    Withdrawn,
)
from store.database import Tx
from store.digest import digest_of
from store.records import Kind

MIRRORED = "project.mirrored"
GONE = "project.mirror-dropped"
ANYBODY = ""
_UNNAMED = "somebody"

Names = tuple[str, str]
Also = Callable[[Tx, Project, Chain], None]


async def take(
    forge: Forge,
    given: Sequence[bytes],
    name: str | None = None,
    also: Also | None = None,
    *,
    called: Names = ("", ""),
) -> Project:
    """Make or bring on the mirror of the project that the documents `given`, oldest first, make up.

    Its id must be `name`, if that is given. Documents that are older than those known here change
    nothing. `also` is called in the transaction that brings it on. `called` is what whoever gave
    them calls owner and project; it counts where the documents, of an older node, do not say.
    Raises `BadDocuments`, `GraftedDocuments`, `DocumentsDiffer`, `OrderedHere`, or `Withdrawn`
    where this node may not hold it; then it stops to serve it.
    """
    try:
        chain = await asyncio.to_thread(open_chain, given)
    except KeysFault as fault:
        raise BadDocuments(str(fault)) from fault
    if name is not None and chain.id != name:
        raise GraftedDocuments(chain.id)

    def work(tx: Tx) -> Project | None:
        return _take(forge, tx, given, _named(chain, called), also)

    taken = await forge.db.write(work)
    if taken is None:
        raise Withdrawn(chain.id)
    return taken


async def withdraw(forge: Forge, notice: bytes) -> None:
    """Stop serving a mirror on the word of its home; its bytes go seven days later.

    Raises `BadNotice` or `NotHeld`.
    """
    try:
        said, signer = open_notice(notice)
    except KeysFault as fault:
        raise BadNotice(str(fault)) from fault

    def work(tx: Tx) -> None:
        found = rows.by_id_or_deleted(tx, said.project)
        if found is None or found[0].home is None:
            raise NotHeld(said.project)
        project, gone_at = found
        if signer != project.home:
            raise BadNotice("its signer is not the project's home.")
        if said.version < len(rows.documents(tx, project.key)):
            raise BadNotice("the project's documents are newer.")
        is_public = project.visibility == PUBLIC
        for peer in [ANYBODY] if is_public else access.peers_of(tx, project.key):
            rows.put_notice(tx, said, peer, notice)
        if gone_at is None:
            let_go(forge, tx, project, forge.now())

    await forge.db.write(work)


async def drop(forge: Forge, name: str) -> None:
    """Hold a mirror no longer; its bytes are free to go at once. Raises `NotHeld`."""

    def work(tx: Tx) -> None:
        let_go(forge, tx, held_id(tx, name), forge.now() - rules.GRACE_MS)

    await forge.db.write(work)


async def notice_of(forge: Forge, name: str, peer: str | None) -> bytes | None:
    """Return the newest notice about a project that `peer`, or whoever asks, may be told."""
    asked = [ANYBODY] if peer is None else [ANYBODY, peer]
    found = await forge.db.read(lambda tx: rows.notice(tx, name, asked))
    return found[1] if found else None


def held(tx: Tx, project: Project) -> Project:
    """Return a mirror as it is in this transaction; raises `NotHeld` if it is none any more."""
    now = rows.by_key(tx, project.key)
    if now is None or not now.is_mirror:
        raise NotHeld(project.id)
    return now


def held_id(tx: Tx, name: str) -> Project:
    """Return the mirror whose id is `name`; raises `NotHeld`."""
    now = rows.by_id(tx, name)
    if now is None or not now.is_mirror:
        raise NotHeld(name)
    return now


def held_name(tx: Tx, account: str, handle: str) -> Project:
    """Return the mirror `account/handle`, as it is called here; raises `NotHeld`."""
    now = rows.by_name(tx, account, handle)
    if now is None or not now.is_mirror:
        raise NotHeld(f"{account}/{handle}")
    return now


def become_home(tx: Tx, project: Project) -> None:
    """Let this node order what was a mirror, as its newest document says."""
    rows.change(tx, project)
    rows.set_home(tx, project.key, project.owner, None)
    rows.add_document(tx, project.key, project.document)
    rows.remove_moved(tx, project.key)


def documents(forge: Forge, tx: Tx, project: Project) -> list[bytes]:
    """Return the signed documents of a project, oldest first, for what the node itself does."""
    return [forge.objects.get(tx, name) for name in rows.documents(tx, project.key)]


async def ended(forge: Forge, account: str, handle: str) -> Notice | None:
    """Return what its home said of a mirror `account/handle` that is served no more, to anybody."""

    def read(tx: Tx) -> bytes | None:
        name = rows.mirror_that_was(tx, account, handle)
        found = rows.notice(tx, name, [ANYBODY]) if name else None
        return found[1] if found else None

    notice = await forge.db.read(read)
    return open_notice(notice)[0] if notice else None


def let_go(forge: Forge, tx: Tx, project: Project, at: int) -> None:
    """Take a mirror away, as if it had gone at `at`: its bytes follow once the grace is over."""
    rows.delete(tx, project.key, at)
    owed = {"project": project.key, "deleted_at": at}
    jobs.enqueue(tx, rules.FORGET, owed, at + rules.GRACE_MS)
    events.append(tx, GONE, project.key, {"id": project.id}, forge.now())


def _take(
    forge: Forge, tx: Tx, given: Sequence[bytes], chain: Chain, also: Also | None
) -> Project | None:
    """Return the mirror, None where it may not be held here any more."""
    found = rows.by_id_or_deleted(tx, chain.id)
    known = rows.documents(tx, found[0].key) if found else []
    named = [digest_of(one) for one in given]
    for version, (ours, theirs) in enumerate(zip(known, named, strict=False), 1):
        if ours != theirs:
            raise DocumentsDiffer(version)
    if found is not None and len(named) <= len(known):
        return _unchanged(forge, tx, *found)
    if chain.current.home == forge.node.did:
        raise OrderedHere(chain.id)
    if (told := rows.notice(tx, chain.id, _told(forge))) and told[0] >= len(named):
        return None
    if not may_hold(forge, chain):
        if found is not None and found[1] is None:
            let_go(forge, tx, found[0], forge.now())
        return None
    project = brought_on(forge, tx, found[0] if found else None, chain, given[len(known) :])
    if also is not None:
        also(tx, project, chain)
    return project


def _unchanged(forge: Forge, tx: Tx, project: Project, gone_at: int | None) -> Project | None:
    if not project.is_mirror:
        raise OrderedHere(project.id)
    if gone_at is None:
        return project
    if rows.notice(tx, project.id, _told(forge)) is not None:
        return None
    # Dropped by this node itself, which takes it up again before the bytes are gone.
    handle = free_handle(tx, project.owner, project.handle, project.key)
    again = dataclasses.replace(project, handle=handle, updated_at=forge.now())
    rows.change(tx, again)
    rows.restore(tx, project.key)
    events.append(tx, MIRRORED, project.key, {"id": project.id}, forge.now())
    return again


def _told(forge: Forge) -> list[str]:
    """Return for whom a notice may be that this node heeds."""
    return [ANYBODY, forge.node.did]


def _named(chain: Chain, called: Names) -> Chain:
    account, handle = called[0].partition("@")[0], called[1]
    said = chain.current
    named = dataclasses.replace(
        said, account=said.account or account or None, handle=said.handle or handle or None
    )
    return dataclasses.replace(chain, current=named)


def may_hold(forge: Forge, chain: Chain) -> bool:
    """Return whether a project is for this node, by its newest document."""
    said = chain.current
    return said.visibility != PRIVATE or forge.node.did in rules.peers_of(said)


def brought_on(
    forge: Forge, tx: Tx, before: Project | None, chain: Chain, fresh: Sequence[bytes]
) -> Project:
    """Write what the newest document says, and the documents that are new."""
    at, said = forge.now(), chain.current
    owner = accounts.remote(tx, said.owner, said.account or _UNNAMED, at)
    made = _mirror(tx, before, chain, owner, at)
    made = dataclasses.replace(made, document=digest_of(fresh[-1]))
    if before is None:
        made = dataclasses.replace(made, key=rows.add(tx, made))
    else:
        rows.change(tx, made)
        rows.set_home(tx, made.key, owner.key, made.home)
        rows.restore(tx, made.key)
    previous = before.document if before else None
    for envelope in fresh:
        previous = forge.objects.put(tx, Kind.DOCUMENT, envelope, previous)
        rows.add_document(tx, made.key, previous)
    access.set_peers(tx, made.key, rules.peers_of(said))
    rows.drop_notices(tx, made.id)
    events.append(tx, MIRRORED, made.key, {"id": made.id, "project": made.address}, at)
    return made


def _mirror(tx: Tx, before: Project | None, chain: Chain, owner: Account, at: int) -> Project:
    said = chain.current
    key = before.key if before else 0
    handle = free_handle(tx, owner.key, _handle(said.handle, said.name), key)
    return Project(
        key=key,
        id=chain.id,
        account=owner.handle,
        owner=owner.key,
        handle=handle,
        name=_name(said.name, handle),
        description=before.description if before else "",
        visibility=said.visibility,
        document=before.document if before else digest_of(b""),
        created_at=before.created_at if before else at,
        updated_at=at,
        url=before.url if before else "",
        llm_model=before.llm_model if before else "",
        home=said.home,
    )


def _handle(said: str | None, name: str) -> str:
    try:
        return rules.check_handle(said or name)
    except BadProject:
        return handle_from(name)


def _name(said: str, handle: str) -> str:
    try:
        return rules.check_name(said)
    except BadProject:
        return handle


def free_handle(tx: Tx, owner: int, handle: str, own: int) -> str:
    """Return `handle`, with a number behind it if another project of the owner has it."""
    taken = {one.handle.lower() for one in rows.of_owner(tx, owner) if one.key != own}
    candidate, number = handle, 1
    while candidate.lower() in taken:
        number += 1
        candidate = numbered(handle, number)
    return candidate
