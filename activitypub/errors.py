"""What can go wrong with what others say in ActivityPub; each is a `Fault` of its family.

Fault
├── Invalid
│   └── NotBelieved   what came is not the signed document of a node; the code says why
└── Unreachable
    └── NoAnswer      nobody answered, not in time, or not with what was asked for
"""

from node.kernel.errors import Invalid, Unreachable


class NotBelieved(Invalid):
    """What came is not taken in; `reason` is the end of its code."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(f"actor.{reason}", message)


class NoAnswer(Unreachable):
    """There is no document there, for now at least."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(
            "actor.no-answer", f"{url[:200]} does not answer: {reason}.", url=url[:200]
        )
