"""Keeps what git needs besides landings: its small objects in parts, other files as contents."""

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path

from node.imports import blobs
from node.imports.model import Kept
from node.kernel.forge import Forge
from store.git import residue
from store.git.objects import kinds
from store.records import Kind, Record, make

LEVEL = 17
"""Of the compression: parts are read when a repository is made anew, and hardly ever else."""


async def keep(
    forge: Forge, project: int, repository: Path, wanted: Sequence[str], known: blobs.Known
) -> list[Kept]:
    """Keep the objects of `wanted`, and return what is to be named; `known` are contents kept."""
    found = await asyncio.to_thread(kinds, repository, wanted)
    files = [name for name in wanted if found.get(name, ("",))[0] == "blob"]
    await blobs.bring(forge, project, repository, [[name] for name in files], known)
    kept = [Kept("blob", *known[name]) for name in files]
    small = residue.parts(repository, (name for name in wanted if name not in known))
    while batch := await asyncio.to_thread(_made, forge, small):
        await forge.objects.ingest(batch)
        kept += [Kept("part", one.digest, one.raw_length) for one in batch]
    return kept


def _made(forge: Forge, small: Iterator[bytes]) -> list[Record]:
    some = [part for _, part in zip(range(2), small, strict=False)]
    return list(forge.objects.pool.map(lambda part: make(Kind.BLOB, part, LEVEL), some))
