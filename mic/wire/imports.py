"""The messages about bringing histories in from elsewhere, and the names that came with them."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from mic.wire.messages import Count, Handle, Hex, Visibility

CommitId = Annotated[str, Meta(pattern="^[0-9a-f]{40}$")]


class NewImport(Struct, frozen=True, kw_only=True):
    """POST /accounts/{account}/imports."""

    url: Annotated[str, Meta(max_length=2000)]
    handle: Handle
    visibility: Visibility = "private"


class Fault(Struct, frozen=True):
    """Why an import ended without a project."""

    code: str
    message: str


class Import(Struct, frozen=True, kw_only=True):
    """How an import stands; `done` of `total` counts what its stage counts, times are Unix ms."""

    id: str
    project: str
    url: str
    stage: str
    status: str
    done: int
    total: int
    warnings: list[str]
    error: Fault | None
    created_at: int
    updated_at: int


class Tag(Struct, frozen=True):
    """A name of a position; `object` is the id of what it stands for in git."""

    name: str
    position: Count
    object: str


class Tags(Struct, frozen=True):
    """GET …/tags, by name."""

    tags: list[Tag]


class Kept(Struct, frozen=True):
    """A content that git needs besides landings: small objects of git, or the content of a file."""

    kind: Literal["part", "blob"]
    id: Hex
    size: Count


class Pushed(Struct, frozen=True):
    """The commit with which a push landed."""

    position: Count
    commit: CommitId


class Residue(Struct, frozen=True):
    """GET …/residue: what of git is in no landing, in the order in which it came."""

    kept: list[Kept]
    pushed: list[Pushed]
