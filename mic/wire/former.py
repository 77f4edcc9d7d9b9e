"""What landings were before they came to their project."""

from typing import Annotated

from msgspec import Meta, Struct


class Imported(Struct, frozen=True, kw_only=True):
    """What a landing was before: git's commit, its author, and when it was written (Unix ms)."""

    commit: str
    author: str
    email: str
    authored_at: int


class Carried(Struct, frozen=True):
    """The landing of another project that one of a fork was; `made_at` is when it was made there.

    `record` is the id of its landing record.
    """

    project: str
    position: int
    record: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    made_at: Annotated[int, Meta(ge=0)]
