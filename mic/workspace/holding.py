"""A project at somebody who holds it, and who is believed nothing: all is checked against its id.

Documents must give the id, each landing must be signed by the home of its position, and trees and
contents must have the ids that follow. That the log has no gap below is `mic verify`'s question.
"""

from collections.abc import Iterator

from keys.errors import KeysFault
from keys.statements.project import Project, open_chain
from mic.client import download
from mic.client.connection import Connection, Query
from mic.client.remote import Remote
from mic.errors import Unreachable
from mic.wire import messages as wire
from mic.workspace import evidence
from mic.workspace.answering import Answering
from mic.workspace.evidence import Landed
from store.digest import Digest
from store.errors import Absent, StoreFault
from store.nodes import Source
from store.tree import EMPTY

PAGE = 100
"""Positions that are asked for at once by who reads the log."""


class Untrue(Unreachable):
    """A holder says what the project's signatures do not."""

    code = "answer.untrue"


class Holding:
    """The evidence that a holder gives: what `evidence.Evidence` asks for."""

    def __init__(self, remote: Remote, project_id: str) -> None:
        self.id = project_id
        self._remote = remote
        self._inner = remote.connection
        self.documents = remote.documents()
        try:
            self.project: Project = open_chain(self.documents)
        except KeysFault as fault:
            raise self._untrue(f"its documents do not hold: {fault}") from fault
        if self.project.id != project_id:
            raise self._untrue(f"its documents are those of {self.project.id}")
        self._last: int | None = None
        self._landed: dict[int, Landed] = {}
        self._objects: dict[Digest, bytes] = {}

    @property
    def last(self) -> int:
        """Return the newest position that the holder proves."""
        if self._last is None:
            head = self._remote.head().position
            if head:
                self.landed(head)
            self._last = head
        return self._last

    def landed(self, position: int) -> Landed:
        """Return a position from 1 to the last."""
        if position not in self._landed:
            # Who reads the log backwards will want those before as well.
            is_reading = position + 1 in self._landed
            first = max(1, position - PAGE + 1) if is_reading else position
            found = {one.record.position: one for one in self._checked(first, position)}
            self._landed = found if len(self._landed) > PAGE else self._landed | found
        return self._landed[position]

    def tree(self, position: int) -> tuple[Digest, Source]:
        """Return a position's tree, and where its nodes are."""
        if position == 0:
            return EMPTY, self._objects.__getitem__
        root = Digest(self.landed(position).record.tree)
        return root, lambda digest: self.content(digest, position)

    def content(self, digest: Digest, at: int) -> bytes:
        """Return an object that position `at` needs, proven by its id."""
        if digest not in self._objects:
            for record, raw in download.fetch(self._remote, [digest], at):
                self._objects[record.digest] = raw
        if digest not in self._objects:
            raise Absent(digest)
        return self._objects[digest]

    def stream(
        self, method: str, rest: str, body: bytes | None, query: Query | None
    ) -> Iterator[bytes]:
        """Yield records in bulk, as they come: each is proven where it is used."""
        with self._inner.stream(method, f"{self._remote.path}{rest}", body, query) as chunks:
            yield from chunks

    def told(self) -> wire.Project:
        """Return what the holder says of the project, the signed part as it was signed."""
        said = self._inner.get(self._remote.path, wire.Project)
        if said.id != self.id:
            raise self._untrue(f"it has {said.id} there")
        return said

    def _checked(self, first: int, last: int) -> Iterator[Landed]:
        """Yield some positions, in order, each as its home has signed it."""
        records = download.log_records(self._remote, first, last)
        groups = evidence.grouped(download.verified(one, self._remote) for one in records)
        for position in range(first, last + 1):
            found = self._read(position, next(groups, []))
            if (found.record.project, found.record.position) != (
                self.project.id_at(position),
                position,
            ):
                raise self._untrue(f"what it has for position {position} is another landing")
            if found.signer != self.project.home_at(position):
                raise self._untrue(f"the project's home did not sign its position {position}")
            yield found

    def _read(self, position: int, raws: list[bytes]) -> Landed:
        try:
            return evidence.read(raws)
        except (KeysFault, StoreFault, IndexError, ValueError) as fault:
            raise self._untrue(f"what it has for position {position} is none: {fault}") from fault

    def _untrue(self, why: str) -> Untrue:
        return Untrue(
            f"{self._inner.url} cannot be believed about {self.id}: {why}.",
            hint="Nothing was written. Ask another holder: mic:z…@NODE",
            node=self._inner.url,
        )


def remote(connection: Connection, account: str, handle: str, project_id: str) -> Remote:
    """Return the project at a holder, as far as it proves itself."""
    plain = Remote(connection, account, handle)
    return Remote(
        Answering(Holding(plain, project_id), connection, account, handle), account, handle
    )
