"""The way from the project down to a path."""

from dataclasses import dataclass

from web.places import Place


@dataclass(frozen=True, slots=True)
class Crumb:
    """One directory on the way; the last one is where we are and has no address."""

    name: str
    url: str


def crumbs_of(place: Place, path: str) -> list[Crumb]:
    """Return the steps below the project, the last without an address."""
    parts = path.split("/")
    above = [place.url("tree", "/".join(parts[: end + 1])) for end in range(len(parts) - 1)]
    return [Crumb(name, url) for name, url in zip(parts, [*above, ""], strict=True)]
