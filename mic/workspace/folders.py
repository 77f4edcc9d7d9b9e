"""Open directories of a workspace, for writing many files in path order.

A directory is reached from its parent's handle, with O_NOFOLLOW, and made if it is absent: no link
is ever followed, whatever happens to the tree meanwhile. A bounded number of handles stays open.
"""

import contextlib
import os
from collections import OrderedDict
from pathlib import Path

from mic.workspace.files import enter

OPEN_MAX = 64


class Folders:
    """Handles of directories below `root`, the least recently used closed first."""

    def __init__(self, root: Path) -> None:
        self._root = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        self._open: OrderedDict[str, int] = OrderedDict()
        self._made: set[str] = set()

    def of(self, path: str) -> tuple[int, str]:
        """Return the handle of the directory of `path`, made if absent, and its last name.

        The handle is valid until the next call. Raises `LinkInTheWay`.
        """
        folder, _, name = path.rpartition("/")
        return self._handle(folder), name

    def _handle(self, folder: str) -> int:
        if not folder:
            return self._root
        if (handle := self._open.get(folder)) is not None:
            self._open.move_to_end(folder)
            return handle
        above, _, name = folder.rpartition("/")
        handle = enter(self._handle(above), name, folder, make=folder not in self._made)
        self._made.add(folder)
        self._open[folder] = handle
        if len(self._open) > OPEN_MAX:
            os.close(self._open.popitem(last=False)[1])
        return handle

    def forget(self) -> None:
        """Close what is open below the root: after directories were removed."""
        for handle in self._open.values():
            with contextlib.suppress(OSError):
                os.close(handle)
        self._open.clear()
        self._made.clear()

    def close(self) -> None:
        """Close every handle."""
        self.forget()
        os.close(self._root)
