"""What a project may be called, and the documents that say so under a signature."""

import dataclasses
import re

from keys.statements.project import ProjectDocument, Visibility
from node.access.rules import PRIVATE, PUBLIC
from node.projects.model import BadProject, NewProject, NothingToUpdate, Project, ProjectChanges

HANDLE_LONGEST = 100
NAME_LONGEST = 255
DESCRIPTION_LONGEST = 2000
GRACE_MS = 7 * 24 * 3_600_000

_HANDLE = re.compile(r"[a-z0-9](?:[a-z0-9]|-(?=[a-z0-9]))*", re.IGNORECASE | re.ASCII)
_BREAKS = frozenset("\n\t")


def check_new(new: NewProject) -> NewProject:
    """Return `new` with tidy fields; raise `BadProject`."""
    handle = check_handle(new.handle)
    return NewProject(
        handle=handle,
        name=check_name(new.name) if new.name.strip() else handle,
        description=check_description(new.description),
        visibility=check_visibility(new.visibility),
    )


def check_changes(changes: ProjectChanges) -> ProjectChanges:
    """Return `changes` with tidy fields; raise `BadProject`, or `NothingToUpdate`."""
    if changes.is_empty:
        raise NothingToUpdate
    checks = {
        "handle": check_handle,
        "name": check_name,
        "description": check_description,
        "visibility": check_visibility,
    }
    asked = {field: getattr(changes, field) for field in checks}
    tidy = {field: checks[field](value) for field, value in asked.items() if value is not None}
    return dataclasses.replace(changes, **tidy)


def check_handle(handle: str) -> str:
    """Return `handle`; raise `BadProject` for one that cannot be an address."""
    if len(handle) > HANDLE_LONGEST or not _HANDLE.fullmatch(handle):
        raise BadProject(
            "handle",
            f"A project's handle has 1 to {HANDLE_LONGEST} letters, digits and single hyphens"
            " between them.",
        )
    return handle


def check_name(name: str) -> str:
    """Return the name without space around it; raise `BadProject`."""
    trimmed = name.strip()
    if not 0 < len(trimmed) <= NAME_LONGEST or not trimmed.isprintable():
        raise BadProject("name", f"A name has 1 to {NAME_LONGEST} printable characters.")
    return trimmed


def check_description(text: str) -> str:
    """Return the description without space around it; raise `BadProject`."""
    trimmed = text.strip()
    fit = all(c.isprintable() or c in _BREAKS for c in trimmed)
    if len(trimmed) > DESCRIPTION_LONGEST or not fit:
        raise BadProject(
            "description", f"A description has at most {DESCRIPTION_LONGEST} printable characters."
        )
    return trimmed


def check_visibility(visibility: str) -> str:
    """Return `visibility`; raise `BadProject` for a third kind."""
    if visibility not in (PUBLIC, PRIVATE):
        raise BadProject("visibility", "A project is public or private.")
    return visibility


def genesis(new: NewProject, owner: str, home: str, nonce: str, at: int) -> ProjectDocument:
    """Return the first document of a project: `owner` and `home` are dids."""
    return ProjectDocument(
        name=new.name,
        owner=owner,
        home=home,
        visibility=_kind(new.visibility),
        policy={"land": [owner]},
        nonce=nonce,
        created_at=at,
        previous=None,
    )


def successor(
    before: ProjectDocument, previous: bytes, changed: Project, nonce: str, at: int
) -> ProjectDocument:
    """Return the document that follows `before`, whose envelope's id is `previous`."""
    return dataclasses.replace(
        before,
        name=changed.name,
        visibility=_kind(changed.visibility),
        nonce=nonce,
        created_at=at,
        previous=previous,
    )


def is_said_differently(before: Project, after: Project) -> bool:
    """Return whether the signed document no longer says what the project is."""
    return (before.name, before.visibility) != (after.name, after.visibility)


def applied(project: Project, changes: ProjectChanges, at: int) -> Project:
    """Return `project` as it is after `changes`."""
    asked = {
        field: value
        for field in ("handle", "name", "description", "visibility")
        if (value := getattr(changes, field)) is not None
    }
    return dataclasses.replace(project, **asked, updated_at=at)


def _kind(visibility: str) -> Visibility:
    return "public" if visibility == PUBLIC else "private"
