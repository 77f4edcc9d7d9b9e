"""Pages of a list that grows at one end: a cursor, never an offset."""

from node.kernel.errors import Invalid

LARGEST = 1000


def page_size(asked: int, default: int = 50) -> int:
    """Return how many to list; raises `Invalid` outside 1..1000. 0 asks for the default."""
    if asked == 0:
        return default
    if not 1 <= asked <= LARGEST:
        raise Invalid("page.size", f"A page has 1 to {LARGEST} entries, not {asked}.", asked=asked)
    return asked
