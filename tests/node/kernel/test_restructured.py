"""reStructuredText becomes the HTML that our pages know, and nothing that it holds can do more."""

import re
import subprocess
import sys

import pytest

from node.kernel import restructured
from node.kernel.markup import ATTRIBUTES, CLASSES, NAMED, TAGS

ALLOWED = {name for names in ATTRIBUTES.values() for name in names} | {"id", "class"}
RICH = """\
Title
=====

Some **strong** and *soft* ``code``, a `link <docs/a.rst>`_, `out <https://example.org/>`_.

* one
* two

.. code-block:: python

   def f(): return "<b>"

.. image:: logo.png
   :alt: our logo

.. note:: Mind the gap.

=====  =====
A      B
=====  =====
1      2
=====  =====
"""
HOSTILE = [
    ".. raw:: html\n\n   <script>alert(1)</script>",
    ".. role:: raw-html(raw)\n   :format: html\n\n:raw-html:`<script>alert(1)</script>`",
    ".. include:: /etc/passwd",
    ".. csv-table::\n   :file: /etc/passwd",
    ".. csv-table::\n   :url: http://127.0.0.1:9/",
    ".. raw:: html\n   :file: /etc/passwd",
    "`x <javascript:alert(1)>`_",
    "`x <JaVaScript&colon;alert(1)>`_",
    ".. _x: javascript:alert(1)\n\nx_",
    ".. image:: javascript:alert(1)",
    ".. image:: https://example.org/spy.png",
    ".. image:: a.png\n   :target: javascript:alert(1)",
    '.. image:: a.png\n   :alt: "><script>alert(1)</script>',
    ".. figure:: https://example.org/spy.png",
    "<script>alert(1)</script>",
    "``<img src=x onerror=alert(1)>``",
    ".. code:: html\n\n   <script>alert(1)</script>",
    '.. code:: "><script>\n\n   x',
    ".. class:: button-main\n\nx",
    ".. container:: bar\n\n   x",
    ".. role:: bar\n\n:bar:`x`",
    ".. _content:\n\nx",
    ".. meta::\n   :http-equiv=refresh: 0;url=https://example.org/",
    ".. math:: </pre><script>alert(1)</script>",
    ".. parsed-literal::\n\n   <script>alert(1)</script>",
    ".. |a| unicode:: 0x3c 0x73 0x63\n\n|a|",
    ".. title:: </title><script>alert(1)</script>",
    ".. header:: <script>alert(1)</script>",
    ":unknown:`<script>alert(1)</script>`",
    ".. unknown:: <script>alert(1)</script>",
    "|missing|_ and [1]_ and x_",
    ":Author: <script>alert(1)</script>",
    "--a=<script>  <script>alert(1)</script>",
    ".. list-table::\n   :widths: 1 x",
    ".. table:: <script>\n   :width: 100em;background:red\n\n   = =\n   a b\n   = =",
]


def drawn(text):
    return restructured.restructured(text, lambda path: f"/l/{path}", lambda path: f"/i/{path}")


def test_what_a_readme_holds_is_drawn():
    text = drawn(RICH)
    for part in (
        '<h1 id="readme-title">Title</h1>',
        "<strong>strong</strong> and <em>soft</em> <code>code</code>",
        '<a href="/l/docs/a.rst">link</a>',
        '<a href="https://example.org/" rel="nofollow noopener ugc">out</a>',
        '<span class="nf">f</span>',
        "&lt;b&gt;",
        '<img src="/i/logo.png" alt="our logo" loading="lazy">',
        "<blockquote><p><strong>Note</strong></p>",
        "<th>A</th>",
        "<td>2</td>",
        "<li>one</li>",
    ):
        assert part in text, text


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_but_known_tags_attributes_and_names_comes_out(text):
    out = drawn(text)
    assert "root:" not in out
    for tag, attributes in re.findall(r"<(\w+)((?:\s[^>]*)?)>", out):
        assert tag in TAGS
        found = dict(re.findall(r'([\w-]+)="([^"]*)"', attributes))
        assert set(found) <= ALLOWED
        assert found.get("id", NAMED[0]).startswith(NAMED)
        assert found.get("class", "k") in CLASSES
        assert found.get("href", "#").startswith(("#", "/l/", "https://example.org/"))
        assert found.get("src", "/i/").startswith("/i/")


def test_a_role_that_one_text_defines_is_unknown_to_the_next():
    drawn(".. role:: shout(strong)\n\n:shout:`x`")
    assert "<strong>" not in drawn(":shout:`x`")


@pytest.mark.parametrize("text", ["a\n\n" * 50_000, "*a " * 10_000])
def test_what_is_too_large_is_shown_plain(text):
    assert drawn(text).startswith("<pre>")


def test_what_takes_too_long_is_shown_plain(monkeypatch):
    monkeypatch.setattr(restructured, "SECONDS", -1.0)
    assert drawn("*a*") == "<pre>*a*</pre>"


def test_what_nests_too_deep_is_shown_all_the_same():
    assert "x" in drawn("\n\n".join("  " * depth + "- x" for depth in range(200)))


def test_an_expansion_that_doubles_each_time_is_stopped():
    lines = "\n".join(f".. |a{n}| replace:: |a{n + 1}| |a{n + 1}|" for n in range(40))
    assert len(drawn(f"{lines}\n.. |a40| replace:: x\n\n|a0|\n")) < 100_000


def test_a_node_that_draws_no_restructured_text_does_not_load_its_reader():
    code = "import sys, node.kernel.restructured, web.app; print('docutils' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"
