"""Who asks: the value that every verb gets and every permission is decided on."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Party:
    """An account at a door of the node, or nobody.

    `scopes` is None for a person with all their rights and the set of granted scopes for a token.
    """

    account: int | None = None
    handle: str | None = None
    is_admin: bool = False
    scopes: frozenset[str] | None = None
    token: int | None = None

    @property
    def is_anonymous(self) -> bool:
        """Whether nobody in particular asks."""
        return self.account is None


ANONYMOUS = Party()
