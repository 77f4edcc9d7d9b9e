"""The messages about bringing histories in from elsewhere."""

from typing import Annotated

from msgspec import Meta, Struct

from mic.wire.messages import Handle, Visibility


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
