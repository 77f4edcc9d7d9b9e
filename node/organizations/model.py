"""Organizations as values."""

from dataclasses import dataclass

from node.kernel.errors import Conflict, Exhausted, Missing


@dataclass(frozen=True, slots=True)
class Organization:
    """An account that nobody signs in to; `role` is what the asker is in it, Unix ms the times."""

    key: int
    handle: str
    name: str
    created_at: int
    updated_at: int
    role: str


@dataclass(frozen=True, slots=True)
class Belonging:
    """An organization that somebody acts for, with how many others do; everybody may know.

    `picture` is the id of its picture, None for the crest of its handle.
    """

    handle: str
    name: str
    role: str
    members: int
    picture: str | None


class NoOrganization(Missing):
    """The handle is nobody's, or a person's."""

    def __init__(self, handle: str) -> None:
        super().__init__(
            "organization.missing", f"There is no organization {handle!r}.", handle=handle
        )


class LastAdmin(Conflict):
    """Without this admin, nobody could act for the organization any more."""

    def __init__(self, handle: str) -> None:
        super().__init__(
            "organization.last-admin",
            f"{handle} is the last admin. Make somebody else an admin first.",
            handle=handle,
        )


class NotEmpty(Conflict):
    """The organization has projects, or had some until a few days ago."""

    def __init__(self, handle: str) -> None:
        super().__init__(
            "organization.not-empty",
            f"{handle} has projects, or deleted ones that can still be brought back. Transfer or"
            " delete them first; 7 days after the last one, the organization can go.",
            handle=handle,
        )


class OrganizationLimit(Exhausted):
    """A person is admin of as many organizations as they may be."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            "organization.limit",
            f"You are an admin of {limit} organizations, and may not make more.",
            limit=limit,
        )
