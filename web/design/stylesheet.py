"""The stylesheet: tokens, ground, components, pages, as one body named by its content.

Each component has a file of its own, so that it can be read and shown alone; a page asks for one,
so that it stands after one answer. The order is that of the names: later files may refine earlier
ones, and the cascade layers say what outweighs what.
"""

import functools
import hashlib
from collections.abc import Iterator
from pathlib import Path

_HERE = Path(__file__).parent
_LAYERS = "@layer tokens, base, components, page;\n"


@functools.cache
def stylesheet() -> tuple[bytes, str]:
    """Return the whole stylesheet and its content hash, read at the first use."""
    texts = (path.read_text("utf-8").removeprefix(_LAYERS).strip() for path in files())
    body = "\n".join((_LAYERS, *texts, "")).encode()
    return body, hashlib.sha256(body).hexdigest()[:16]


def files() -> Iterator[Path]:
    """Yield the files of the stylesheet in their order."""
    yield _HERE / "tokens.css"
    yield _HERE / "base.css"
    yield from sorted((_HERE / "css").glob("*.css"))
    yield from sorted((_HERE / "pages").glob("*.css"))
