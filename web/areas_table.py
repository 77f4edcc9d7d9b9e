"""Every page and its address, in the order in which they are tried."""

from aiohttp import web

from web import live
from web.areas.account import closing, devices, export, tokens
from web.areas.admin import show as admin
from web.areas.agents import show as agents
from web.areas.api import show as api
from web.areas.changelog import show as changelog
from web.areas.design import show as design
from web.areas.device import answer as device
from web.areas.docs import show as docs
from web.areas.explore import show as explore
from web.areas.files import archive, blame, blob, compare, find, raw, tree
from web.areas.forks import new as fork
from web.areas.forks import sync
from web.areas.front import show as front
from web.areas.imports import show as imports
from web.areas.invitations import mine as invitations
from web.areas.invitations import redeem
from web.areas.landings import listed
from web.areas.landings import show as landing
from web.areas.legal import show as legal
from web.areas.organizations import members, mine
from web.areas.organizations import settings as organization
from web.areas.peers import show as peers
from web.areas.people import atom, feed, notifications, picture
from web.areas.people import show as account
from web.areas.project import show as project
from web.areas.projects import bring
from web.areas.projects import mine as my_projects
from web.areas.projects import new as new_project
from web.areas.search import show as search
from web.areas.sessions import listed as all_sessions
from web.areas.sessions import progress
from web.areas.sessions import show as session
from web.areas.settings import audit, deleted
from web.areas.settings import show as settings
from web.areas.signin import forms as signin
from web.areas.sitemap import show as sitemap
from web.areas.stars import badge, give
from web.languages.words import OTHERS

PROJECT = "/{account}/{project}"
SETTINGS = PROJECT + "/settings"
ORGANIZATION = "/organizations/{organization}"
SESSION = "/sessions/{session:[A-Za-z0-9_-]{1,64}}"
INVITATION = "/invitations/{invitation:[0-9]{1,12}}"

ROUTES = [
    web.get("/", front.show),
    *(web.get(one.at("/"), front.show) for one in OTHERS),
    web.get("/design", design.show),
    web.get("/skill.md", agents.guide),
    web.get("/SKILL.md", agents.guide),
    web.get("/llms.txt", agents.llms),
    web.get("/robots.txt", agents.robots),
    web.get("/opensearch.xml", agents.search),
    web.get("/sitemap.xml", sitemap.show),
    web.get("/sitemap-{part:[0-9]{1,6}}.xml", sitemap.part),
    web.get("/docs", docs.show),
    web.get("/docs/images/{image:.+}", docs.picture),
    web.get("/docs/{shelf}", docs.shelf),
    web.get("/docs/{shelf}/{document}", docs.document),
    web.get("/api", api.show),
    web.get("/api/openapi.json", api.document),
    web.get("/changelog", changelog.show),
    web.get("/changelog.atom", changelog.atom),
    web.get("/changelog/atom", changelog.atom),
    web.get("/changelog/rss", changelog.rss),
    web.get("/changelog/version/{version}", changelog.version),
    web.get("/legal", legal.show),
    *(web.get(one.at("/legal"), legal.show) for one in OTHERS),
    *(web.get(name, legal.moved) for name in legal.NAMES),
    web.get("/admin", admin.show),
    web.post("/theme", signin.choose_theme),
    web.get("/sign-in", signin.how),
    web.post("/sign-in", signin.by_code),
    web.get("/sign-in/{token}", signin.ask),
    web.post("/sign-in/{token}", signin.enter),
    web.post("/sign-out", signin.leave),
    web.get("/device/auth", device.show),
    web.post("/device/auth/verify", device.verify),
    web.get("/account", closing.show),
    web.post("/account/profile", closing.change_profile),
    web.post("/account/picture", closing.change_picture),
    web.post("/account/models", closing.change_models),
    web.post("/account/close", closing.ask),
    web.post("/account/close/undo", closing.undo),
    web.get("/account/devices", devices.show),
    web.post("/account/devices/{device:[0-9]{1,12}}/revoke", devices.revoke),
    web.post("/account/browsers/{browser:[0-9]{1,12}}/revoke", devices.revoke_browser),
    web.get("/account/tokens", tokens.show),
    web.post("/account/tokens", tokens.create),
    web.post("/account/tokens/{key:[0-9]{1,12}}/revoke", tokens.revoke),
    web.get("/settings/tokens", tokens.moved),
    web.get("/organizations", mine.listed),
    web.post("/organizations", mine.create),
    web.get("/organizations/new", mine.new),
    web.get(ORGANIZATION + "/members", members.show),
    web.post(ORGANIZATION + "/members", members.set_role),
    web.post(ORGANIZATION + "/members/remove", members.remove),
    web.post(ORGANIZATION + "/invitations", members.invite),
    web.post(ORGANIZATION + "/leave", members.leave),
    web.get(ORGANIZATION + "/settings", organization.show),
    web.post(ORGANIZATION + "/settings", organization.change),
    web.post(ORGANIZATION + "/profile", organization.change_profile),
    web.post(ORGANIZATION + "/picture", organization.change_picture),
    web.post(ORGANIZATION + "/models", organization.change_models),
    web.post(ORGANIZATION + "/delete", organization.delete),
    web.get("/invitations", invitations.show),
    web.post("/invitations/link", invitations.make_link),
    web.post(INVITATION + "/accept", invitations.accept),
    web.post(INVITATION + "/decline", invitations.decline),
    web.post(INVITATION + "/withdraw", invitations.withdraw),
    web.get("/invite/{token}", redeem.ask),
    web.post("/invite/{token}", redeem.enter),
    web.get("/peers", peers.show),
    web.get("/explore", explore.show),
    web.get("/search", search.show),
    web.get("/projects", my_projects.show),
    web.post("/projects", new_project.create),
    web.get("/projects/new", new_project.show),
    web.get("/projects/import", bring.show),
    web.post("/projects/import", bring.start),
    web.get("/projects" + PROJECT, my_projects.moved),
    web.get("/projects" + PROJECT + "/edit", my_projects.moved_settings),
    web.get("/projects" + PROJECT + "/sessions", session.moved),
    web.get("/projects" + PROJECT + SESSION, session.moved),
    web.get("/deleted", deleted.show),
    web.post("/deleted" + PROJECT, deleted.restore),
    web.get("/feed", feed.show),
    web.get("/notifications", notifications.show),
    web.post("/notifications/read", notifications.read),
    web.get("/images/{picture:[0-9a-f]{64}}.webp", picture.show),
    web.get("/{account}.atom", atom.of_account),  # no handle has a dot
    web.get("/{account}", account.show),
    web.post("/{account}/follow", feed.follow),
    web.get("/{account}/export.zip", export.show),  # no project's handle has a dot
    web.get(PROJECT, project.show),
    web.get(PROJECT + "/live", live.project, allow_head=False),
    web.post(PROJECT + "/star", give.give),
    web.get(PROJECT + "/badge.svg", badge.show),
    web.get(PROJECT + "/fork", fork.show),
    web.post(PROJECT + "/fork", fork.fork),
    web.get(PROJECT + "/sync", sync.show),
    web.post(PROJECT + "/sync", sync.sync),
    web.get(SETTINGS, settings.show),
    web.get(SETTINGS + "/import", bring.into),
    web.post(SETTINGS, settings.change),
    web.get(SETTINGS + "/audit", audit.show),
    web.post(SETTINGS + "/members", settings.set_member),
    web.post(SETTINGS + "/members/remove", settings.remove_member),
    web.post(SETTINGS + "/archive", settings.archive),
    web.post(SETTINGS + "/transfer", settings.transfer),
    web.post(SETTINGS + "/delete", settings.delete),
    web.get(SETTINGS + "/tokens", tokens.show),
    web.post(SETTINGS + "/tokens", tokens.create),
    web.post(SETTINGS + "/tokens/{key:[0-9]{1,12}}/revoke", tokens.revoke),
    web.get(PROJECT + r"/@{position:[0-9]{1,12}}", landing.lead),
    web.get(PROJECT + "/landings", listed.show),
    web.get(PROJECT + "/landings.atom", atom.of_project),
    web.get(PROJECT + r"/landings/{position:[0-9]{1,12}}", landing.show),
    web.get(PROJECT + "/sessions", all_sessions.show),
    web.get(PROJECT + SESSION, session.show),
    web.post(PROJECT + SESSION + "/abandon", session.abandon),
    web.get(PROJECT + "/agents", progress.show),
    web.get(PROJECT + "/import/{id:[A-Za-z0-9_-]{1,64}}", imports.show),
    web.get(PROJECT + "/tree", tree.show),
    web.get(PROJECT + r"/tree/{path:[\s\S]*}", tree.show),
    web.get(PROJECT + r"/blob/{path:[\s\S]+}", blob.show),
    web.get(PROJECT + r"/blame/{path:[\s\S]+}", blame.show),
    web.get(PROJECT + r"/raw/{path:[\s\S]+}", raw.show),
    web.get(PROJECT + "/compare", compare.show),
    web.get(PROJECT + "/find", find.show),
    web.get(PROJECT + "/paths", find.paths),
    web.get(PROJECT + r"/archive/latest.{kind:tar\.gz|zip}", archive.newest),
    web.get(PROJECT + r"/archive/{position:[0-9]{1,12}}.{kind:tar\.gz|zip}", archive.show),
]
