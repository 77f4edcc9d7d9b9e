"""What the forms that make projects have in common: where one may make them, and their names."""

import re
import unicodedata

from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.organizations import verbs as organizations
from node.projects.rules import HANDLE_LONGEST

_OTHER = re.compile(r"[^a-z0-9]+")


async def namespaces(forge: Forge, who: Party) -> list[str]:
    """Return the accounts in which `who` may make projects, their own first."""
    mine = await organizations.listed(forge, who)
    return [who.handle or "", *(one.handle for one in mine if one.role == "admin")]


def handle_of(name: str) -> str:
    """Return a handle that a name suggests, empty if it suggests none."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return _OTHER.sub("-", plain).strip("-")[:HANDLE_LONGEST].strip("-")
