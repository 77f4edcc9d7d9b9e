"""Whether what is being dialled may lie in this node's own network.

It stands in the context of the task that dials, because libp2p dials too, by what strangers tell it
in the DHT, and carries nothing of ours along.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_may: ContextVar[bool] = ContextVar("may_be_inside", default=False)


def may() -> bool:
    """Return whether it may."""
    return _may.get()


@contextmanager
def allowed(*, is_allowed: bool = True) -> Iterator[None]:
    """Say whether what the block dials may."""
    before = _may.set(is_allowed)
    try:
        yield
    finally:
        _may.reset(before)
