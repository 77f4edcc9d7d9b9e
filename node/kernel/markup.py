"""What people wrote, as HTML that can do nothing.

Markdown is rendered with raw HTML escaped, then every tag and attribute that is not on the list
below is escaped again by another library: two independent walls. Code is coloured into the five
classes that the stylesheet knows, common languages by `node.kernel.colours` and the others by a
library; whatever that yields is escaped here.

The libraries are imported at first use, since a node that only syncs must stay small.
"""

import functools
import html
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from time import monotonic
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from node.kernel import colours

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

Resolve = Callable[[str], str | None]
"""From a path as the text names it to an address on this node; None where it leads nowhere."""

TAGS = frozenset(
    """
    a aside blockquote br caption code dd del dl dt em h1 h2 h3 h4 h5 h6 hr img kbd li ol p pre s
    section span strong sub sup table tbody td th thead tr ul
    """.split()  # noqa: SIM905  words are easier to keep in order
)
ATTRIBUTES: Mapping[str, Sequence[str]] = {
    "a": ("href", "title", "rel"),
    "img": ("src", "alt", "title", "loading"),
    "ol": ("start",),
    "td": ("colspan", "rowspan"),
    "th": ("colspan", "rowspan"),
}
CLASSES = frozenset("c k m nf s code-hidden is-center is-right is-task".split())  # noqa: SIM905
REL = "nofollow noopener ugc"
OUTWARD = frozenset({"http", "https", "mailto"})
ANCHOR = "readme-"
NAMED = (ANCHOR, f"fn-{ANCHOR}", f"fnref-{ANCHOR}")
"""How every id in a text begins, so that none is one of the page's."""

ALIGNED = {"text-align:right": "is-right", "text-align:center": "is-center"}
TASKS = {"[ ] ": "☐ ", "[x] ": "☑ ", "[X] ": "☑ "}
BRACKETS = 10_000
"""How many brackets are tried as links, at a few tens of microseconds each."""
MARKS = 30_000
"""How many tags and entities are cleaned, at about 0.1 ms each; a text with more is shown plain."""
HIGHLIGHTED_CHARS = 200_000
LONGEST_LINE = 10_000
SECONDS = 1.0
"""How long colours may take; what is not coloured by then is shown plain."""

# These reorder what is read, so that code can look like other code (CVE-2021-42574).
_HIDDEN = re.compile("[\u202a-\u202e\u2066-\u2069]")
_LINES = re.compile(r"L\d+(?:-L?\d+)?")
_NOT_IN_ANCHORS = re.compile(r"[^\w]+")
_HEADING = re.compile("<(/?)h([1-5])(?=[ >])")
_CLASSES = (
    ("Token.Comment.Preproc", "k"),
    ("Token.Comment", "c"),
    ("Token.Literal.String.Doc", "c"),
    ("Token.Literal.String", "s"),
    ("Token.Literal.Number", "m"),
    ("Token.Keyword", "k"),
    ("Token.Operator.Word", "k"),
    ("Token.Name.Function", "nf"),
    ("Token.Name.Class", "nf"),
    ("Token.Name.Decorator", "nf"),
    ("Token.Name.Builtin", "nf"),
    ("Token.Name.Exception", "nf"),
    ("Token.Name.Namespace", "nf"),
    ("Token.Name.Constant", "m"),
    ("Token.Name.Tag", "k"),
    ("Token.Name.Attribute", "nf"),
    ("Token.Generic.Heading", "k"),
    ("Token.Generic.Subheading", "k"),
)


def markdown(text: str, link: Resolve, image: Resolve) -> str:
    """Return Markdown as safe HTML.

    Relative links go through `link`, relative images through `image`; an image on another host
    becomes a link to it, so that no reader is made to ask somebody else.
    """
    if text.count("[") > BRACKETS:
        return plain(text)
    parser = _parser()
    env: MutableMapping[str, Any] = {"docId": "readme"}
    tokens = parser.parse(text, env)
    _settle(tokens, link, image)
    drawn: str = parser.renderer.render(tokens, parser.options, env)
    return cleaned(drawn) if is_cleanable(drawn) else plain(text)


def is_cleanable(drawn: str) -> bool:
    """Whether some HTML is little enough to be cleaned while somebody waits."""
    return drawn.count("<") + drawn.count("&") <= MARKS


def cleaned(drawn: str, *, strip: bool = False) -> str:
    """Return HTML with only what the lists above allow; other tags are escaped, or left out."""
    import bleach  # noqa: PLC0415 - see the module's docstring

    made: str = bleach.clean(
        drawn, tags=TAGS, attributes=_is_allowed, protocols=OUTWARD, strip=strip
    )
    return made


def lowered(drawn: str) -> str:
    """Return clean HTML with each heading one level lower: the page has a title of its own."""
    return _HEADING.sub(lambda found: f"<{found[1]}h{int(found[2]) + 1}", drawn)


def plain(text: str) -> str:
    """Return text as it stands."""
    return f"<pre>{html.escape(text)}</pre>"


def highlight(path: str, text: str) -> list[str]:
    """Return the lines of `text` as escaped HTML, coloured by what `path` says they are.

    There is one for each line of `text`, however the highlighter splits them. Signs that turn the
    direction of reading are shown by their number.
    """
    lines = _lines(path, text)
    if _HIDDEN.search(text) is None:
        return lines
    return [_HIDDEN.sub(_named_sign, line) for line in lines]


def has_hidden(text: str) -> bool:
    """Whether signs in `text` turn the direction of reading: they are drawn by their number."""
    return _HIDDEN.search(text) is not None


def is_quick(path: str) -> bool:
    """Whether a file of this name costs little to colour."""
    return colours.of_path(path) is not None


def _lines(path: str, text: str) -> list[str]:
    lines = text.removesuffix("\n").split("\n") if text else []
    if len(text) <= HIGHLIGHTED_CHARS and max(map(len, lines), default=0) <= LONGEST_LINE:
        drawn = _drawn(path, "\n".join(lines)).split("\n")
        if len(drawn) == len(lines):
            return drawn
    return [html.escape(line) for line in lines]


def _drawn(path: str, text: str) -> str:
    known = colours.of_path(path)
    return colours.coloured(known, text) if known else _coloured(_language(path), text)


def _is_allowed(tag: str, name: str, value: str) -> bool:
    """Whether a tag may have an attribute: no name and no class of our own pages' parts."""
    if name == "id":
        return value.startswith(NAMED)
    if name == "class":
        return value in CLASSES
    return name in ATTRIBUTES.get(tag, ())


@functools.cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt  # noqa: PLC0415 - see the module's docstring
    from mdit_py_plugins.footnote import footnote_plugin  # noqa: PLC0415

    options = {"html": False, "linkify": True, "maxNesting": 20, "highlight": _fence}
    made = MarkdownIt("commonmark", options).use(footnote_plugin)
    return made.enable(["table", "strikethrough", "linkify"])


def _settle(tokens: Sequence["Token"], link: Resolve, image: Resolve) -> None:
    """Decide where each link and image leads; anchor headings, mark tasks, align cells."""
    anchors: Counter[str] = Counter()
    for at, token in enumerate(tokens):
        if token.type == "heading_open":
            _settle_heading(token, _anchor(tokens[at + 1].content), anchors)
        elif token.type in {"th_open", "td_open"} and "style" in token.attrs:
            token.attrSet("class", ALIGNED.get(str(token.attrs.pop("style")), ""))
        elif token.type == "inline" and at > 1 and tokens[at - 2].type == "list_item_open":
            _settle_task(tokens[at - 2], token)
        _settle_inline(token.children or (), link, image)


def _settle_inline(children: Sequence["Token"], link: Resolve, image: Resolve) -> None:
    depth = 0
    for child in children:
        depth += (child.type == "link_open") - (child.type == "link_close")
        if child.type == "link_open":
            _settle_link(child, link)
        elif child.type == "image":
            _settle_image(child, image, is_linked=depth > 0)


def _settle_heading(token: "Token", name: str, anchors: Counter[str]) -> None:
    """Name a heading, the second of its name with `-1` behind it."""
    if name:
        seen = anchors[name]
        anchors[name] += 1
        token.attrSet("id", ANCHOR + name + (f"-{seen}" if seen else ""))


def _settle_task(item: "Token", token: "Token") -> None:
    first = (token.children or [token])[0]
    for written, shown in TASKS.items():
        if first.type == "text" and first.content.startswith(written):
            first.content = shown + first.content.removeprefix(written)
            item.attrSet("class", "is-task")


def _settle_link(token: "Token", link: Resolve) -> None:
    target = str(token.attrGet("href") or "")
    settled = destination(target, link)
    token.attrs.pop("href", None)
    if settled is not None:
        token.attrSet("href", settled)
        if is_outward(target):
            token.attrSet("rel", REL)


def _settle_image(token: "Token", image: Resolve, *, is_linked: bool) -> None:
    target, words = str(token.attrGet("src") or ""), token.content or "image"
    drawn = picture(target, words, image, str(token.attrGet("title") or ""), is_linked=is_linked)
    token.type, token.tag, token.content, token.children = "html_inline", "", drawn, None


def destination(target: str, link: Resolve) -> str | None:
    """Return where a link of a text leads; None where it leads nowhere."""
    if is_outward(target):
        return target
    if target.startswith("#"):
        return "#" + ANCHOR + _anchor(unquote(target[1:]))
    return _resolved(target, link)


def picture(target: str, words: str, image: Resolve, title: str = "", *, is_linked: bool) -> str:
    """Return an image of the project; for one that is elsewhere, a link to it."""
    shown, outward = html.escape(words), is_outward(target)
    settled = None if outward else _resolved(target, image)
    if settled is not None:
        more = f' title="{html.escape(title)}"' if title else ""
        return f'<img src="{html.escape(settled)}" alt="{shown}"{more} loading="lazy">'
    if outward and not is_linked:
        return f'<a href="{html.escape(target)}" rel="{REL}">{shown}</a>'
    return shown


def is_outward(target: str) -> bool:
    """Whether an address names its own host or scheme."""
    return target.startswith("//") or bool(_split(target))


def _resolved(target: str, resolve: Resolve) -> str | None:
    path, mark, fragment = target.partition("#")
    path = unquote(path.partition("?")[0])
    if not path or not path.isprintable() or "\\" in path:
        return None
    settled = resolve(path)
    return None if settled is None else settled + mark + _place(fragment)


def _place(fragment: str) -> str:
    """Return where a fragment of a link leads: to some lines, or to a heading as it is named."""
    if not fragment or _LINES.fullmatch(fragment):
        return fragment
    return ANCHOR + _anchor(unquote(fragment))


def _split(target: str) -> str:
    try:
        return urlsplit(target).scheme
    except ValueError:
        return "malformed"


def _anchor(text: str) -> str:
    return _NOT_IN_ANCHORS.sub("-", text.lower()).strip("-")


def _fence(code: str, language: str, _attributes: str) -> str:
    return fence(code, language)


def fence(code: str, language: str) -> str:
    """Return code as HTML, coloured if its language is known."""
    if len(code) > HIGHLIGHTED_CHARS or not language:
        return html.escape(code)
    known = colours.of_language(language.split(maxsplit=1)[0])
    return colours.coloured(known, code) if known else _coloured(_named(language), code)


def _coloured(lexer: Any, text: str) -> str:
    """Return `text` escaped, each line's tokens in spans of their own."""
    if lexer is None:
        return html.escape(text)
    ends, parts, done = monotonic() + SECONDS, [], 0
    for kind, value in _tokens(lexer, text):
        if monotonic() > ends or text[done : done + len(value)] != value:
            break
        parts.append(_spans(_class(str(kind)), value))
        done += len(value)
    return "".join(parts) + html.escape(text[done:])


def _tokens(lexer: Any, text: str) -> Iterator[tuple[object, str]]:
    """Yield the tokens from the very text: none of a lexer's own trimming."""
    for _, kind, value in lexer.get_tokens_unprocessed(text):
        yield kind, value


def _named_sign(found: re.Match[str]) -> str:
    return f'<span class="code-hidden">U+{ord(found[0]):04X}</span>'


def _spans(name: str, value: str) -> str:
    if not name or not value.strip():
        return html.escape(value)
    return "\n".join(
        f'<span class="{name}">{html.escape(piece)}</span>' if piece else ""
        for piece in value.split("\n")
    )


@functools.lru_cache(maxsize=256)
def _class(kind: str) -> str:
    return next((name for family, name in _CLASSES if kind.startswith(family)), "")


def _language(path: str) -> Any:
    return _lexer("find_lexer_class_for_filename", path.rpartition("/")[2])


def _named(language: str) -> Any:
    return _lexer("find_lexer_class_by_name", language.split(maxsplit=1)[0])


def _lexer(how: str, name: str) -> Any:
    """Return a lexer for a file name or a language's name; None without one."""
    found = _lexer_class(how, name)
    return None if found is None else found()


@functools.lru_cache(maxsize=256)
def _lexer_class(how: str, name: str) -> Any:
    """Return the class: the library tries the patterns of five hundred, one after the other."""
    from pygments import lexers, util  # noqa: PLC0415 - see the module's docstring

    try:
        return getattr(lexers, how)(name)
    except util.ClassNotFound:
        return None
