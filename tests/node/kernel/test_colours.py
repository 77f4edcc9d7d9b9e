"""Common languages are coloured in one pass, which changes no character and takes linear time."""

import html
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.kernel import colours
from node.kernel.syntaxes import LANGUAGES

SHOWN = [
    ("a.py", "def wait(tries): # so\n", "[k def] [nf wait](tries): [c # so]\n"),
    ("a.py", "return f'a' + \"\"\"b\nc\"\"\"", "[k return] [s f'a'] + [s \"\"\"b]\n[s c\"\"\"]"),
    ("a.py", "@cache\nx1 = 0x1f < len(y)", "[nf @cache]\nx1 = [m 0x1f] &lt; [nf len](y)"),
    ("a.js", "const a = /['\"]/g", "[k const] a = [s /['\"]/g]"),
    ("a.tsx", "let b = `x ${c}` // d", "[k let] b = [s `x ${c}`] [c // d]"),
    ("a.h", "#include <a.h>\nstruct b *c;", "[nf #include &lt;a.h&gt;]\n[k struct] [nf b] *c;"),
    ("a.cpp", 'R"x(")x" /* d */', '[s R"x(")x"] [c /* d */]'),
    ("A.java", "class A { char b = '\\n'; }", "[k class] [nf A] { [k char] b = [s '\\n']; }"),
    ("a.cs", '@"C:\\" + b', '[s @"C:\\"] + b'),
    ("a.go", "func f() { return `a\\` }", "[k func] [nf f]() { [k return] [s `a\\`] }"),
    ("a.rs", "fn f<'a>(b: &'a str) { c!('d') }", "[k fn] [nf f]&lt;'a&gt;(b: &amp;'a [nf str]) { [nf c!]([s 'd']) }"),
    ("a.kt", 'val a = "b" // c', '[k val] a = [s "b"] [c // c]'),
    ("a.swift", "func f() -> Int", "[k func] [nf f]() -&gt; Int"),
    ("a.sh", "if x; then y#z # w\nfi", "[k if] x; [k then] y#z [c # w]\n[k fi]"),
    ("a.sh", "cat <<E\nit's\nE\nfi <<< fi", "cat [s &lt;&lt;E]\n[s it's]\n[s E]\n[k fi] &lt;&lt;&lt; [k fi]"),
    ("a.sql", "SELECT 'it''s' -- a", "[k SELECT] [s 'it''s'] [c -- a]"),
    ("a.json", '{"a": [1, "b", null]}', '{[nf "a"]: [[m 1], [s "b"], [k null]]}'),
    ("a.css", "a:hover { color: #fff }", "a:hover { [nf color]: [m #fff] }"),
    ("a.lua", "local a = [[b]] -- c", "[k local] a = [s [[b]]] [c -- c]"),
    ("a.toml", "[a.b]\nc = 'd' # e", "[[nf a.b]]\n[nf c] = [s 'd'] [c # e]"),
    ("a.ini", "; a\n[b]\nc = d", "[c ; a]\n[[nf b]]\n[nf c] = d"),
    ("a.rs", 'r#"a"# + 1', '[s r#"a"#] + [m 1]'),
    ("a.html", "<a href='b'>c</a> <!-- d -->", "[k &lt;a] [nf href]=[s 'b'][k &gt;]c[k &lt;/a][k &gt;] [c &lt;!-- d --&gt;]"),
    ("a.md", "# a\n`b` < 1\n```c\nd\n```\n> e", "[k # a]\n[s `b`] &lt; 1\n[s ```c]\n[s d]\n[s ```]\n[c &gt; e]"),
    ("a.rst", "A\n===\n.. b:: c\n.. d\n``e`` don't", "A\n[k ===]\n..[k  b:: c]\n..[c  d]\n[s ``e``] don't"),
    ("a.rb", "def a.b? # c\n  @d = :e", "[k def] [nf a.b]? [c # c]\n  [nf @d] = [nf :e]"),
    ("a.php", "<?php $a = 'b'; // c", "[k &lt;?php] [nf $a] = [s 'b']; [c // c]"),
    ("Makefile", "all: a.o # b\n\t$(CC) -o 'c'", "[nf all]: a.o [c # b]\n\t[nf $(CC)] -o [s 'c']"),
    ("Dockerfile", "FROM a AS b\n# c\nRUN d 'e' $F", "[k FROM] a [k AS] b\n[c # c]\n[k RUN] d [s 'e'] [nf $F]"),
    ("LICENSE", "if it's 1 < 2", "if it's 1 &lt; 2"),
    ("a.yml", "a.b: don't # 'c'\n- 'd'", "[nf a.b]: don't [c # 'c']\n- [s 'd']"),
]  # fmt: skip

HOSTILE = [
    '"""\\',
    "'''",
    "/*",
    "`",
    'R"(',
    'r#"',
    "[[",
    "--[[",
    "<<a ",
    "<<a\n",
    "=/[",
    "=/",
    "a.",
    "a-",
    "-",
    "def ",
    "fn  ",
    "' ",
    '"\n',
    "\\",
    "#",
    "#include <",
    "${",
    '$@"',
    "@a.",
    "&",
    "0.",
    "(" * 9 + " ",
    "<!--",
    "<a b='",
    "```",
    "=",
    "\n==",
    ".. ",
    "\n=begin",
    "$(a",
    "<?",
    ":a",
    "http://",
]


@pytest.mark.parametrize(("path", "text", "wanted"), SHOWN)
def test_parts_have_their_colours(path, text, wanted):
    drawn = colours.coloured(colours.of_path(path), text)
    assert re.sub(r'<span class="(\w+)">(.*?)</span>', r"[\1 \2]", drawn) == wanted


def test_every_language_has_a_sample():
    named = {id(colours.of_path(path)) for path, _, _ in SHOWN}
    assert named == {id(colours.of_language(name)) for name in LANGUAGES}


def test_files_and_languages_are_known_by_name():
    assert colours.of_path("docs/conf.PY") is colours.of_language("Python")
    assert colours.of_path("a/b.unknown") is None
    assert colours.of_language("nothing") is None


@settings(deadline=None, max_examples=400)
@given(
    st.lists(st.sampled_from([*HOSTILE, "a", "if", " ", "\n", "</script>", "<b>", "'", '"', "\r"])),
    st.sampled_from(sorted(LANGUAGES)),
)
def test_no_character_is_changed(pieces, language):
    text = "".join(pieces)
    drawn = colours.coloured(colours.of_language(language), text)
    assert html.unescape(re.sub(r'<span class="\w+">|</span>', "", drawn)) == html.unescape(
        html.escape(text)
    )
    assert drawn.count("\n") == text.count("\n")
    for line in drawn.split("\n"):
        assert line.count("<span") == line.count("</span>")


@pytest.mark.slow
@pytest.mark.timeout(90)
@pytest.mark.parametrize("piece", HOSTILE)
def test_no_text_takes_longer_than_its_length_allows(piece):
    """What grew with the square of the length would not end before the time of a test is over."""
    text = piece * (300_000 // len(piece))
    for language in LANGUAGES:
        assert colours.coloured(colours.of_language(language), text)
