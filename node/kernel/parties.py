"""Who asks: the value that every verb gets and every permission is decided on."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Standing:
    """The roles that an account has: in organizations and on projects, each by its key.

    `held` are the projects that the asking node may hold, by the word of their documents.
    """

    organizations: Mapping[int, str] = field(default_factory=dict, hash=False)
    projects: Mapping[int, str] = field(default_factory=dict, hash=False)
    held: frozenset[int] = frozenset()


NO_STANDING = Standing()


@dataclass(frozen=True, slots=True)
class Party:
    """An account at a door of the node, or nobody.

    `scopes` is None for a person with all their rights and the set of granted scopes for a token;
    `only` is the one project that a project's token is for, `device` the device session that a
    device's token belongs to. `peer` is the did of the node that asks, where it has proven its key.
    Without its `standing` an account is what a stranger is to all that
    is not its own.
    """

    account: int | None = None
    handle: str | None = None
    is_admin: bool = False
    scopes: frozenset[str] | None = None
    token: int | None = None
    standing: Standing = NO_STANDING
    only: int | None = None
    device: int | None = None
    peer: str | None = None

    @property
    def is_anonymous(self) -> bool:
        """Whether nobody in particular asks."""
        return self.account is None


ANONYMOUS = Party()
