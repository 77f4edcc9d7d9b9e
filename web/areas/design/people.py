"""Made-up people: who acts for an organization, who is asked, what was deleted."""

from node.access.model import Member
from node.invitations.model import Invitation
from node.organizations.model import Organization
from node.projects.model import Deleted, Project
from web.areas.settings.audit import Deed

DAY = 24 * 3_600_000


def organization(now: int) -> Organization:
    """Return an organization of the viewer's."""
    return Organization(0, "river-watch", "River Watch", now - 400 * DAY, now, "admin")


def members(now: int) -> list[Member]:
    """Return an admin and a member."""
    return [
        Member(0, "hazel", "Hazel Birk", "admin", now - 400 * DAY),
        Member(0, "wren", "wren", "member", now - 2 * DAY),
    ]


def invitations(now: int) -> list[Invitation]:
    """Return one of each kind: into an organization, to take over a project, by link."""
    made, until = now - DAY, now + 13 * DAY
    return [
        Invitation(0, "organization", "river-watch", "member", "hazel", "moth", made, until),
        Invitation(0, "project", "hazel/spore", "owner", "hazel", "wren", made, until),
        Invitation(0, "node", "", "user", "hazel", None, made, until),
    ]


def deleted(project: Project, now: int) -> Deleted:
    """Return a project that can be brought back."""
    return Deleted(project, now - DAY, now + 6 * DAY)


def deed(now: int) -> Deed:
    """Return a line of an audit log."""
    return Deed("hazel", "gave a role", "handle wren · role writer", now - DAY)
