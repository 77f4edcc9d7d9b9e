"""Forms: what was typed, and the fault to show beside it instead of on a page of its own.

A form that works redirects; one that does not shows its page again, with what is wrong and the
status of the fault.
"""

from collections.abc import Awaitable
from typing import TypeVar

from aiohttp import web
from multidict import MultiDictProxy

from node.access.model import NoProject
from node.kernel.errors import Conflict, Exhausted, Fault, Invalid, Missing

Typed = MultiDictProxy[str | bytes | bytearray | web.FileField]
T = TypeVar("T")

MENDABLE = (Invalid, Conflict, Exhausted, Missing)
"""What whoever filled in the form can set right; a refusal is not among it."""


async def typed(request: web.Request) -> Typed:
    """Return the fields of the form."""
    return await request.post()


def text(form: Typed, name: str) -> str:
    """Return a field without space around it, empty where it is absent."""
    value = form.get(name, "")
    return value.strip() if isinstance(value, str) else ""


async def fault_of(attempt: Awaitable[object]) -> Fault | None:
    """Wait for `attempt`; return what whoever filled in the form can set right."""
    try:
        await attempt
    except NoProject:
        raise
    except MENDABLE as fault:
        return fault
    return None


def confirm(form: Typed, handle: str) -> None:
    """Raise `Invalid` unless the form's `confirm` is the handle."""
    if text(form, "confirm") != handle:
        raise Invalid("form.unconfirmed", f"Type {handle} to confirm: what you typed differs.")


def seen_other(where: str) -> web.HTTPSeeOther:
    """Return the redirect to a page of this node."""
    return web.HTTPSeeOther(where)
