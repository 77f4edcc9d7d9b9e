"""Importing libp2p without the libraries of what we do not use of it.

libp2p imports, whole, what its QUIC, its WebTransport and its automatic certificates stand on. None
of that runs here, and it is a fifth of the memory of an idle node and a third of the time until the
first peer is met. So while libp2p is imported, and for this thread alone, those libraries are found
empty: every name in them is a class without anything. Afterwards they are as they were, and whoever
imports one of them gets it.
"""

import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

UNUSED = frozenset({"aioquic", "httpx", "requests"})


class _Anything(type):
    """A class whose attributes are classes of the same kind."""

    def __getattr__(cls, name: str) -> type:
        return _named(name)

    def __getitem__(cls, _item: object) -> type:
        return cls


class _Nothing(metaclass=_Anything):
    """Stands for each name of a library that is not there."""


def _named(name: str) -> type:
    if name.startswith("__"):
        raise AttributeError(name)
    return _Nothing


class _Empty(MetaPathFinder, Loader):
    """Finds the unused libraries empty, for one thread."""

    def __init__(self) -> None:
        self.made: list[str] = []
        self._thread = threading.get_ident()

    def find_spec(
        self, fullname: str, _path: Sequence[str] | None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.partition(".")[0] not in UNUSED or threading.get_ident() != self._thread:
            return None
        return ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: ModuleSpec) -> None:
        self.made.append(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        module.__getattr__ = _named  # type: ignore[method-assign]


@contextmanager
def without_unused() -> Iterator[None]:
    """Let what is imported in the block do without what we do not use."""
    empty = _Empty()
    sys.meta_path.insert(0, empty)
    try:
        yield
    finally:
        sys.meta_path.remove(empty)
        for name in empty.made:
            sys.modules.pop(name, None)
