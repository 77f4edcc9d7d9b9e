"""A large landing in batches: each but the last is told to the node ahead, as an epoch.

What a batch names is sent before it, so that a landing that breaks off goes on where it was.
`.mic/epochs.json` keeps the lists that were sent, by hash, and is written before each: where the
files have changed since, what the node has is of no use, and the session goes on under a new id.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import msgspec

from mic.client.remote import Remote
from mic.errors import Conflict, Invalid, MicFault
from mic.wire import limits
from mic.wire.messages import Descriptor, Epoch, StartSession
from mic.workspace import files
from mic.workspace import session as sessions
from mic.workspace.manifest import FOLDER
from mic.workspace.session import LocalSession

NAME = "epochs.json"
_MOST = 16 << 20
T = TypeVar("T")


class _Sent(msgspec.Struct):
    """What the node was told: the change lists of a session's epochs, by hash."""

    session: str
    lists: list[str] = msgspec.field(default_factory=list)


def batches(items: Sequence[T], asked: str | None) -> Iterator[Sequence[T]]:
    """Split what lands as `MIC_EPOCH_BATCH_SIZE` asks; raises `Invalid` for what is no size."""
    size = len(items) if not asked else _size(asked)
    for start in range(0, len(items), max(size, 1)):
        yield items[start : start + size]


def _size(asked: str) -> int:
    if not (asked.isascii() and asked.isdigit()) or not 0 < int(asked) <= limits.LANDED_PATHS:
        raise Invalid(
            f"MIC_EPOCH_BATCH_SIZE is a number from 1 to {limits.LANDED_PATHS:,}, not {asked!r}.",
            code="epoch.batch-size",
        )
    return int(asked)


class Epochs:
    """The epochs of one landing. `session` is the one that lands: its id may become another."""

    def __init__(self, remote: Remote, root: Path, session: LocalSession) -> None:
        self.session = session
        self.root = root
        self._remote = remote
        self._lists: list[Descriptor] = []
        self._sent = self._begun()

    def add(self, described: Descriptor) -> None:
        """Tell the node of the next batch, whose contents and list it has."""
        self._lists.append(described)
        number = len(self._lists)
        known = self._sent.lists
        if number < len(known) and known[number - 1] == described.id:
            return
        if number <= len(known) and known[number - 1] != described.id:
            self._renew()
        else:
            self._tell(number, described)

    def close(self) -> None:
        """Make sure that the node has no more epochs than were told now."""
        if len(self._sent.lists) > len(self._lists):
            self._renew()

    def _begun(self) -> _Sent:
        sent = _load(self.root)
        if sent and sent.session == self.session.id:
            return sent
        if sent:
            self._drop(sent.session)
        return self._start()

    def _start(self) -> _Sent:
        session = self.session
        asked = StartSession(
            id=session.id,
            goal=session.goal,
            base=session.base or 0,
            origin=session.origin,
            model=session.model,
        )
        try:
            self._remote.start_session(asked)
        except Conflict as fault:
            if fault.code != "session.exists":
                raise
        return _Sent(session.id)

    def _tell(self, number: int, described: Descriptor) -> None:
        is_again = number == len(self._sent.lists)
        if not is_again:
            self._sent.lists.append(described.id)
            self._save()
        try:
            self._remote.store_epoch(self.session.id, Epoch(epoch=number, changes=described))
        except Conflict as fault:
            if fault.code != "session.epoch-processed":
                raise
            if not is_again:
                self._renew()

    def _renew(self) -> None:
        """Go on under a new id, and tell the node of all batches so far."""
        before = self.session.id
        self._drop(before)
        self.session = replace(self.session, id=sessions.new_id())
        active = sessions.find(self.root)
        if active and active.id == before:
            sessions.save(self.root, self.session)
        self._sent = self._start()
        self._save()
        for number, described in enumerate(self._lists, start=1):
            self._tell(number, described)

    def _drop(self, session: str) -> None:
        """Let the node forget a session's epochs; it keeps them for nobody, at worst."""
        with suppress(MicFault):
            self._remote.abandon(session)

    def _save(self) -> None:
        files.replace_file(self.root / FOLDER / NAME, msgspec.json.encode(self._sent))


def begun(root: Path) -> bool:
    """Tell whether batches were sent that have not landed, as far as is known here."""
    return (root / FOLDER / NAME).exists()


def forget(root: Path) -> None:
    """Forget what was sent: it has landed. Idempotent."""
    (root / FOLDER / NAME).unlink(missing_ok=True)


def _load(root: Path) -> _Sent | None:
    """Return what was sent; a file that cannot be read says nothing."""
    try:
        return msgspec.json.decode(files.read_bytes(root, f"{FOLDER}/{NAME}", _MOST), type=_Sent)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
