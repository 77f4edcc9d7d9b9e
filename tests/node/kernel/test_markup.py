"""What people wrote is shown, and can do nothing: no script, no style, no request to elsewhere."""

import re
import subprocess
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.kernel import markup


def shown(text):
    return markup.markdown(text, lambda path: f"/blob/{path}", lambda path: f"/raw/{path}")


HOSTILE = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<iframe src=https://evil.example></iframe>",
    "<style>body{background:url(https://evil.example)}</style>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<base href=https://evil.example>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<form action=https://evil.example><button>Go</button></form>",
    "<a href='javascript:alert(1)'>x</a>",
    "<p style='position:fixed'>x</p>",
    "<details ontoggle=alert(1) open>",
    "<!-- --><script>alert(1)</script>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](vbscript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](file:///etc/passwd)",
    "![x](javascript:alert(1))",
    "![x](https://evil.example/pixel.gif)",
    "![x](//evil.example/pixel.gif)",
    "![x](data:image/svg+xml;base64,PHN2Zz4=)",
    "![x](a.png \"onerror='alert(1)'\")",
    '[x](a.md "\\" onmouseover=alert(1) \\"")',
    "<javascript:alert(1)>",
    "[x]: javascript:alert(1)\n\n[x]",
    '```"><script>alert(1)</script>\nx\n```',
    "```html\n<script>alert(1)</script>\n```",
    "`<script>alert(1)</script>`",
    "| <script> |\n|---|\n| <img src=x onerror=alert(1)> |",
    "# <script>alert(1)</script>",
    "[x](\\\\evil.example)",
    "[x](/\\evil.example)",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_markdown_becomes_harmless(text):
    html = shown(text)
    tags = re.findall(r"<([a-zA-Z][a-zA-Z0-9]*)([^>]*)>", html)
    assert {name for name, _ in tags} <= markup.TAGS
    for _, attributes in tags:
        names = set(re.findall(r'([\w-]+)="[^"]*"', attributes))
        assert names <= {"href", "title", "rel", "class", "id", "src", "alt", "loading", "start"}
        for address in re.findall(r'(?:href|src)="([^"]*)"', attributes):
            assert address.startswith(("/blob/", "/raw/", "#", "http", "mailto:", "//"))
        for address in re.findall(r'src="([^"]*)"', attributes):
            assert address.startswith("/raw/")


@settings(deadline=None)
@given(st.text(alphabet="<>\"'()[]!`#*_|-\n\t&; abscriptjvhonerf=:/\\", max_size=200))
def test_no_text_makes_a_tag_beyond_the_list(text):
    assert {
        name.lower() for name in re.findall(r"<([a-zA-Z][a-zA-Z0-9]*)", shown(text))
    } <= markup.TAGS


def test_relative_links_and_images_stay_in_the_project():
    html = shown("[guide](docs/a%20b.md#top) ![logo](img/logo.png)")
    assert 'href="/blob/docs/a b.md#readme-top"' in html
    assert 'src="/raw/img/logo.png"' in html


@pytest.mark.parametrize(
    ("written", "leads"),
    [
        ("a.md#How it works", "readme-how-it-works"),
        ("a.md#how%20it%20works", "readme-how-it-works"),
        ("a.py#L12", "L12"),
        ("a.py#L12-L20", "L12-L20"),
        ("a.md#", ""),
    ],
)
def test_a_link_into_another_file_leads_to_the_heading_or_the_lines(written, leads):
    html = shown(f"[there](<{written}>)")
    assert f'href="/blob/{written.partition("#")[0]}#{leads}"' in html


def test_what_leads_nowhere_is_no_link():
    html = markup.markdown("[up](../../x) ![up](../x)", lambda _: None, lambda _: None)
    assert "href" not in html
    assert "<img" not in html


def test_links_to_elsewhere_say_that_we_do_not_vouch_for_them():
    assert 'rel="nofollow noopener ugc"' in shown("[x](https://example.org)")
    assert 'rel="nofollow noopener ugc"' in shown("www.example.org")


def test_an_image_elsewhere_becomes_a_link_to_it():
    html = shown("![a picture](https://example.org/a.png)")
    assert "<img" not in html
    assert 'href="https://example.org/a.png"' in html
    assert "a picture" in html


def test_headings_can_be_linked_to():
    html = shown("# Getting *started*\n\n[there](#getting-started)")
    assert '<h1 id="readme-getting-started">' in html
    assert 'href="#readme-getting-started"' in html


def test_headings_can_stand_below_the_title_of_a_page():
    html = markup.lowered(shown("# A <h1>\n\n###### B\n\n`<h2>`"))
    assert re.findall(r"</?h\d", html) == ["<h2", "</h2", "<h6", "</h6"]


def test_the_second_heading_of_a_name_has_an_anchor_of_its_own():
    assert re.findall(r' id="([^"]*)"', shown("# A\n\n# A\n\n## A\n")) == [
        "readme-a",
        "readme-a-1",
        "readme-a-2",
    ]


def test_tasks_show_whether_they_are_done():
    html = shown("- [ ] sow\n- [x] plough\n- [link](a.md)\n")
    assert '<li class="is-task">☐ sow' in html
    assert html.count("is-task") == 2
    assert "☑ plough" in html


def test_footnotes_lead_there_and_back():
    html = shown("Rain[^1].\n\n[^1]: Measured.\n")
    assert {"#fn-readme-1", "#fnref-readme-1"} == set(re.findall(r'href="([^"]*)"', html))
    assert {"fn-readme-1", "fnref-readme-1"} == set(re.findall(r' id="([^"]*)"', html))


def test_cells_are_aligned_by_class():
    html = shown("| a | b |\n|---|--:|\n| 1 | 2 |\n")
    assert '<td class="is-right">2</td>' in html
    assert "style" not in html


def test_an_image_elsewhere_inside_a_link_makes_no_link_of_its_own():
    html = shown("[![build](https://example.org/badge.svg)](https://example.org)")
    assert html.count("<a ") == 1
    assert ">build</a>" in html


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        "[" * 200_000,
        "![" * 100_000,
        "*a " * 66_000,
        "> " * 100_000,
        "`" * 200_000,
        "`a" * 100_000,
        "[a](" * 50_000,
        "<" * 200_000,
        "| a " * 50_000,
        "- " * 100_000,
        "\n".join("  " * depth + "- a" for depth in range(600)),
        "[^1]: " * 33_000,
        "www." * 50_000,
        "&" * 200_000,
        "# a\n" * 50_000,
    ],
    ids=lambda text: text[:4],
)
def test_no_text_takes_long(text):
    begun = time.process_time()
    shown(text)
    assert time.process_time() - begun < 10


def test_signs_that_turn_the_reading_are_shown():
    (line,) = markup.highlight("a.py", "if access != 'user\u202e \u2066# admin':\n")
    assert '<span class="code-hidden">U+202E</span>' in line
    assert "\u2066" not in line


def test_tables_lists_and_code_are_rendered():
    html = shown("| a |\n|---|\n| 1 |\n\n1. one\n\n```python\ndef f(): pass\n```\n")
    assert "<td>1</td>" in html
    assert "<ol>" in html
    assert '<span class="k">def</span>' in html


SOURCES = [
    "",
    "\n",
    "a",
    "a\n",
    "a\n\n",
    "\n\na",
    "def f():\n    '''one\n    two'''\n",
    "x = 1\r\ny = 2\r\n",
    "a\rb\n",
    "\ufeffprint(1)\n",
    "\tindented\n\n\n",
    "'''never closed\n\n",
]


@pytest.mark.parametrize("text", SOURCES)
@pytest.mark.parametrize("path", ["a.py", "a.html", "a.unknown", "Makefile", "a.md", "a.json"])
def test_a_line_stays_a_line(path, text):
    lines = markup.highlight(path, text)
    assert len(lines) == len(text.removesuffix("\n").split("\n") if text else [])
    assert [plain(line) for line in lines] == text.removesuffix("\n").split("\n")[: len(lines)]


@settings(deadline=None)
@given(st.text(max_size=300), st.sampled_from(["a.py", "a.js", "a.css", "a.c", "a.sh", "a.yaml"]))
def test_colours_change_no_character(text, path):
    lines = markup.highlight(path, text)
    assert [plain(line) for line in lines] == text.removesuffix("\n").split("\n")[: len(lines)]


def test_only_the_five_colours_are_used():
    classes = re.findall(r'class="([^"]*)"', "".join(markup.highlight("a.py", PYTHON)))
    assert set(classes) == {"k", "s", "m", "nf", "c"}


def test_code_is_escaped_whatever_it_is():
    for path in ("a.html", "a.py", "a.unknown"):
        assert "<script" not in "".join(markup.highlight(path, "<script>alert('&')</script>\n"))


def test_what_is_too_long_is_shown_plain():
    line = "x = '" + "a" * markup.LONGEST_LINE + "'"
    assert markup.highlight("a.py", line + "\n") == [line.replace("'", "&#x27;")]


@pytest.mark.slow
def test_an_idle_node_does_not_load_the_libraries():
    names = "pygments markdown_it bleach"
    code = f"import sys, web.app; print([n for n in {names.split()} if n in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


PYTHON = """# Why
@cache
def wait(tries):
    return "a" * 2
"""


def plain(line):
    import html

    named = re.sub(
        r'<span class="code-hidden">U\+(....)</span>', lambda m: chr(int(m[1], 16)), line
    )
    return html.unescape(re.sub(r"<[^>]+>", "", named))
