"""Every page and its address, in the order in which they are tried."""

from aiohttp import web

from web.areas.account import show as account
from web.areas.design import show as design
from web.areas.files import blame, blob, raw, tree
from web.areas.front import show as front
from web.areas.landings import listed
from web.areas.landings import show as landing
from web.areas.project import show as project
from web.areas.signin import forms as signin

PROJECT = "/{account}/{project}"

ROUTES = [
    web.get("/", front.show),
    web.get("/design", design.show),
    web.post("/theme", signin.choose_theme),
    web.get("/sign-in", signin.how),
    web.get("/sign-in/{token}", signin.ask),
    web.post("/sign-in/{token}", signin.enter),
    web.post("/sign-out", signin.leave),
    web.get("/{account}", account.show),
    web.get(PROJECT, project.show),
    web.get(PROJECT + "/landings", listed.show),
    web.get(PROJECT + r"/landings/{position:[0-9]{1,12}}", landing.show),
    web.get(PROJECT + "/tree", tree.show),
    web.get(PROJECT + "/tree/{path:.*}", tree.show),
    web.get(PROJECT + "/blob/{path:.+}", blob.show),
    web.get(PROJECT + "/blame/{path:.+}", blame.show),
    web.get(PROJECT + "/raw/{path:.+}", raw.show),
]
