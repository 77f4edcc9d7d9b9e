"""What happened to the viewer: read and unread."""

from dataclasses import dataclass

from aiohttp import web

from node.notifications import verbs as notifications
from node.notifications.model import Notification
from node.notifications.verbs import SIZE
from web import forms
from web.faces import Faces, faces_of
from web.page import forge_of, party_of, render

HERE = "/notifications"


@dataclass(frozen=True, slots=True)
class View:
    """A part of what happened; `older` is where the next part begins, 0 for the last."""

    notes: list[Notification]
    older: int
    is_earlier: bool
    faces: Faces


async def show(request: web.Request) -> web.StreamResponse:
    """Show what happened to the viewer."""
    before = _number(request.query.get("before", ""))
    found = await notifications.listed(forge_of(request), party_of(request), before, SIZE + 1)
    shown = found[:SIZE]
    faces = await faces_of(request, (one.actor for one in shown))
    view = View(shown, shown[-1].event if len(found) > SIZE else 0, bool(before), faces)
    return render(request, "areas/people/notifications.html", view)


async def read(request: web.Request) -> web.StreamResponse:
    """Mark one as read, or all up to the newest that the page showed."""
    forge, who, form = forge_of(request), party_of(request), await forms.typed(request)
    one, until = _number(forms.text(form, "event")), _number(forms.text(form, "until"))
    if one:
        await notifications.read(forge, who, one)
    else:
        await notifications.read_until(forge, who, until)
    raise forms.seen_other(HERE)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0
