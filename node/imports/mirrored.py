"""What a mirror needs to give to git what git has at the home: commits that landings do not hold.

Which commit a landing was is signed: an import's record names it, and a push lands as the session
that its commit names. All else follows from ids of git, so it does not matter who brings it: what
is not what it should be is not there, and then nothing of it is kept.
"""

from collections.abc import Mapping, Sequence

from node.imports import cache, rows, telling
from node.imports.model import BadResidue, CommitsElsewhere, Kept
from node.kernel.forge import Forge
from node.landings import reading
from node.projects.model import Project
from store import contents
from store.database import Tx
from store.digest import Digest
from store.errors import StoreFault


async def lacks(forge: Forge, project: Project, after: int) -> bool:
    """Return whether commits of landings are not here that git has at the home.

    Pushes are looked for behind the position `after`.
    """

    def read(tx: Tx) -> bool:
        try:
            cache.check_whole(forge, tx, project.key, after)
        except CommitsElsewhere:
            return True
        return False

    return await forge.db.read(read)


async def count(forge: Forge, project: Project) -> int:
    """Return how many contents are here that git needs besides landings."""
    return await forge.db.read(lambda tx: rows.residue_count(tx, project.key))


def told(
    forge: Forge, tx: Tx, project: Project, after: int, since: int, most: int
) -> tuple[list[Kept], dict[int, str]]:
    """Return contents behind the first `after`, and commits that were pushed behind `since`.

    Nobody is told of what is tried still: it may be a lie, and would be ours then.
    """
    if reading.held(tx, project.key) or cache.trial_of(forge, project.key).exists():
        return [], {}
    kept = rows.residue(tx, project.key, after, most)
    first = max(since, reading.last_imported(tx, project.key) or 0) + 1
    pushed = rows.kept_commits(tx, project.key, first, reading.height(tx, project.key))
    return kept, dict(sorted(pushed.items())[:most])


def objects(forge: Forge, tx: Tx, project: Project) -> set[Digest]:
    """Return the objects that hold what git needs besides landings."""

    def source(digest: Digest) -> bytes:
        return forge.objects.get(tx, digest)

    found: set[Digest] = set()
    if cache.trial_of(forge, project.key).exists():
        return found
    for one in rows.residue(tx, project.key):
        found.add(one.content)
        if one.size > contents.BLOB_MAX:
            found.update(contents.parts(one.content, one.size, source))
    return found


async def take(
    forge: Forge, project: Project, after: int, kept: Sequence[Kept], pushed: Mapping[int, str]
) -> None:
    """Let git have the commits that landings were, of which all contents are here.

    `after` contents were here before. Raises `BadResidue` where that does not make them.
    """

    def write(tx: Tx) -> None:
        if rows.residue_count(tx, project.key) != after:
            raise BadResidue("others came meanwhile")
        commits = reading.imported(tx, project.key) | _signed(tx, project, pushed)
        trial.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        trial.touch()
        rows.add_residue(tx, project.key, kept)
        rows.add_commits(tx, project.key, commits.items(), kept=True)

    trial = cache.trial_of(forge, project.key)
    await forge.db.write(write)
    try:
        async with cache.opened(forge, project):
            return
    except CommitsElsewhere as fault:
        raise BadResidue(fault.message) from fault
    except StoreFault as fault:
        raise BadResidue(str(fault)) from fault


def _signed(tx: Tx, project: Project, pushed: Mapping[int, str]) -> dict[int, str]:
    """Return the commits of positions, of which the signed sessions say that they are theirs.

    What landed since is not here yet: it counts when it is.
    """
    height = reading.height(tx, project.key)
    here = {position: commit for position, commit in pushed.items() if 0 < position <= height}
    for position, commit in here.items():
        if reading.landing_at(tx, project, position).session != telling.session_of(commit):
            raise BadResidue(f"@{position} is another commit")
    return here
