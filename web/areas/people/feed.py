"""What happened on projects that one starred, and what people did whom one follows."""

from dataclasses import dataclass

from aiohttp import web

from node.feeds import verbs as feeds
from node.feeds.model import NEWEST
from web import forms
from web.areas.people import days
from web.areas.people.days import Day
from web.faces import Faces, faces_of
from web.page import forge_of, party_of, render

WANTED = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True)
class View:
    """The days of a part of the feed; `older` goes on behind them."""

    days: list[Day]
    older: str
    is_newest: bool
    faces: Faces


async def show(request: web.Request) -> web.StreamResponse:
    """Show a part of the feed."""
    forge, before = forge_of(request), days.asked(request)
    found = await feeds.followed(forge, party_of(request), before)
    shown = days.by_day(found.items, forge.now())
    faces = await faces_of(request, (one.account for one in found.items))
    view = View(shown, days.cursor(found.older), before == NEWEST, faces)
    return render(request, "areas/people/feed.html", view)


async def follow(request: web.Request) -> web.StreamResponse:
    """Follow an account, or no more."""
    form = await forms.typed(request)
    handle, wanted = request.match_info["account"], WANTED.get(forms.text(form, "follow"), True)
    await feeds.follow(forge_of(request), party_of(request), handle, wanted=wanted)
    raise forms.seen_other(f"/{handle}")
