"""Atom feeds (RFC 4287): what happened, for readers that ask again and again.

Ids are made of keys and of ids of projects, so that they stay what they are when a node, a person
or a project goes by another name. Texts are plain: nothing in them is markup.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from aiohttp import web

from web.page import HEADERS, tag_of
from web.phrases import iso

SPACE = "http://www.w3.org/2005/Atom"
TYPE = "application/atom+xml"
# What XML 1.0 cannot say, not even escaped.
_UNSAYABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened; `at` is Unix milliseconds, `url` where to read of it."""

    id: str
    title: str
    url: str
    author: str
    at: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class Atom:
    """A feed; `page` is what it tells of, `since` when that began, in Unix milliseconds."""

    id: str
    title: str
    url: str
    page: str
    since: int
    entries: Sequence[Entry]


def answer(request: web.Request, feed: Atom) -> web.Response:
    """Return a feed, or that it is as the asker has it."""
    body = written(feed)
    headers = HEADERS | {"ETag": tag_of(body)}
    if request.headers.get("If-None-Match") == headers["ETag"]:
        return web.Response(status=304, headers=headers)
    response = web.Response(body=body, content_type=TYPE, charset="utf-8", headers=headers)
    response.enable_compression()
    return response


def written(feed: Atom) -> bytes:
    """Return a feed as XML."""
    root = ET.Element("feed", {"xmlns": SPACE})
    _say(root, "id", feed.id)
    _say(root, "title", feed.title)
    _say(root, "updated", iso(max((one.at for one in feed.entries), default=feed.since)))
    ET.SubElement(root, "link", {"rel": "self", "type": TYPE, "href": feed.url})
    ET.SubElement(root, "link", {"rel": "alternate", "type": "text/html", "href": feed.page})
    for one in feed.entries:
        _add(ET.SubElement(root, "entry"), one)
    body: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return body


def _add(entry: ET.Element, one: Entry) -> None:
    _say(entry, "id", one.id)
    _say(entry, "title", one.title)
    _say(entry, "updated", iso(one.at))
    ET.SubElement(entry, "link", {"rel": "alternate", "type": "text/html", "href": one.url})
    _say(ET.SubElement(entry, "author"), "name", one.author or "unknown")
    if one.text:
        _say(entry, "summary", one.text)


def _say(above: ET.Element, name: str, text: str) -> None:
    ET.SubElement(above, name).text = _UNSAYABLE.sub("\ufffd", text)
