"""Invitations as values; none of them holds a secret."""

from dataclasses import dataclass

from node.kernel.errors import Conflict, Denied, Missing
from node.projects.model import Project

TO_ORGANIZATION = "organization"
TO_PROJECT = "project"
TO_NODE = "node"


@dataclass(frozen=True, slots=True)
class Invitation:
    """To be a member of an organization, to take a project over, or to have an account here.

    `invited` is the handle that may say yes, None for a link; `target` is a handle or an address
    `account/project`, empty for the node. Times are Unix milliseconds.
    """

    key: int
    kind: str
    target: str
    role: str
    inviter: str
    invited: str | None
    created_at: int
    expires_at: int


@dataclass(frozen=True, slots=True)
class Row:
    """An invitation by the keys that it names."""

    key: int
    account: int | None
    organization: int | None
    project: int | None
    role: str
    inviter: int
    created_at: int
    expires_at: int


@dataclass(frozen=True, slots=True)
class Transferred:
    """What became of a transfer: done, or waiting for the other side to say yes."""

    project: Project
    invitation: Invitation | None


class NoInvitation(Missing):
    """There is no such invitation, or it is not for the asker; it may have been answered."""

    def __init__(self) -> None:
        super().__init__(
            "invitation.missing", "There is no such invitation: it was answered or has expired."
        )


class BadInvitationLink(Denied):
    """An invitation link that was used, ran out, or never was: which one is not said."""

    def __init__(self) -> None:
        super().__init__(
            "invitation.bad-link",
            "This invitation was used or has expired. Ask for a new one.",
        )


class AlreadyMember(Conflict):
    """Who is invited is there already."""

    def __init__(self, handle: str) -> None:
        super().__init__("member.exists", f"{handle} is a member already.", handle=handle)
