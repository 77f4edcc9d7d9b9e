"""The pictures of people beside their names: one question to the database for all of a page.

Whoever has none is drawn from their handle. On a mirror all are, and on a fork of one: names there
are those of another node, and somebody here may go by the same one.
"""

from collections.abc import Iterable, Iterator, Mapping

from aiohttp import web

from node.forks import verbs as forks
from node.invitations.model import Invitation
from node.profiles import verbs as profiles
from web.page import forge_of, party_of
from web.places import Place

Faces = Mapping[str, str]
"""The ids of pictures, by handle."""


async def faces_of(request: web.Request, handles: Iterable[str]) -> Faces:
    """Return the pictures of those of these accounts that have one."""
    named = set(filter(None, handles))
    return await profiles.faces(forge_of(request), named) if named else {}


def faced(asked: Iterable[Invitation]) -> Iterator[str]:
    """Yield the handle that stands for each invitation: who is asked, or who asks by a link."""
    return (one.invited or one.inviter for one in asked)


async def faces_at(request: web.Request, place: Place, handles: Iterable[str]) -> Faces:
    """Return the pictures of those who work on a project."""
    is_ours = await forks.is_of_here(forge_of(request), party_of(request), place.project)
    return await faces_of(request, handles) if is_ours else {}
