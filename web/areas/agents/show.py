"""What a node tells programs that read it: a guide to `mic`, and where that is.

`guide.txt` is made from the table of the commands of `mic` by `make reference`.
"""

import functools
from pathlib import Path

from aiohttp import web

from web.page import forge_of

HEADERS = {
    "Cache-Control": "public, max-age=300",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
}
LLMS = """\
# {{name}}

> A Micelio node: projects as logs of landings, each with what it changed, what for, and why.

- [For agents]({{node}}/skill.md): how to work with the projects here, with the program `mic`
- [Projects]({{node}}/): what there is
"""
SEARCH = """\
<?xml version="1.0" encoding="UTF-8"?>
<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">
<ShortName>{{name}}</ShortName>
<Description>Projects on this node, and the reasons behind every change</Description>
<InputEncoding>UTF-8</InputEncoding>
<Image width="48" height="48" type="image/x-icon">{{node}}/favicon.ico</Image>
<Url type="text/html" template="{{node}}/search?q={searchTerms}"/>
</OpenSearchDescription>
"""
ROBOTS = """\
# For agents: {{node}}/skill.md
User-agent: *
Disallow: /sign-in
Disallow: /account/
Disallow: /settings/
Disallow: /invitations
Disallow: /device/
Allow: /
Sitemap: {{node}}/sitemap.xml
"""


async def guide(request: web.Request) -> web.StreamResponse:
    """Tell an agent what Micelio is, and how it works here."""
    return _told(request, _guide(), "text/markdown")


async def llms(request: web.Request) -> web.StreamResponse:
    """Tell where the guide is."""
    return _told(request, LLMS, "text/plain")


async def robots(request: web.Request) -> web.StreamResponse:
    """Tell crawlers what is not for them."""
    return _told(request, ROBOTS, "text/plain")


async def search(request: web.Request) -> web.StreamResponse:
    """Tell a browser how to search here (OpenSearch 1.1, draft 6)."""
    return _told(request, SEARCH, "application/opensearchdescription+xml")


@functools.cache
def _guide() -> str:
    return Path(__file__).with_name("guide.txt").read_text()


def _told(request: web.Request, text: str, kind: str) -> web.Response:
    node = forge_of(request).node
    # The name stands between quotation marks: what would end them, or the line, is left out.
    name = "".join(one for one in node.name if one.isprintable() and one not in '"\\<>&')
    filled = text.replace("{{name}}", name).replace("{{node}}", node.url)
    response = web.Response(text=filled, content_type=kind, charset="utf-8", headers=HEADERS)
    response.enable_compression()
    return response
