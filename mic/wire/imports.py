"""The messages about bringing histories in from elsewhere, and the names that came with them."""

from typing import Annotated

from msgspec import Meta, Struct

from mic.wire.messages import Count, Handle, Visibility


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
