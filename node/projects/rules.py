"""What a project may be called, and the documents that say so under a signature."""

import dataclasses
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from keys.statements.project import After, Origin, ProjectDocument, Visibility
from node.access.model import Action
from node.access.rules import PRIVATE, PUBLIC, authorize
from node.accounts.model import Account
from node.accounts.rules import DEVICES
from node.kernel.errors import Denied, Missing
from node.kernel.limits import Limits
from node.kernel.parties import Party
from node.llms import rules as llms
from node.projects.model import BadProject, NewProject, NothingToUpdate, Project, ProjectChanges

HANDLE_LONGEST = 100
NAME_LONGEST = 255
DESCRIPTION_LONGEST = 2000
URL_LONGEST = 2048
FIELDS = ("handle", "name", "description", "visibility", "url", "llm_model")
FORGET = "projects.forget"
PEERS = "peers"
"""The word of a policy under which stand the nodes that may hold the project."""
GRACE_MS = 7 * 24 * 3_600_000

_HANDLE = re.compile(r"[a-z0-9](?:[a-z0-9]|-(?=[a-z0-9]))*", re.IGNORECASE | re.ASCII)
_DID = re.compile(r"did:key:z6Mk[1-9A-HJ-NP-Za-km-z]{40,48}")
_BREAKS = frozenset("\n\t")
_NOT_IN_URLS = re.compile(r"[\s\\\"'<>`{}|^]")


def require(who: Party, action: Action, project: Project) -> None:
    """Return if `who` may do `action` on `project`; raise `Denied`, or `NoProject`."""
    authorize(
        who,
        action,
        owner=project.owner,
        project=project.key,
        visibility=project.visibility,
        is_archived=project.is_archived,
        home=project.home,
        name=project.id,
    )


def allows(who: Party, action: Action, project: Project) -> bool:
    """Return whether `who` may do `action` on `project`."""
    try:
        require(who, action, project)
    except (Denied, Missing):
        return False
    return True


def most_projects(owner: Account, limits: Limits) -> int | None:
    """Return how many projects an account may have; None is any number."""
    if owner.most_projects is not None:
        return owner.most_projects
    return None if _is_unlimited(owner) else limits.projects_per_account


def most_bytes(owner: Account, limits: Limits) -> int | None:
    """Return how many bytes the projects of an account may hold; None is any number."""
    if owner.most_bytes is not None:
        return owner.most_bytes
    return None if _is_unlimited(owner) else limits.bytes_per_account


def _is_unlimited(owner: Account) -> bool:
    """Whether only its own limits hold for an account; what a mirror may take, its seed says."""
    return owner.is_admin or owner.is_remote


def check_new(new: NewProject) -> NewProject:
    """Return `new` with tidy fields; raise `BadProject`."""
    handle = check_handle(new.handle)
    return NewProject(
        handle=handle,
        name=check_name(new.name) if new.name.strip() else handle,
        description=check_description(new.description),
        visibility=check_visibility(new.visibility),
        url=check_url(new.url),
        llm_model=check_model(new.llm_model),
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
        "url": check_url,
        "llm_model": check_model,
    }
    asked = {field: getattr(changes, field) for field in FIELDS}
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
    if handle.lower() in DEVICES:
        raise BadProject("handle", f"Windows can make no directory called {handle}.")
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


def check_url(url: str) -> str:
    """Return the address of a project's site, or nothing; raise `BadProject`.

    It becomes a link on public pages: http and https only, a host, no name or password before it,
    and nothing that a browser reads in another way than it looks.
    """
    trimmed = url.strip()
    if trimmed and not _is_linkable(trimmed):
        raise BadProject(
            "url",
            f"A url is an http or https address of at most {URL_LONGEST} printable characters.",
        )
    return trimmed


def check_model(name: str) -> str:
    """Return a model's name without space around it, or nothing; raise `BadProject`."""
    trimmed = name.strip()
    if not llms.is_name(trimmed):
        raise BadProject(
            "llm_model", f"A model's name has at most {llms.LONGEST} printable characters."
        )
    return trimmed


def _is_linkable(url: str) -> bool:
    if len(url) > URL_LONGEST or not url.isprintable() or _NOT_IN_URLS.search(url):
        return False
    try:
        parts = urlsplit(url)
        port_is_one = parts.port is None or parts.port > 0
    except ValueError:
        return False
    return (
        parts.scheme in {"http", "https"}
        and bool(parts.hostname)
        and "@" not in parts.netloc
        and port_is_one
    )


def genesis(
    new: NewProject,
    account: str,
    owner: str,
    home: str,
    nonce: str,
    at: int,
    origin: Origin | None = None,
) -> ProjectDocument:
    """Return the first document of a project: `owner` and `home` are dids.

    With an `origin` it is a fork.
    """
    return ProjectDocument(
        name=new.name,
        account=account,
        handle=new.handle,
        owner=owner,
        home=home,
        visibility=_kind(new.visibility),
        policy={"land": [owner]},
        nonce=nonce,
        created_at=at,
        origin=origin,
    )


def successor(
    before: ProjectDocument, previous: bytes, changed: Project, nonce: str, at: int
) -> ProjectDocument:
    """Return the document that follows `before`, whose envelope's id is `previous`."""
    return dataclasses.replace(
        before,
        name=changed.name,
        account=changed.account,
        handle=changed.handle,
        visibility=_kind(changed.visibility),
        nonce=nonce,
        created_at=at,
        previous=previous,
        after=None,
        origin=None,
    )


def handed_over(
    before: ProjectDocument, previous: bytes, to: Account, nonce: str, at: int
) -> ProjectDocument:
    """Return the document that makes `to` the owner; the one before it signs."""
    return dataclasses.replace(
        before,
        account=to.handle,
        owner=to.did,
        policy={**before.policy, "land": [to.did]},
        nonce=nonce,
        created_at=at,
        previous=previous,
        after=None,
        origin=None,
    )


def adopted(given: ProjectDocument, home: str, after: After) -> ProjectDocument:
    """Return `given`, which hands a project over, as it also makes `home` order it from `after`."""
    return dataclasses.replace(given, home=home, after=after)


def held_by(
    before: ProjectDocument, previous: bytes, peers: Iterable[str], nonce: str, at: int
) -> ProjectDocument:
    """Return the document that lets the nodes `peers` hold the project, and no others."""
    policy = {key: value for key, value in before.policy.items() if key != PEERS}
    named = sorted(set(peers))
    return dataclasses.replace(
        before,
        policy=policy | ({PEERS: named} if named else {}),
        nonce=nonce,
        created_at=at,
        previous=previous,
        after=None,
        origin=None,
    )


def is_did(text: str) -> bool:
    """Return whether `text` is the name of a node's key."""
    return _DID.fullmatch(text) is not None


def peers_of(document: ProjectDocument) -> frozenset[str]:
    """Return the nodes that a document lets hold the project; what is no did is none."""
    named = document.policy.get(PEERS)
    if not isinstance(named, list):
        return frozenset()
    return frozenset(one for one in named if isinstance(one, str) and is_did(one))


def is_said_differently(before: Project, after: Project) -> bool:
    """Return whether the signed document no longer says what the project is."""
    said = (before.name, before.handle, before.visibility)
    return said != (after.name, after.handle, after.visibility)


def applied(project: Project, changes: ProjectChanges, at: int) -> Project:
    """Return `project` as it is after `changes`."""
    asked = {field: value for field in FIELDS if (value := getattr(changes, field)) is not None}
    return dataclasses.replace(project, **asked, updated_at=at)


def _kind(visibility: str) -> Visibility:
    return "public" if visibility == PUBLIC else "private"
