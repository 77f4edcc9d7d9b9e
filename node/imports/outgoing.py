"""Landings as git tells them: the commit that each becomes, the stream that makes its trees.

A landing that was made here is one commit, the same on every node: its author's name and key, its
time, its goal, and three lines that say where it stands. One that came from git keeps the commit it
had; the stream makes its trees and contents only.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from keys.statements.project import open_chain
from node.kernel.forge import Forge
from node.landings import reading
from node.landings.model import Landing
from node.projects import verbs as projects
from node.projects.model import Project
from store import contents
from store.changes import Change
from store.database import Tx
from store.digest import Digest
from store.errors import BadManifest
from store.git import fastimport
from store.git.commits import NewCommit

TREES_ONLY = NewCommit("", None, "micelio", "", 0, "trees\n")


@dataclass(frozen=True, slots=True)
class Turn:
    """A landing to be told: what it changed, and what it says as a commit."""

    position: int
    changes: tuple[Change, ...]
    said: NewCommit


def turns(forge: Forge, tx: Tx, project: Project, first: int, last: int) -> list[Turn]:
    """Return the landings from `first` to `last`, oldest first."""
    found = reversed(reading.between(tx, project.key, first, last))
    # What a fork inherited says where it landed, so that it is the same commit here and there.
    chain = open_chain(projects.chain(forge, tx, project.key))
    return [
        Turn(
            one.position,
            reading.changes_of(forge, tx, one),
            said(chain.id_at(one.position), one),
        )
        for one in found
    ]


def said(project: str, landing: Landing) -> NewCommit:
    """Return what a landing says as a commit, without its tree and its parent."""
    goal = landing.goal.replace("\0", " ").strip()
    message = (
        f"{goal}\n\n"
        f"Micelio-Project: {project}\n"
        f"Micelio-Position: {landing.position}\n"
        f"Micelio-Session: {landing.session}\n"
    )
    email = landing.author_did or landing.author
    return NewCommit("", None, landing.author, email, landing.made_at, message)


async def files(forge: Forge, changes: tuple[Change, ...]) -> AsyncIterator[bytes]:
    """Yield the part of the stream that makes `changes`: what goes first, then what comes."""
    for change in changes:
        if change.new is None:
            yield fastimport.removed(change.path)
    for change in changes:
        if change.new is not None:
            yield fastimport.file(change.path, change.new.mode, change.new.size)
            async for piece in content(forge, change.new.id, change.new.size):
                yield piece
            yield b"\n"


async def content(forge: Forge, digest: Digest, size: int) -> AsyncIterator[bytes]:
    """Yield a content, a piece in memory at a time; raises `BadManifest` for another size.

    Whoever reads the stream of git takes what is too long for commands.
    """
    spans = [(digest, size)]
    if size > contents.BLOB_MAX:
        spans = await forge.db.read(
            lambda tx: contents.spans(digest, size, lambda d: forge.objects.get(tx, d))
        )
    for part, length in spans:
        raw = await forge.db.read(lambda tx, d=part: forge.objects.get(tx, d))  # type: ignore[misc]
        if len(raw) != length:
            raise BadManifest(f"a piece of {len(raw)} bytes is said to have {length}")
        yield raw
