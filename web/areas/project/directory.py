"""A directory as rows: directories first, each entry with the landing that last touched it."""

from collections.abc import Sequence
from dataclasses import dataclass

from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.landings import verbs as landings
from node.landings.model import Landing
from store.tree import Entry, Mode
from web.places import Place

Listed = Sequence[tuple[str, Entry]]
SHOWN = 2_000


@dataclass(frozen=True, slots=True)
class Row:
    """One entry: `kind` is folder, file or link."""

    name: str
    kind: str
    url: str
    landing: Landing | None


async def rows_of(
    forge: Forge, who: Party, place: Place, listed: Listed, directory: str
) -> list[Row]:
    """Return the rows of a directory, at most `SHOWN`."""
    ordered = sorted(listed, key=lambda item: (item[1].mode is not Mode.DIRECTORY, item[0]))
    shown = [(name, below(directory, name), entry) for name, entry in ordered[:SHOWN]]
    touched = await landings.last_touch(
        forge, who, place.project, place.position, [path for _, path, _ in shown]
    )
    return [_row(place, name, path, entry, touched.get(path)) for name, path, entry in shown]


def below(directory: str, name: str) -> str:
    """Return the path of `name` in a directory; the root is the empty path."""
    return f"{directory}/{name}" if directory else name


def _row(place: Place, name: str, path: str, entry: Entry, landing: Landing | None) -> Row:
    kinds = {Mode.DIRECTORY: ("folder", "tree"), Mode.LINK: ("link", "blob")}
    kind, page = kinds.get(entry.mode, ("file", "blob"))
    return Row(name, kind, place.url(page, path), landing)
