"""The API, as a page that one can read and as the document that programs read."""

import functools
import json
import re
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import msgspec
from aiohttp import web

from web.api import document as made
from web.api.model import ANYBODY, Nothing, Operation
from web.api.table import OPERATIONS
from web.page import forge_of, render, tag_of

DOCUMENT = {
    "Cache-Control": "public, max-age=300",
    "Access-Control-Allow-Origin": "*",
    "X-Content-Type-Options": "nosniff",
}
SAMPLES = {
    "account": "ada",
    "project": "book",
    "organization": "guild",
    "member": "bob",
    "position": "1",
    "session": "SESSION",
    "path": "README.md",
    "id": "IMPORT",
}
QUERIES = {"compare": "?old=1&new=2", "search": "?q=spores"}
A_TIME = 1_790_000_000_000
WORDS = {
    "account": "ada",
    "author": "ada",
    "goal": "Say why",
    "handle": "ada",
    "origin": "human",
    "path": "README.md",
    "project": "ada/book",
    "text": "One line",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """An operation as the page shows it: what it takes, and how it is asked with curl."""

    operation: Operation
    anchor: str
    parameters: list[dict[str, Any]]
    fields: list[tuple[str, str, bool]]
    curl: str
    answer: str

    @property
    def scope(self) -> str:
        """What a token needs, empty where nobody needs one."""
        return "" if self.operation.scope == ANYBODY else self.operation.scope


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows: the operations in groups, each with its name and anchor."""

    groups: list[tuple[str, str, list[Shown]]]
    node: str


async def show(request: web.Request) -> web.StreamResponse:
    """Show how programs speak to this node."""
    node = forge_of(request).node.url
    return render(request, "areas/api/show.html", View(_groups(node), node))


async def document(request: web.Request) -> web.StreamResponse:
    """Send the OpenAPI document, which lists every route of this node."""
    node = forge_of(request).node
    kept = request.app[made.KEPT]
    if not kept:
        kept.append(msgspec.json.encode(made.document(request.app, node.url, node.name)))
    body = kept[0]
    headers = DOCUMENT | {"ETag": tag_of(body)}
    if request.headers.get("If-None-Match") == headers["ETag"]:
        return web.Response(status=304, headers=headers)
    response = web.Response(body=body, content_type="application/json", headers=headers)
    response.enable_compression()
    return response


@functools.lru_cache(maxsize=4)
def _groups(node: str) -> list[tuple[str, str, list[Shown]]]:
    return [
        (name, _anchor(name), [_shown(one, node) for one in some])
        for name, some in groupby(OPERATIONS, key=lambda one: one.group)
    ]


def _shown(one: Operation, node: str) -> Shown:
    fields = [] if one.body is Nothing else _fields(one.body)
    return Shown(
        operation=one,
        anchor=_anchor(f"{one.method} {one.path}"),
        parameters=[it for it in made.parameters(one) if it["in"] == "query"],
        fields=fields,
        curl=_curl(one, node),
        answer=_sample(one),
    )


def _fields(shape: type[msgspec.Struct]) -> list[tuple[str, str, bool]]:
    """Return name, type and whether it is required, of each field of a body."""
    schema = made.schemas([shape])[shape.__name__]
    required = schema.get("required", [])
    return [(name, _kind(one), name in required) for name, one in schema["properties"].items()]


def _kind(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return ", ".join(repr(word) if not word else str(word) for word in schema["enum"])
    return str(schema.get("type", "string"))


def _curl(one: Operation, node: str) -> str:
    where = re.sub(r"\{(\w+)\}", lambda found: SAMPLES[found[1]], one.address)
    query = QUERIES.get(one.path.rpartition("/")[2], "")
    address = f"'{node}{where}{query}'" if query else f"{node}{where}"
    parts = ["curl"] + ([f"-X {one.method}"] if one.method != "GET" else [])
    if one.scope != ANYBODY:
        parts.append('-H "Authorization: Bearer $TOKEN"')
    if one.body is not Nothing:
        parts.append(f"--json '{json.dumps(dict(one.example))}'")
    return " ".join([*parts, address])


def _sample(one: Operation) -> str:
    """Return an answer as it may look: each field by a value of its type."""
    if one.answer is None:
        return ""
    found = made.schemas([one.answer])
    return json.dumps(
        _value(found[one.answer.__name__], found, one.answer.__name__), indent=2, ensure_ascii=False
    )


def _value(schema: dict[str, Any], all_: dict[str, Any], name: str) -> Any:
    """Return a value as a field of this name may have it."""
    if "$ref" in schema:
        return _value(all_[schema["$ref"].rpartition("/")[2]], all_, name)
    if "anyOf" in schema:
        return _value(schema["anyOf"][0], all_, name)
    match schema.get("type"):
        case "object":
            fields = schema.get("properties", {})
            return {key: _value(one, all_, key) for key, one in fields.items()}
        case "array":
            return [_value(schema["items"], all_, name)]
        case kind:
            return _plain(schema, kind or "", name)


def _plain(schema: dict[str, Any], kind: str, name: str) -> Any:
    if "enum" in schema:
        return schema["enum"][0]
    if kind == "integer":
        return A_TIME if name.endswith("_at") or name == "at" else 1
    return {"boolean": False, "null": None}.get(kind, _words(name))


def _words(name: str) -> str:
    """Return what a text of this name may say."""
    return WORDS.get(name, "…")


def _anchor(text: str) -> str:
    return re.sub(r"[^a-z]+", "-", text.lower()).strip("-")
