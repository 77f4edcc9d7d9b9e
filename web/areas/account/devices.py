"""Where one is signed in: devices and browsers, each to be signed out at once."""

from collections.abc import Awaitable
from dataclasses import dataclass

from aiohttp import web

from node.devices import verbs as devices
from node.devices.model import Device
from node.kernel.errors import Fault
from node.signin import verbs as signin
from node.signin.model import WebSession
from web import forms
from web.failures import status_of
from web.page import SESSION_COOKIE, forge_of, party_of, render

HERE = "/account/devices"


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows."""

    devices: list[Device]
    browsers: list[WebSession]
    problem: str


async def show(request: web.Request) -> web.StreamResponse:
    """Show where the viewer is signed in."""
    return await _page(request, None)


async def revoke(request: web.Request) -> web.StreamResponse:
    """Sign a device out."""
    gone = devices.revoke(forge_of(request), party_of(request), int(request.match_info["device"]))
    return await _done(request, gone)


async def revoke_browser(request: web.Request) -> web.StreamResponse:
    """Sign a browser out; this one is sent to sign in again."""
    key = int(request.match_info["browser"])
    return await _done(request, signin.revoke_session(forge_of(request), party_of(request), key))


async def _done(request: web.Request, attempt: Awaitable[object]) -> web.StreamResponse:
    if fault := await forms.fault_of(attempt):
        return await _page(request, fault)
    raise forms.seen_other(HERE)


async def _page(request: web.Request, fault: Fault | None) -> web.StreamResponse:
    forge, who = forge_of(request), party_of(request)
    view = View(
        devices=await devices.listed(forge, who),
        browsers=await signin.list_sessions(forge, who, request.cookies.get(SESSION_COOKIE, "")),
        problem=fault.message if fault else "",
    )
    status = status_of(fault) if fault else 200
    return render(request, "areas/account/devices.html", view, status)
