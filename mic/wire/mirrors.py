"""What nodes and people say about who holds a project: `…/by-id/{id}` and `…/peers`."""

from typing import Annotated

from msgspec import Meta, Struct

Did = Annotated[str, Meta(max_length=200)]

WITHDRAWN = "project.withdrawn"
"""The code of a 410: its details have the home's signed `notice`, in base64, for mirrors."""


HOLDERS = "holders"
"""What details of a 404 call the nodes that may have the project: a list of `HolderHint`."""


class Peers(Struct, frozen=True):
    """GET …/peers: the nodes that may hold the project when it is not public, by did."""

    peers: list[str]


class NewPeer(Struct, frozen=True):
    """POST …/peers: let a node hold the project."""

    did: Did
