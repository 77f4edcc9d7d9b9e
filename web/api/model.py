"""An operation of the API, and what its handler gets and gives."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from aiohttp import web

from node.kernel.forge import Forge
from node.kernel.parties import Party

ANYBODY = "anybody"
"""What needs no account, where the project is public."""

PREFIX = "/api/v1"


class Nothing(msgspec.Struct, frozen=True):
    """No parameters, or no body."""


NOTHING = Nothing()


@dataclass(frozen=True, slots=True)
class Asked:
    """What a handler gets: who asks for what, with the query and the body as their shapes say."""

    forge: Forge
    who: Party
    request: web.Request
    query: Any
    body: Any

    def named(self, name: str) -> str:
        """Return a part of the address."""
        return self.request.match_info[name]


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer; `next` is the cursor of what follows in a list, `location` what was made."""

    value: msgspec.Struct | None
    next: str | None = None
    location: str = ""


Handler = Callable[[Asked], Awaitable[Reply]]


@dataclass(frozen=True, slots=True)
class Operation:
    """One method at one address: what it is, what it takes, what it gives, what a token needs.

    `examples` are a body to send, and values of the parts of the address, as the page shows them.
    """

    method: str
    path: str
    group: str
    summary: str
    handler: Handler
    answer: type[msgspec.Struct] | None
    scope: str = ANYBODY
    query: type[msgspec.Struct] = Nothing
    body: type[msgspec.Struct] = Nothing
    status: int = 200
    example: Mapping[str, object] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """Return the address with `{names}` for its parts."""
        return PREFIX + self.path.replace(r":[\s\S]+", "").replace(r":[\s\S]*", "")

    @property
    def success(self) -> int:
        """Return the status of an answer that tells of success."""
        return 204 if self.answer is None else self.status

    @property
    def name(self) -> str:
        """Return what programs call it: `projects_show`."""
        module = self.handler.__module__.rpartition(".")[2]
        return f"{module}_{self.handler.__name__}"
