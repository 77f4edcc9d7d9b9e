"""Every small message of `/mic/v1`, as a typed value.

Requests and answers are JSON; bulk travels as record streams and want-lists (see `framing`). Ids
are hexadecimal text, signed envelopes and transcripts are base64 (msgspec's encoding of `bytes`),
times are Unix milliseconds. Unknown fields are ignored, so that either side may learn new ones;
wrong types and oversized text are refused while decoding. An answer with a 2xx status is the
message alone; any other status carries a `Failure`.
"""

from typing import Annotated, Any, Final, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

from mic.wire import limits
from mic.wire.former import Carried, Imported

PREFIX: Final = "/mic/v1"
VERSION: Final = 1

JSON: Final = "application/json"
RECORDS: Final = "application/vnd.micelio.records"
IDS: Final = "application/vnd.micelio.ids"
LANDING: Final = "application/vnd.micelio.landing"

Hex = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
Handle = Annotated[str, Meta(min_length=1, max_length=100)]
SessionId = Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{22}$")]
Goal = Annotated[str, Meta(min_length=1, max_length=limits.GOAL)]
Text = Annotated[str, Meta(min_length=1, max_length=limits.NOTE)]
Count = Annotated[int, Meta(ge=0)]
Url = Annotated[str, Meta(max_length=2048)]
Model = Annotated[str, Meta(max_length=255)]
Visibility = Literal["public", "private"]
Role = Literal["human", "agent"]
Speaker = Literal["human", "agent", "commit"]
Origin = Literal["human", "ai-assisted", "ai-generated", "unknown"]
Status = Literal["active", "landed", "abandoned"]
ProjectState = Literal["home", "mirror"]
ModeName = Literal["file", "executable", "link", "directory"]


class Problem(Struct, frozen=True):
    """Why a request was refused: a stable code, a sentence, and typed facts."""

    code: str
    message: str
    details: dict[str, Any] = field(default_factory=dict)


class Failure(Struct, frozen=True):
    """The body of every answer that is not a 2xx."""

    error: Problem
    ok: bool = False


class Descriptor(Struct, frozen=True):
    """Content named by its hash, with its length."""

    id: Hex
    size: Count


# ------------------------------------------------------------------ the node and who is asking


class NodeInfo(Struct, frozen=True, kw_only=True):
    """GET /node. `now` is the node's clock; `p2p_addresses` are where other nodes reach it.

    `entry` is the envelope in which the node signs where it is reached (`keys`' address entry).
    """

    name: str
    url: str
    did: str
    version: str
    protocol: int = VERSION
    now: int | None = None
    peer_id: str | None = None
    p2p_addresses: tuple[str, ...] = ()
    entry: bytes | None = None


class Whoami(Struct, frozen=True, kw_only=True):
    """GET /whoami. `handle` is null for the anonymous."""

    handle: str | None
    name: str = ""
    did: str | None = None
    is_admin: bool = False
    scopes: list[str] | None = None


class NewKey(Struct, frozen=True, kw_only=True):
    """POST /keys: a device key; `proof` is its signature over `framing.key_challenge`."""

    did: Annotated[str, Meta(max_length=200)]
    name: Annotated[str, Meta(max_length=200)]
    proof: Annotated[bytes, Meta(min_length=64, max_length=64)]


class Done(Struct, frozen=True):
    """The answer to what has nothing to tell."""

    done: bool = True


# ------------------------------------------------------------------------------------- projects


class NewProject(Struct, frozen=True, kw_only=True):
    """POST /accounts/{account}/projects."""

    handle: Handle
    name: Annotated[str, Meta(max_length=200)] = ""
    description: Annotated[str, Meta(max_length=10_000)] = ""
    visibility: Visibility = "public"
    url: Url = ""
    llm_model: Model = ""


class ProjectChanges(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """PATCH /projects/{account}/{project}: what is absent stays, what is empty becomes empty."""

    handle: Handle | UnsetType = UNSET
    name: Annotated[str, Meta(max_length=200)] | UnsetType = UNSET
    description: Annotated[str, Meta(max_length=10_000)] | UnsetType = UNSET
    visibility: Visibility | UnsetType = UNSET
    url: Url | UnsetType = UNSET
    llm_model: Model | UnsetType = UNSET


class Project(Struct, frozen=True, kw_only=True):
    """One project. `page` is its page on the node, `url` its own site if it says one.

    `document` is the id of its newest signed document, `llm_model` what its agents are to use;
    `archived_at` is null unless it is archived. `home` is the did of the node that orders it, and
    `state` says whether that is the node that answers; older nodes say neither.
    """

    id: str
    account: str
    handle: str
    name: str
    description: str
    visibility: Visibility
    page: str
    document: Hex
    created_at: int
    updated_at: int
    url: str = ""
    llm_model: str = ""
    archived_at: int | None = None
    home: str | None = None
    state: ProjectState = "home"


class Projects(Struct, frozen=True):
    """GET /accounts/{account}/projects, by handle."""

    projects: list[Project]


class Documents(Struct, frozen=True):
    """GET …/document: the signed envelopes of a project's documents, oldest first."""

    documents: list[bytes]


# ------------------------------------------------------------------------------------- landings


class Head(Struct, frozen=True, kw_only=True):
    """GET …/head. Position 0 is an empty project, with the empty tree.

    `held` is why the project takes no landings now: its history is still being imported.
    """

    position: Count
    tree: Hex
    id: Hex | None = None
    record: bytes | None = None
    held: str | None = None


class Landing(Struct, frozen=True, kw_only=True):
    """One landing, as a log lists it. `contribution` is null where the origin is unknown.

    `renamed_from` is what a file whose history was asked for was called before this landing, where
    the landing gave it another name.
    """

    position: int
    id: Hex
    tree: Hex
    previous_tree: Hex
    goal: str
    author: str
    landed_at: int
    session: str
    author_did: str | None = None
    origin: Origin = "unknown"
    model: str | None = None
    contribution: Hex | None = None
    changed: Count = 0
    imported: Imported | None = None
    renamed_from: str | None = None
    carried: Carried | None = None


class Landings(Struct, frozen=True):
    """GET …/landings?before=&limit=&path=&follow=, newest first."""

    landings: list[Landing]


class Rollup(Struct, frozen=True):
    """A published filter over the paths of the landings `start` to `end`; `filter` is an object."""

    level: Count
    start: Count
    end: Count
    filter: str


class Rollups(Struct, frozen=True):
    """GET …/rollups, the largest blocks first."""

    rollups: list[Rollup]


class EntryRef(Struct, frozen=True):
    """What a tree holds at a path."""

    mode: ModeName
    id: Hex
    size: Count


class PathChange(Struct, frozen=True):
    """One path of a difference: added without `old`, removed without `new`."""

    path: str
    old: EntryRef | None = None
    new: EntryRef | None = None


class Message(Struct, frozen=True):
    """One turn of a session's conversation; a commit speaks in what git brought."""

    role: Speaker
    text: Text
    at: int


class Decision(Struct, frozen=True):
    """One decision of a session, and its reason."""

    text: Text
    why: Annotated[str, Meta(max_length=limits.NOTE)]
    at: int


class Session(Struct, frozen=True, kw_only=True):
    """GET …/sessions/{id}."""

    id: str
    status: Status
    goal: str
    author: str
    base: Count
    started_at: int
    origin: Origin = "unknown"
    model: str | None = None
    landed_at: int | None = None
    position: int | None = None
    conversation: list[Message] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)


class Sessions(Struct, frozen=True):
    """GET …/sessions?status=&before=, newest first; `next` continues as `before`."""

    sessions: list[Session]
    next: str | None = None


class LandingDetail(Struct, frozen=True, kw_only=True):
    """GET …/landings/{n}: the landing, its signed documents, its session and what it changed.

    `changes` holds at most 1,000 paths; `landing.changed` counts all of them.
    """

    landing: Landing
    record: bytes
    statement: bytes | None = None
    session: Session | None = None
    changes: list[PathChange] = field(default_factory=list)


class SessionDraft(Struct, frozen=True, kw_only=True):
    """The session of a landing, as its author tells it. The client chooses the id."""

    id: SessionId
    goal: Goal
    started_at: int
    finished_at: int
    origin: Origin = "unknown"
    model: Annotated[str, Meta(max_length=200)] | None = None


class LandRequest(Struct, frozen=True, kw_only=True):
    """The head of POST …/landings; the new objects follow it in the same body (see `framing`).

    `base` is the position that the workspace holds. `changes` describes the encoded change list,
    `transcript` is the encoded transcript, `statement` the sealed contribution statement. With an
    `epoch`, the changes of the session's earlier epochs land too.
    """

    base: Count
    session: SessionDraft
    changes: Descriptor
    transcript: bytes
    statement: Annotated[bytes, Meta(max_length=limits.STATEMENT)] | None = None
    epoch: Count = 0


class Landed(Struct, frozen=True, kw_only=True):
    """The answer to a landing; `record` is its signed envelope."""

    position: int
    id: Hex
    tree: Hex
    session: str
    landed_at: int
    record: bytes


# ------------------------------------------------------------------------------------- sessions


class StartSession(Struct, frozen=True, kw_only=True):
    """POST …/sessions."""

    id: SessionId
    goal: Goal
    base: Count
    origin: Origin = "unknown"
    model: Annotated[str, Meta(max_length=200)] | None = None


class Epoch(Struct, frozen=True, kw_only=True):
    """POST …/sessions/{id}/epochs: part of a session's changes, stored but not landed."""

    epoch: Annotated[int, Meta(ge=1)]
    changes: Descriptor


# ---------------------------------------------------------------------------- objects and reads


class Stored(Struct, frozen=True):
    """POST …/objects: how many objects of the body are now durable."""

    stored: Count


class TreeEntry(Struct, frozen=True):
    """One name of a listing; a directory's size is the sum of what it holds."""

    name: str
    mode: ModeName
    id: Hex
    size: Count


class Listing(Struct, frozen=True):
    """GET …/tree/{path}?at=N, by name."""

    position: Count
    path: str
    entries: list[TreeEntry]


class Difference(Struct, frozen=True):
    """GET …/diff?from=&to=, by path."""

    old: Count
    new: Count
    changes: list[PathChange]
