"""A star: given and taken back by a form."""

from aiohttp import web

from node.projects import verbs as projects
from node.stars import verbs as stars
from web import forms
from web.areas.signin.forms import local
from web.page import forge_of, party_of

WANTED = {"yes": True, "no": False}


async def give(request: web.Request) -> web.StreamResponse:
    """Give a star or take it back, as the form says; without a word, do what was not done."""
    forge, who, match = forge_of(request), party_of(request), request.match_info
    form = await forms.typed(request)
    project = await projects.get(forge, who, match["account"], match["project"])
    wanted = WANTED.get(forms.text(form, "star"))
    await stars.set_star(forge, who, project, starred=wanted)
    asked = forms.text(form, "return_to")
    raise forms.seen_other(local(asked) if asked else f"/{project.address}")
