"""What can go wrong with what others say in ActivityPub; each is a `Fault` of its family.

Fault
└── Invalid
    └── NotBelieved   what came is not the signed document of a node; the code says why

What is not even got is told by `node.kernel.fetching`.
"""

from node.kernel.errors import Invalid


class NotBelieved(Invalid):
    """What came is not taken in; `reason` is the end of its code."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(f"actor.{reason}", message)
