"""How docutils reads and draws a text for our pages; `node.kernel.restructured` is its one user.

What docutils would draw with parts and classes of its own style sheet is drawn here with the few
tags that our prose has. Reading and drawing look at the clock at every line and at every node.
"""

import functools
import html
from time import monotonic

from docutils import core, nodes
from docutils.readers import standalone
from docutils.writers import html5_polyglot

from node.kernel import markup
from node.kernel.markup import Resolve

SETTINGS = {
    "_disable_config": True,
    "doctitle_xform": False,
    "docinfo_xform": False,
    "embed_stylesheet": False,
    "exit_status_level": 5,
    "file_insertion_enabled": False,
    "halt_level": 5,
    "id_prefix": markup.ANCHOR,
    "initial_header_level": 1,
    "line_length_limit": markup.LONGEST_LINE,
    "output_encoding": "unicode",
    "raw_enabled": False,
    "report_level": 5,
    "sectsubtitle_xform": False,
    "smart_quotes": False,
    "stylesheet_path": None,
    "syntax_highlight": "none",
    "toc_backlinks": False,
    "traceback": True,
    "warning_stream": False,
}


class TooSlow(Exception):
    """The text takes longer than anybody should wait for it."""


def draw(text: str, link: Resolve, image: Resolve, ends: float) -> str:
    """Return HTML that is not clean yet; raise `TooSlow` at `ends`, by the monotonic clock."""
    writer = html5_polyglot.Writer()
    writer.translator_class = functools.partial(Drawing, link=link, image=image, ends=ends)
    parts = core.publish_parts(
        text, reader=Reader(ends), writer=writer, settings_overrides=dict(SETTINGS)
    )
    return str(parts["fragment"])


def hurry(ends: float) -> None:
    """Raise `TooSlow` if it is too late."""
    if monotonic() > ends:
        raise TooSlow


class Substitutions(dict[str, nodes.Element]):
    """What stands for what, looked up until it is too late: one may stand for many others."""

    def __init__(self, ends: float) -> None:
        super().__init__()
        self.ends = ends

    def __getitem__(self, name: str) -> nodes.Element:
        hurry(self.ends)
        return super().__getitem__(name)


class Reader(standalone.Reader):  # type: ignore[misc]
    """Reads until it is too late."""

    def __init__(self, ends: float) -> None:
        super().__init__()
        self.ends = ends

    def new_document(self) -> nodes.document:
        """Return a document that looks at the clock at each line, in every nested part."""
        document = super().new_document()
        document.note_source = lambda _source, _offset: hurry(self.ends)
        document.substitution_defs = Substitutions(self.ends)
        return document


class Drawing(html5_polyglot.HTMLTranslator):  # type: ignore[misc]
    """Draws with the tags of our prose."""

    def __init__(
        self, document: nodes.document, link: Resolve, image: Resolve, ends: float
    ) -> None:
        super().__init__(document)
        self.link, self.image, self.ends = link, image, ends

    def dispatch_visit(self, node: nodes.Node) -> None:
        hurry(self.ends)
        super().dispatch_visit(node)

    def put(self, text: str) -> None:
        self.body.append(text)

    def visit_reference(self, node: nodes.Element) -> None:
        href = _href(node, self.link)
        outward = markup.is_outward(href) if href else False
        rel = f' rel="{markup.REL}"' if outward else ""
        self.put("" if _is_inline(node) else "<p>")
        self.put(f'<a href="{html.escape(href)}"{rel}>' if href else "<a>")

    def depart_reference(self, node: nodes.Element) -> None:
        self.put("</a>" if _is_inline(node) else "</a></p>\n")

    def visit_image(self, node: nodes.Element) -> None:
        uri, words = node["uri"], node.get("alt") or "image"
        linked = isinstance(node.parent, nodes.reference)
        drawn = markup.picture(uri, words, self.image, is_linked=linked)
        self.put(drawn if linked or _is_inline(node) else f"<p>{drawn}</p>\n")
        raise nodes.SkipNode

    def visit_paragraph(self, node: nodes.Element) -> None:
        self.put("" if self.is_bare(node) else "<p>")

    def depart_paragraph(self, node: nodes.Element) -> None:
        self.put("" if self.is_bare(node) else "</p>\n")

    def is_bare(self, node: nodes.Element) -> bool:
        """Whether a paragraph is all that a cell, or that each item of a list, holds."""
        around = node.parent
        if isinstance(around, nodes.list_item):
            return bool(self.is_compactable(around.parent)) and around[0] is node
        return isinstance(around, nodes.entry | nodes.field_body) and len(around) == 1

    def visit_literal(self, node: nodes.Element) -> None:
        self.put(f"<code>{html.escape(node.astext())}</code>")
        raise nodes.SkipNode

    visit_math = visit_literal

    def visit_literal_block(self, node: nodes.Element) -> None:
        if any(not isinstance(child, nodes.Text) for child in node.children):
            self.put("<pre>")
            return
        language = next((name for name in node["classes"] if name != "code"), "")
        self.put(_code(node.astext(), language))
        raise nodes.SkipNode

    def depart_literal_block(self, _node: nodes.Element) -> None:
        self.put("</pre>\n")

    def visit_doctest_block(self, node: nodes.Element) -> None:
        self.put(_code(node.astext(), "pycon"))
        raise nodes.SkipNode

    def visit_math_block(self, node: nodes.Element) -> None:
        self.put(_code(node.astext(), ""))
        raise nodes.SkipNode

    def visit_title_reference(self, _node: nodes.Element) -> None:
        self.put("<em>")

    def depart_title_reference(self, _node: nodes.Element) -> None:
        self.put("</em>")

    def visit_line_block(self, node: nodes.Element) -> None:
        self.put("" if isinstance(node.parent, nodes.line_block) else "<p>")

    def depart_line_block(self, node: nodes.Element) -> None:
        self.put("" if isinstance(node.parent, nodes.line_block) else "</p>\n")

    def visit_line(self, _node: nodes.Element) -> None:
        pass

    def depart_line(self, _node: nodes.Element) -> None:
        self.put("<br>\n")

    def visit_section(self, _node: nodes.Element) -> None:
        self.section_level += 1

    def depart_section(self, _node: nodes.Element) -> None:
        self.section_level -= 1

    def visit_title(self, node: nodes.Element) -> None:
        if isinstance(node.parent, nodes.table):
            super().visit_title(node)
        elif isinstance(node.parent, nodes.section):
            first, *others = node.parent["ids"]
            self.put(f'<h{self.heading_level} id="{first}">')
            self.put("".join(f'<span id="{name}"></span>' for name in others))
        else:
            self.put(f"<p><strong>{html.escape(node.astext())}</strong></p>\n")
            raise nodes.SkipNode

    def depart_title(self, node: nodes.Element) -> None:
        if isinstance(node.parent, nodes.section):
            self.put(f"</h{self.heading_level}>\n")
        else:
            super().depart_title(node)

    @property
    def heading_level(self) -> int:
        """How deep a heading is that stands here; HTML knows six."""
        return min(max(int(self.section_level), 1), 6)

    def visit_admonition(self, _node: nodes.Element) -> None:
        self.put("<blockquote>")

    def depart_admonition(self, _node: nodes.Element) -> None:
        self.put("</blockquote>\n")

    def visit_problematic(self, node: nodes.Element) -> None:
        self.put(html.escape(node.astext()))
        raise nodes.SkipNode


def _is_inline(node: nodes.Element) -> bool:
    return isinstance(node.parent, nodes.TextElement)


def _href(node: nodes.Element, link: Resolve) -> str:
    """Return where a reference leads; nothing where that is no place for a reader."""
    if "refid" in node:
        return f"#{node['refid']}"
    return markup.destination(node.get("refuri", ""), link) or ""


def _code(text: str, language: str) -> str:
    return f"<pre><code>{markup.fence(text, language)}</code></pre>\n"
