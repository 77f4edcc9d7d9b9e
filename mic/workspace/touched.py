"""What a session has touched so far, made from the files whenever somebody asks.

Nothing of it is kept with the session: what is written down beside the files is wrong as soon as
one of them changes. The filter tells another program quickly whether two sessions may meet.
"""

import base64
from collections.abc import Iterable, Sequence

from mic.workspace.scan import Item
from store.bloom import Bloom

EXPECTED = 1000
FALSE_POSITIVES = 0.01
KINDS = {"A": "added", "M": "modified", "D": "deleted"}


def files(items: Iterable[Item]) -> list[dict[str, object]]:
    """Return path, kind of change and size of each file that differs from the base."""
    return [
        {"path": item.path, "change_type": KINDS[item.letter], "size": item.size} for item in items
    ]


def bloom(items: Sequence[Item]) -> str:
    """Return the filter of all paths: number of hashes as u32, little-endian, and the bits, base64.

    Filters of up to a thousand paths are alike, so that they can be compared.
    """
    made = Bloom.sized(max(len(items), EXPECTED), FALSE_POSITIVES)
    for item in items:
        made.add(item.path.encode("utf-8", "surrogateescape"))
    return base64.b64encode(made.encode()).decode()
