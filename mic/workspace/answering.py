"""A node's answers about one project, computed here from evidence.

So every command reads a bundle, or a peer that nobody trusts, as it reads a node: the same
requests, the same messages. What is not about reading goes on to whoever keeps the project.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any, cast
from urllib.parse import quote, unquote

import msgspec

from keys.statements.landing import Carried
from mic.client.connection import Connection, Query
from mic.errors import Missing, Unreachable
from mic.wire import former
from mic.wire import messages as wire
from mic.wire.blame import Blame
from mic.workspace.evidence import Evidence, Landed
from store import contents, tree
from store.changes import Change
from store.digest import Digest, digest_of
from store.errors import Absent
from store.nodes import Entry, Mode
from store.tree import EMPTY

_PROJECT = re.compile(r"/projects/[^/]*/[^/]*")
SHOWN_CHANGES = 1000
_PAGE = 50


class Answering(Connection):
    """A connection that asks `evidence` what can be computed, and passes on what cannot."""

    def __init__(self, evidence: Evidence, inner: Connection, account: str, handle: str) -> None:
        self.evidence = evidence
        self.url = inner.url
        self.has_token = inner.has_token
        self.sleep = inner.sleep
        self._inner = inner
        self._account, self._handle = account, handle

    def exchange(
        self,
        method: str,
        path: str,
        body: bytes | Iterable[bytes] | None,
        content_type: str,
        *,
        query: Query | None = None,
        again: bool = True,
    ) -> bytes:
        """Answer what evidence can; else have the one who keeps the project answer."""
        rest = _rest(path)
        if method == "GET" and rest is not None:
            for begin, answer in _ANSWERS:
                if rest == begin or (begin.endswith("/") and rest.startswith(begin)):
                    given = dict(query or {})
                    told = answer(self, unquote(rest[len(begin) :]), given)
                    return told if isinstance(told, bytes) else msgspec.json.encode(told)
        return self._inner.exchange(method, path, body, content_type, query=query, again=again)

    @contextmanager
    def stream(
        self, method: str, path: str, body: bytes | None = None, query: Query | None = None
    ) -> Iterator[Iterator[bytes]]:
        """Yield records in bulk."""
        yield self.evidence.stream(method, _rest(path) or "", body, query)

    def briefly(self, seconds: float = 1.0) -> "Answering":
        """Wait so long and no longer from now on."""
        self._inner.briefly(seconds)
        return self

    def close(self) -> None:
        """Let go of what is open."""
        self._inner.close()

    # ---------------------------------------------------------------------------- the answers

    def project(self, _rest: str, _query: dict[str, Any]) -> Any:
        """Say what the documents say; what they do not, whoever keeps the project may."""
        known, said = self.evidence.project, self.evidence.project.current
        told = self.evidence.told()
        return wire.Project(
            id=known.id,
            account=self._account,
            handle=self._handle,
            name=said.name,
            description=told.description if told else "",
            visibility=said.visibility,
            page=told.page if told else "",
            document=digest_of(self.evidence.documents[-1]).hex(),
            created_at=said.created_at,
            updated_at=told.updated_at if told else said.created_at,
            url=told.url if told else "",
            llm_model=told.llm_model if told else "",
            archived_at=told.archived_at if told else None,
            home=said.home,
            state=told.state if told else "mirror",
        )

    def documents(self, _rest: str, _query: dict[str, Any]) -> Any:
        """Return the signed documents."""
        return wire.Documents(self.evidence.documents)

    def head(self, _rest: str, _query: dict[str, Any]) -> Any:
        """Say where the project stands."""
        if self.evidence.last == 0:
            return wire.Head(position=0, tree=EMPTY.hex())
        found = self.evidence.landed(self.evidence.last)
        return wire.Head(
            position=found.record.position,
            tree=found.record.tree.hex(),
            id=digest_of(found.envelope).hex(),
            record=found.envelope,
        )

    def landings(self, _rest: str, query: dict[str, Any]) -> Any:
        """List landings, newest first; the former names of a path are not looked for."""
        path = str(query.get("path") or "").strip("/")
        limit = int(query.get("limit") or _PAGE)
        before = query.get("before")
        position = min(self.evidence.last, self.evidence.last if before is None else before - 1)
        found: list[wire.Landing] = []
        while position > 0 and len(found) < limit:
            one = self.evidence.landed(position)
            if not path or any(_is_below(change.path, path) for change in one.changes):
                found.append(_landing(one))
            position -= 1
        return wire.Landings(found)

    def landing(self, rest: str, _query: dict[str, Any]) -> Any:
        """Tell one landing whole."""
        one = self._landed(int(rest))
        return wire.LandingDetail(
            landing=_landing(one),
            record=one.envelope,
            statement=one.statement,
            session=_session(one),
            changes=[_change(change) for change in one.changes[:SHOWN_CHANGES]],
        )

    def listing(self, rest: str, query: dict[str, Any]) -> Any:
        """List a directory."""
        path, at = rest.strip("/"), self._at(query.get("at"))
        root, source = self.evidence.tree(at)
        if path:
            entry = tree.lookup(root, path, source)
            if entry is None or entry.mode is not Mode.DIRECTORY:
                raise _no_path(path, at)
            root = entry.id
        rows = [(name, entry) for name, entry in tree.listing(root, "", source)]
        return wire.Listing(at, path, [_entry(name, entry) for name, entry in rows])

    def file(self, rest: str, query: dict[str, Any]) -> Any:
        """Return a file's bytes."""
        at = self._at(query.get("at"))
        root, source = self.evidence.tree(at)
        entry = tree.lookup(root, rest, source)
        if entry is None or entry.mode is Mode.DIRECTORY:
            raise _no_path(rest, at)
        read = contents.read(entry.id, entry.size, lambda one: self.evidence.content(one, at))
        return b"".join(read)

    def blame(self, rest: str, query: dict[str, Any]) -> Any:
        """Pass on what whoever keeps the project says of the lines, if they are the file's."""
        asked = "/" + quote(rest, safe="/")
        path = f"/projects/{quote(self._account, safe='')}/{quote(self._handle, safe='')}/blame"
        told = self._inner.get(path + asked, Blame, query)
        lines = self.file(rest, query).split(b"\n")
        shown = [line.decode("utf-8", "replace").rstrip("\r\n") for line in lines]
        if [line.text for line in told.lines] != (shown if shown[-1] else shown[:-1]):
            raise Unreachable(
                f"{self.url} tells other lines of {rest} than the project has.",
                code="answer.untrue",
            )
        return told

    def difference(self, _rest: str, query: dict[str, Any]) -> Any:
        """Tell which files differ between two positions."""
        old, new = self._at(query.get("from")), self._at(query.get("to"))
        before, one = self.evidence.tree(old)
        after, other = self.evidence.tree(new)

        def source(digest: Digest) -> bytes:
            try:
                return other(digest)
            except (KeyError, Absent, Missing):
                return one(digest)

        found = [Change(path, a, b) for path, a, b in tree.diff(before, after, source)]
        return wire.Difference(old, new, [_change(change) for change in found])

    def _landed(self, position: int) -> Landed:
        if not 0 < position <= self.evidence.last:
            raise Missing(f"There is no position {position}.", code="position.missing")
        return self.evidence.landed(position)

    def _at(self, position: int | None) -> int:
        if position is None:
            return self.evidence.last
        if not 0 <= position <= self.evidence.last:
            raise Missing(f"There is no position {position}.", code="position.missing")
        return position


Answer = Callable[[Answering, str, dict[str, Any]], Any]
_ANSWERS: tuple[tuple[str, Answer], ...] = (
    ("", Answering.project),
    ("/document", Answering.documents),
    ("/head", Answering.head),
    ("/landings", Answering.landings),
    ("/landings/", Answering.landing),
    ("/tree/", Answering.listing),
    ("/files/", Answering.file),
    ("/blame/", Answering.blame),
    ("/diff", Answering.difference),
)


def _rest(path: str) -> str | None:
    """Return what of a path is behind the project's name."""
    found = _PROJECT.match(path)
    return path[found.end() :] if found else None


def _is_below(path: str, above: str) -> bool:
    return path == above or path.startswith(above + "/")


def _landing(one: Landed) -> wire.Landing:
    record, said = one.record, one.said
    imported, was = record.imported, record.carried
    return wire.Landing(
        position=record.position,
        id=digest_of(one.envelope).hex(),
        tree=record.tree.hex(),
        previous_tree=record.previous_tree.hex(),
        goal=record.goal,
        author=record.author,
        landed_at=record.landed_at,
        session=record.session,
        author_did=record.author_did,
        origin=cast("wire.Origin", was.origin if was else said.origin if said else "unknown"),
        model=_model(one),
        contribution=record.contribution.hex() if record.contribution else None,
        changed=len(one.changes),
        imported=former.Imported(**asdict(imported)) if imported else None,
        carried=_carried(was) if was else None,
    )


def _carried(was: Carried) -> former.Carried:
    return former.Carried(was.project, was.position, was.record.hex(), was.made_at)


def _model(one: Landed) -> str | None:
    was = one.record.carried
    return was.model if was else one.said.model if one.said else None


def _session(one: Landed) -> wire.Session:
    record, said, told = one.record, one.said, one.transcript
    return wire.Session(
        id=record.session,
        status="landed",
        goal=record.goal,
        author=record.author,
        base=said.base_position if said else record.position - 1,
        started_at=said.session.started_at if said else record.landed_at,
        origin=said.origin if said else "unknown",
        model=_model(one),
        landed_at=record.landed_at,
        position=record.position,
        conversation=[
            wire.Message(cast("wire.Speaker", turn.role), turn.text, turn.at)
            for turn in told.conversation
        ],
        decisions=[wire.Decision(each.text, each.why, each.at) for each in told.decisions],
    )


def _change(one: Change) -> wire.PathChange:
    return wire.PathChange(one.path, _reference(one.old), _reference(one.new))


def _reference(one: Entry | None) -> wire.EntryRef | None:
    return None if one is None else wire.EntryRef(_mode(one), one.id.hex(), one.size)


def _entry(name: str, one: Entry) -> wire.TreeEntry:
    return wire.TreeEntry(name, _mode(one), one.id.hex(), one.size)


def _mode(one: Entry) -> wire.ModeName:
    return cast("wire.ModeName", one.mode.name.lower())


def _no_path(path: str, at: int) -> Missing:
    return Missing(f"There is no {path} at position {at}.", code="path.missing", path=path)
