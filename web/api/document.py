"""What the node answers, as an OpenAPI 3.1 document: made from the routes that it really has.

The operations of the API are told in full, from their table; of every other route, pages, the sync
protocol and git, the method, the address and the first line of what its handler says of itself.
"""

import re
from collections.abc import Iterator
from typing import Any

import msgspec
from aiohttp import web

from web.api.edge import Door
from web.api.model import ANYBODY, Nothing, Operation
from web.api.shapes import Problem

Json = dict[str, Any]

KEPT: web.AppKey[list[bytes]] = web.AppKey("web-api-document", list)
"""The document as it is sent, once it was asked for: the routes stay as they are."""

REF = "#/components/schemas/{name}"
PARTS = {
    "account": "The handle of a person or an organization.",
    "project": "The handle of a project.",
    "organization": "The handle of an organization.",
    "member": "The handle of a person.",
    "position": "The number of a landing.",
    "session": "The id of a session.",
    "path": "A path in the project; its slashes stay as they are.",
    "id": "The id of an import.",
}
SECURITY = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "An access token of this node."},
    "browser": {"type": "apiKey", "in": "cookie", "name": "micelio_session"},
    "git": {"type": "http", "scheme": "basic", "description": "A handle and an access token."},
}
REFUSALS = {
    "400": "The request cannot be meant.",
    "401": "Sign in first, or with a token that holds.",
    "403": "You may not do that.",
    "404": "It is not there, or not yours to see.",
    "409": "It does not go with what there is.",
    "413": "It is too much.",
    "429": "It was tried too often.",
    "default": "It did not work.",
}
_GIT = re.compile(r"/(info/refs|git-upload-pack|git-receive-pack)$")


def document(app: web.Application, url: str, name: str) -> Json:
    """Return the document of every route of `app`."""
    paths: dict[str, Json] = {}
    shapes: set[type] = {Problem}
    for method, path, handler in _routes(app):
        told = paths.setdefault(path, {})
        door = getattr(handler, "__self__", None)
        if isinstance(door, Door):
            shapes |= {door.operation.body, door.operation.answer or Nothing} - {Nothing}
            told[method.lower()] = operation(door.operation)
        else:
            told[method.lower()] = _other(method, path, handler)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"Micelio at {name}",
            "version": "1",
            "description": "Every address of this node. Programs use those below /api/v1;"
            " /mic/v1 is the protocol of `mic` and of peers.",
        },
        "servers": [{"url": url}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": schemas(sorted(shapes, key=lambda one: one.__name__)),
            "securitySchemes": SECURITY,
        },
    }


def schemas(shapes: list[type]) -> Json:
    """Return the schema of each shape, and of what they are made of, by its name."""
    return msgspec.json.schema_components(shapes, ref_template=REF)[1]


def operation(one: Operation) -> Json:
    """Return all there is to say of an operation."""
    told: Json = {
        "operationId": one.name,
        "tags": [one.group],
        "summary": one.summary,
        "description": (one.handler.__doc__ or "").strip(),
        "parameters": parameters(one),
        "responses": {str(one.success): _answer(one)} | _refusals(one),
        "security": security(one),
    }
    if one.body is not Nothing:
        body: Json = {"schema": {"$ref": REF.format(name=one.body.__name__)}}
        if one.example:
            body["example"] = dict(one.example)
        told["requestBody"] = {"required": True, "content": {"application/json": body}}
    return told


def parameters(one: Operation) -> list[Json]:
    """Return the parameters of an operation: the parts of its address, then its query."""
    found: list[Json] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": PARTS[name],
            "schema": {"type": "string"},
        }
        for name in re.findall(r"\{(\w+)\}", one.address)
    ]
    if one.query is Nothing:
        return found
    shape = schemas([one.query])[one.query.__name__]
    for name, schema in shape["properties"].items():
        about = {key: value for key, value in schema.items() if key != "description"}
        said = schema.get("description") or _described(schema)
        required = name in shape.get("required", [])
        found.append(
            {
                "name": name,
                "in": "query",
                "required": required,
                "description": said,
                "schema": about,
            }
        )
    return found


def security(one: Operation) -> list[Json]:
    """Return what opens an operation: nothing needs to, where anybody may ask."""
    if one.scope == ANYBODY:
        return [{}, {"bearer": []}, {"browser": []}]
    return [{"bearer": [one.scope]}] + ([{"browser": []}] if one.method == "GET" else [])


def _described(schema: Json) -> str:
    return next((one["description"] for one in schema.get("anyOf", []) if "description" in one), "")


def _answer(one: Operation) -> Json:
    if one.answer is None:
        return {"description": "It is done."}
    schema = {"$ref": REF.format(name=one.answer.__name__)}
    about = " ".join((one.answer.__doc__ or "").split())
    return {"description": about, "content": {"application/json": {"schema": schema}}}


def _refusals(one: Operation) -> Json:
    schema = {"schema": {"$ref": REF.format(name=Problem.__name__)}}
    said = {"description": "", "content": {"application/problem+json": schema}}
    unheard = {"409", "413"} if one.method == "GET" and "path" not in one.path else set()
    found = {status: said | {"description": text} for status, text in REFUSALS.items()}
    found = {status: told for status, told in found.items() if status not in unheard}
    if one.method == "GET":
        found["304"] = {"description": "It is as it was."}
    return found


def _routes(app: web.Application) -> Iterator[tuple[str, str, Any]]:
    """Yield method, address and handler of each route that is an address of its own."""
    for route in app.router.routes():
        if route.resource is not None and route.method not in {"*", "HEAD"}:
            yield route.method, route.resource.canonical, route.handler


def _other(method: str, path: str, handler: Any) -> Json:
    told = (getattr(handler, "__doc__", None) or "").strip().split("\n")[0]
    parts = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"\{(\w+)\}", path)
    ]
    kind, security = _kind(method, path)
    return {
        "tags": [kind],
        "summary": told or f"{method} {path}",
        "parameters": parts,
        "responses": {"default": {"description": "A page, or what the protocol says."}},
        "security": security,
    }


def _kind(method: str, path: str) -> tuple[str, list[Json]]:
    if path.startswith("/mic/"):
        return "mic", [{}, {"bearer": []}]
    if _GIT.search(path):
        return "git", [{}, {"git": []}]
    return "Pages", [{}, {"browser": []}] if method == "GET" else [{"browser": []}]
