"""The messages about forks: to make one, and to bring it up to its origin."""

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from mic.wire import limits
from mic.wire.messages import Count, Handle

Side = Literal["ours", "theirs"]


class NewFork(Struct, frozen=True, kw_only=True):
    """POST /projects/{account}/{project}/fork; what is absent is as the origin has it."""

    account: Handle | None = None
    handle: Handle | None = None
    name: Annotated[str, Meta(max_length=200)] = ""
    visibility: Literal["public", "private"] | None = None


class Sync(Struct, frozen=True, kw_only=True):
    """POST /projects/{account}/{project}/sync: which side is to stand at paths that clash."""

    chosen: Annotated[dict[str, Side], Meta(max_length=limits.CHOSEN)] = field(default_factory=dict)


class Synced(Struct, frozen=True, kw_only=True):
    """What a sync brought: `carried` landings, paths `merged` by lines; `left` are still to come.

    `position` is where the fork stands then.
    """

    position: Count
    carried: Count
    merged: list[str]
    left: Count
