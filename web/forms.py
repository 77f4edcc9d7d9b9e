"""Forms: what was typed, and the fault to show beside it instead of on a page of its own.

A form that works redirects; one that does not shows its page again, with what is wrong and the
status of the fault.
"""

from collections.abc import Awaitable
from typing import TypeVar

from aiohttp import web
from aiohttp.http import HttpProcessingError
from multidict import MultiDictProxy

from node.access.model import NoProject
from node.kernel.errors import Conflict, Exhausted, Fault, Invalid, Missing

Typed = MultiDictProxy[str | bytes | bytearray | web.FileField]
T = TypeVar("T")

MENDABLE = (Invalid, Conflict, Exhausted, Missing)
"""What whoever filled in the form can set right; a refusal is not among it."""

KINDS = ("application/x-www-form-urlencoded", "multipart/form-data")
BROKEN = (ValueError, LookupError, RuntimeError, HttpProcessingError, web.RequestPayloadError)
"""What aiohttp raises for a body that is no form, or one in an unknown encoding."""


class BadForm(Invalid):
    """A body that is not the form which it has to be."""

    def __init__(self) -> None:
        super().__init__("form.unreadable", "The form that was sent cannot be read.")


async def typed(request: web.Request) -> Typed:
    """Return the fields of the form; raise `BadForm` for a body that is none."""
    if request.body_exists and request.content_type not in KINDS:
        raise BadForm  # aiohttp takes it for a form without fields
    try:
        return await request.post()
    except BROKEN as fault:
        raise BadForm from fault


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
