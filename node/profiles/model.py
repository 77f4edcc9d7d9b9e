"""Profiles as values."""

from collections.abc import Mapping
from dataclasses import dataclass

from node.kernel.errors import Invalid, Missing

NAMES = {
    "website": "Website",
    "x": "X",
    "github": "GitHub",
    "gitlab": "GitLab",
    "mastodon": "Mastodon",
    "linkedin": "LinkedIn",
}
"""Where else somebody is, and what that is called."""

LINKS = tuple(NAMES)


@dataclass(frozen=True, slots=True)
class Profile:
    """What somebody says of themselves; what is empty is not said.

    `picture` is the id of their picture in hexadecimal, None for the crest of their handle.
    """

    bio: str = ""
    website: str = ""
    x: str = ""
    github: str = ""
    gitlab: str = ""
    mastodon: str = ""
    linkedin: str = ""
    picture: str | None = None

    @property
    def links(self) -> list[tuple[str, str]]:
        """Where else they are: the kind of each address, and the address."""
        return [(kind, address) for kind in LINKS if (address := getattr(self, kind))]

    @property
    def names(self) -> Mapping[str, str]:
        """What each kind is called."""
        return NAMES


class BadProfile(Invalid):
    """A field that cannot be."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"profile.bad-{field}", message, field=field)


class BadPicture(Invalid):
    """Bytes that are no picture, or more than a picture may be."""

    def __init__(self, reason: str) -> None:
        super().__init__("profile.bad-picture", f"The picture was not taken: {reason}.")


class NoPicture(Missing):
    """Nobody has this picture."""

    def __init__(self) -> None:
        super().__init__("profile.no-picture", "There is no such picture.")
