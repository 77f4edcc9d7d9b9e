"""A project on a node: the small requests, typed.

Reads and writes of one project, one function each; bulk is in `upload` and `download`.
"""

from dataclasses import dataclass
from urllib.parse import quote

from mic.client.connection import Connection, segment
from mic.wire import messages
from mic.wire.blame import Blame
from mic.wire.imports import Tag, Tags
from mic.wire.messages import (
    Decision,
    Difference,
    Documents,
    Done,
    Epoch,
    Head,
    LandingDetail,
    Landings,
    Listing,
    Message,
    Project,
    ProjectChanges,
    Session,
    Sessions,
    StartSession,
)


@dataclass(frozen=True, slots=True)
class Remote:
    """A project by name, on the node at the other end of a connection."""

    connection: Connection
    account: str
    handle: str

    @property
    def path(self) -> str:
        """Return the path under which everything of the project stands."""
        return f"/projects/{quote(self.account, safe='')}/{quote(self.handle, safe='')}"

    @property
    def name(self) -> str:
        """Return `account/project`; in a bundle, a project has no account."""
        return f"{self.account}/{self.handle}" if self.account else self.handle

    def project(self) -> Project:
        """Return the project."""
        return self.connection.get(self.path, Project)

    def update(self, changes: ProjectChanges) -> Project:
        """Change what `changes` names."""
        return self.connection.ask("PATCH", self.path, Project, changes)

    def delete(self) -> None:
        """Delete the project."""
        self.connection.ask("DELETE", self.path, Done, again=False)

    def documents(self) -> list[bytes]:
        """Return the signed documents of the project, oldest first."""
        return self.connection.get(f"{self.path}/document", Documents).documents

    def head(self) -> Head:
        """Return where the project stands."""
        return self.connection.get(f"{self.path}/head", Head)

    def landings(
        self,
        *,
        before: int | None = None,
        limit: int | None = None,
        path: str | None = None,
        follow: bool = False,
    ) -> list[messages.Landing]:
        """Return landings, newest first; `follow` goes on under the former names of a file."""
        query = {"before": before, "limit": limit, "path": path, "follow": 1 if follow else None}
        return self.connection.get(f"{self.path}/landings", Landings, query).landings

    def landing(self, position: int) -> LandingDetail:
        """Return one landing with its documents, session and changes."""
        return self.connection.get(f"{self.path}/landings/{position}", LandingDetail)

    def tags(self) -> list[Tag]:
        """Return the names that positions have, by name."""
        return self.connection.get(f"{self.path}/tags", Tags).tags

    def listing(self, path: str = "", at: int | None = None) -> Listing:
        """Return what stands in the directory `path`."""
        return self.connection.get(f"{self.path}/tree/{segment(path)}", Listing, {"at": at})

    def file(self, path: str, at: int | None = None) -> bytes:
        """Return the content of the file at `path`, whole."""
        where = f"{self.path}/files/{segment(path)}"
        return self.connection.exchange("GET", where, None, messages.JSON, query={"at": at})

    def blame(self, path: str, at: int | None = None) -> Blame:
        """Return the lines of a file, and whence each comes."""
        return self.connection.get(f"{self.path}/blame/{segment(path)}", Blame, {"at": at})

    def difference(self, old: int, new: int | None) -> Difference:
        """Return the paths that differ between two positions."""
        return self.connection.get(f"{self.path}/diff", Difference, {"from": old, "to": new})

    def start_session(self, session: StartSession) -> Session:
        """Tell the node that work has begun; the client has chosen the id."""
        return self.connection.ask("POST", f"{self.path}/sessions", Session, session, again=False)

    def session(self, session: str) -> Session:
        """Return one session."""
        return self.connection.get(self._session(session), Session)

    def sessions(self, status: str | None = None, before: str | None = None) -> Sessions:
        """Return sessions, newest first."""
        query = {"status": status, "before": before}
        return self.connection.get(f"{self.path}/sessions", Sessions, query)

    def note(self, session: str, note: Message) -> Session:
        """Add a message to a session's conversation."""
        where = f"{self._session(session)}/notes"
        return self.connection.ask("POST", where, Session, note, again=False)

    def decide(self, session: str, decision: Decision) -> Session:
        """Add a decision to a session."""
        where = f"{self._session(session)}/decisions"
        return self.connection.ask("POST", where, Session, decision, again=False)

    def abandon(self, session: str) -> Session:
        """Give a session up."""
        return self.connection.ask("POST", f"{self._session(session)}/abandon", Session)

    def store_epoch(self, session: str, epoch: Epoch) -> Session:
        """Store a part of a session's changes, without landing it."""
        return self.connection.ask("POST", f"{self._session(session)}/epochs", Session, epoch)

    def _session(self, session: str) -> str:
        return f"{self.path}/sessions/{quote(session, safe='')}"
