"""The stylesheet says everything the pages say, and nothing that the house style forbids."""

import hashlib
import re
from pathlib import Path

import pytest
import tinycss2

from web.design.stylesheet import files, stylesheet

WEB = Path(__file__).parents[2] / "web"
FILES = sorted(files())
TEMPLATES = sorted(WEB.rglob("*.html"))
COLOUR_FUNCTIONS = {"rgb", "rgba", "hsl", "hsla", "hwb", "lab", "lch", "oklab", "oklch", "color"}
BARE = {"t0"}  # the drawing's plain rings, which look as every circle of it does


def parsed(path):
    return tinycss2.parse_stylesheet(path.read_text(), skip_comments=True, skip_whitespace=True)


def nodes(found):
    """Yield every node of a list of nodes, and of all lists within."""
    for node in found:
        yield node
        for inside in ("prelude", "content", "arguments"):
            yield from nodes(getattr(node, inside, None) or ())


def defined():
    text = stylesheet()[0].decode()
    return set(re.findall(r"\.(-?[A-Za-z_][\w-]*)", re.sub(r"/\*.*?\*/|\"[^\"]*\"", "", text)))


def used(template):
    """Return the classes that a template names outright; those it computes, pages show.

    `class="tag{{ ' is-' ~ kind if kind }}"` names `tag`, `class="is-{{ kind }}"` nothing.
    """
    values = re.findall(r'class="((?:\{\{.*?\}\}|\{%.*?%\}|[^"])*)"', template.read_text())
    words = " ".join(re.sub(r"\{\{ ' .*?\}\}", " ", value) for value in values)
    return set(re.sub(r"[\w-]*\{[{%].*?[}%]\}[\w-]*", " ", words).split())


def test_the_stylesheet_is_named_by_its_content_and_whole():
    body, digest = stylesheet()
    assert hashlib.sha256(body).hexdigest().startswith(digest)
    assert len(digest) == 16
    assert body.startswith(b"@layer tokens, base, components, page;")
    assert {path.name for path in FILES} == {path.name for path in WEB.rglob("*.css")}


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(WEB)))
def test_each_class_of_a_page_is_defined(template):
    assert used(template) - defined() - BARE == set()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_parses_and_outweighs_nothing_by_force(path):
    rules = parsed(path)
    assert [node.message for node in nodes(rules) if node.type == "error"] == []
    assert "!important" not in path.read_text()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_speaks_in_its_own_layer(path):
    layer = {"css": "components", "pages": "page"}.get(path.parent.name, path.stem)
    rules = [rule for rule in parsed(path) if rule.at_keyword != "font-face"]
    wanted = {f"layer {layer}"}
    heads = {f"{rule.at_keyword}{tinycss2.serialize(rule.prelude).rstrip()}" for rule in rules}
    assert heads - {"layer tokens, base, components, page"} == wanted


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_rule_is_for_an_id_and_no_colour_stands_outside_the_tokens(path):
    found = list(nodes(parsed(path)))
    hashes = {node.value for node in found if node.type == "hash"}
    functions = {node.lower_name for node in found if node.type == "function"}
    if path.name != "tokens.css":
        assert hashes == set()
        assert functions & COLOUR_FUNCTIONS == set()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_nothing_comes_from_another_place(path):
    addresses = {node.value for node in nodes(parsed(path)) if node.type == "url"}
    addresses |= {
        node.arguments[0].value
        for node in nodes(parsed(path))
        if node.type == "function" and node.lower_name == "url"
    }
    assert {address for address in addresses if not address.startswith("/static/")} == set()
    for address in addresses:
        assert (WEB / address.removeprefix("/")).is_file()
    assert "@import" not in path.read_text()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_letters_are_of_the_sizes_that_are_tokens(path):
    """Or of a share of what they stand in; what is printed has points."""
    sizes = r"font-size:\s*([^;}]+)|font:\s*var\(--\w+\) ([^;}]+?) var"
    said = (one or other for one, other in re.findall(sizes, path.read_text()))
    known = r"(var\(--(text|lead)-\w+\)|inherit|[\d.]+(em|pt))(/var\(--lead-\w+\))?"
    assert [size for size in said if not re.fullmatch(known, size.strip())] == []


def test_each_token_that_is_used_is_one():
    text = stylesheet()[0].decode()
    assert set(re.findall(r"var\((--[\w-]+)", text)) <= set(re.findall(r"(--[\w-]+):", text))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(WEB)))
def test_a_page_carries_no_style_and_no_script_of_its_own(template):
    text = template.read_text()
    assert (
        re.findall(
            r"<style|<script(?![^>]* src=|[^>]*\+json)|\sstyle=|\son[a-z]+=|javascript:", text
        )
        == []
    )


ASSEMBLED = {"diff.changed", "diff.files", "talk.talk"}  # of parts that are shown one by one


def test_the_design_page_shows_every_component():
    """Each macro is on the page, or in one that is: what is not there does not exist yet."""
    texts = {one.stem: one.read_text() for one in (WEB / "design/components").glob("*.html")}
    bodies = {}
    for name, text in texts.items():
        for macro, body in re.findall(r"{% macro (\w+)\(.*?%}(.*?){%-? endmacro", text, re.DOTALL):
            bodies[name, macro] = body
    shown = (WEB / "areas/design/show.html").read_text()
    shown += (WEB / "base.html").read_text()
    reached, fresh = set(), [shown]
    while fresh:
        text = fresh.pop()
        called = set(re.findall(r"\b(\w+)\(", text)) | set(re.findall(r"each\((\w+)", text))
        for one in bodies.keys() - reached:
            if one[1] in called:
                reached.add(one)
                fresh.append(bodies[one])
    assert {f"{file}.{macro}" for file, macro in bodies.keys() - reached} == ASSEMBLED
