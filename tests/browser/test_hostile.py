"""Whatever people put into a project, nothing of it runs, leaks or breaks a page.

Each attempt tries to set `pwned` or the title, to ask another host, to leave its place, or to end
the element that it stands in. A real browser looks at every page on which it could be shown.
"""

import asyncio
import json
from urllib.parse import quote

import pytest

from keys.statements.transcript import Decision, Message
from node.landings import verbs as landings
from node.projects import verbs as projects
from node.projects.model import NewProject
from tests.support.drafts import a_draft

pytestmark = [pytest.mark.slow, pytest.mark.journey]

RUN = "window.pwned=1;document.title='pwned'"
ELSEWHERE = "http://evil.example/x"
MARKDOWN = {
    "script": f"<script>{RUN}</script>",
    "image": f'<img src=x onerror="{RUN}">',
    "svg": f'<svg onload="{RUN}"></svg>',
    "frame": f'<iframe srcdoc="<script>parent.{RUN}</script>"></iframe>',
    "link": f"[go](javascript:{RUN.replace(' ', '')})",
    "entity-link": f"[go](java&#115;cript:{RUN})",
    "tab-link": f"[go](java\t{'script'}:{RUN})",
    "data-link": f"[go](data:text/html,<script>{RUN}</script>)",
    "vbscript": "[go](vbscript:msgbox)",
    "auto": f"<javascript:{RUN}>",
    "picture": f"![x]({ELSEWHERE}.png)",
    "reference": f"![x][1]\n\n[1]: {ELSEWHERE}.png",
    "style": f"<style>@import '{ELSEWHERE}';body{{display:none}}</style>",
    "styled": f'<p style="position:fixed;inset:0;background:url({ELSEWHERE})">x</p>',
    "form": '<form action="/sign-out" method="post"><button>free</button></form>',
    "base": '<base href="http://evil.example/">',
    "refresh": '<meta http-equiv="refresh" content="0;url=http://evil.example/">',
    "closing": "</article></main></body></html><h1>mine</h1>",
    "comment": "<!--><script>" + RUN + "</script>-->",
    "fence": f'```"><script>{RUN}</script>\ncode\n```',
    "heading": f'# <a id="content" name="forms" onclick="{RUN}">x</a>',
    "table": f"| a |\n|---|\n| <script>{RUN}</script> |",
    "footnote": f"x[^1]\n\n[^1]: <script>{RUN}</script>",
    "math": f'<math><mtext><img src=x onerror="{RUN}"></mtext></math>',
    "template": f"<template><script>{RUN}</script></template>",
    "bidi": "\u202e<tpircs>\u202c reversed \u2066inside",
    "deep": ">" * 500 + " deep",
}
NAMES = (
    f"<script>{RUN}<_script>.md",
    '"><img src=x onerror=pwned=1>.txt',
    "javascript:pwned=1",
    "a?at=1&b=<b>.txt",
    "per%20cent%2e%2e%2fcent.txt",
    "#hash 'quote' \"double\".py",
    "\u202egnp.exe.txt",
    "{{ 7 * 7 }}.txt",
    "א-right-to-left-ب.txt",
    "x" * 200 + ".txt",
)
DOCUMENTS = {
    "run.svg": f'<svg xmlns="http://www.w3.org/2000/svg" onload="{RUN}"><script>{RUN}</script>'
    f'<image href="{ELSEWHERE}.png"/></svg>',
    "run.html": f'<!doctype html><script>{RUN}</script><img src="{ELSEWHERE}.png" onerror="{RUN}">',
    "run.xhtml": f'<html xmlns="http://www.w3.org/1999/xhtml"><script>{RUN}</script></html>',
    "run.xml": f'<?xml-stylesheet href="{ELSEWHERE}.xsl"?><x xmlns:h="http://www.w3.org/1999/xhtml">'
    f"<h:script>{RUN}</h:script></x>",
    "run.js": RUN,
    "run.css": f"@import '{ELSEWHERE}'; body {{ background: url({ELSEWHERE}) }}",
    "run.csv": f"<script>{RUN}</script>,=cmd|' /C calc'!A0\n\"</td></table><h1>mine</h1>\",2\n",
    "run.rst": f".. raw:: html\n\n   <script>{RUN}</script>\n\n.. image:: {ELSEWHERE}.png\n",
    "run.ipynb": json.dumps(
        {
            "cells": [
                {"cell_type": "markdown", "source": f"<script>{RUN}</script>"},
                {
                    "cell_type": "code",
                    "source": f"</code></pre><script>{RUN}</script>",
                    "outputs": [
                        {
                            "output_type": "display_data",
                            "data": {"text/html": f"<script>{RUN}</script>"},
                        },
                        {
                            "output_type": "display_data",
                            "data": {"image/svg+xml": f"<svg onload='{RUN}'/>"},
                        },
                        {"output_type": "display_data", "data": {"image/png": "PHNjcmlwdD4="}},
                        {"output_type": "display_data", "data": {"application/javascript": RUN}},
                        {"output_type": "stream", "text": f"</pre><script>{RUN}</script>"},
                    ],
                },
            ]
        }
    ),
}
GOALS = (
    f"</h1><script>{RUN}</script>",
    f'"><img src=x onerror="{RUN}">',
    "{{ config }} ${7*7} #{7*7} <%= 7*7 %>",
    "\u202eevil\u202c " + "long" * 2_000,
)
ADDRESSES = (
    f"/<script>{RUN}</script>",
    f"/search?q=%22%3E%3Cscript%3E{RUN}%3C/script%3E",
    "/mycelia/spore?at=%3Cscript%3E",
    "/mycelia/spore/compare?from=%22onfocus=pwned=1&to=%3Cb%3E",
    "/mycelia/spore/landings?path=%3Cscript%3Epwned=1%3C/script%3E",
    "/mycelia/spore/find?q=%3Cimg%20src=x%20onerror=pwned=1%3E",
    "/mycelia/spore/blob/src/outbox.rs?lines=%3Cscript%3E",
    "/sign-in/%3Cscript%3Epwned=1%3C/script%3E",
    "/explore?sort=%22%3E%3Cscript%3E&page=-1",
)
ATTEMPTS = [*MARKDOWN, *NAMES, *DOCUMENTS, *GOALS, *ADDRESSES]


async def _land(forge, account, project, base, goal, files, said):
    draft = await a_draft(
        forge, account, project, files, base=base, goal=goal,
        messages=(Message("human", said, forge.now()), Message("agent", said, forge.now())),
        decisions=(Decision(said[:500], said, forge.now()),),
    )  # fmt: skip
    await landings.land(forge, account.party, project, draft)


@pytest.fixture(scope="session")
def trap(house):
    """A project of nothing but attempts; the pages on which they are."""
    account = house.story.people["wren"]

    async def make(forge):
        about = f'</p><script>{RUN}</script><img src=x onerror="{RUN}">'
        new = NewProject("trap", name=about[:200], description=about, visibility="public")
        project = await projects.create(forge, account.party, "wren", new)
        files = {f"md/{name}.md": text.encode() for name, text in MARKDOWN.items()}
        files |= {f"names/{name}": b"x\n" for name in NAMES}
        files |= {f"run/{name}": text.encode() for name, text in DOCUMENTS.items()}
        files["README.md"] = "\n\n".join(MARKDOWN.values()).encode()
        for base, goal in enumerate(GOALS):
            some = files if base == 0 else {f"more/{base}.txt": goal.encode()}
            await _land(forge, account, project, base, goal, some, f"{goal}\n\n`{goal}`")
            await asyncio.sleep(0)
        return project

    house.do(make)
    house.settled()


def pages():
    here = "/wren/trap"
    yield from (
        "/",
        "/explore",
        "/wren",
        here,
        f"{here}/landings",
        f"{here}/find?q=x",
        "/search?q=script",
    )
    yield from (f"{here}/tree/{one}" for one in ("md", "names", "run"))
    yield from (f"{here}/landings/{n}" for n in range(1, len(GOALS) + 1))
    yield f"{here}/compare?from=0&to={len(GOALS)}"
    yield from (f"{here}/blob/md/{name}.md" for name in MARKDOWN)
    for name in NAMES:
        yield f"{here}/blob/names/{quote(name)}"
        yield f"{here}/blame/names/{quote(name)}"
    for name in DOCUMENTS:
        yield f"{here}/blob/run/{name}"
        yield f"{here}/blob/run/{name}?as=code"
    yield from ADDRESSES


def test_there_are_enough_attempts():
    assert len(ATTEMPTS) >= 40


@pytest.mark.usefixtures("trap")
@pytest.mark.parametrize("part", range(4))
def test_nothing_runs_leaks_or_breaks_a_page(visit, part):
    visitor = visit(as_="hazel")
    dialogs = []
    visitor.page.on("dialog", lambda one: (dialogs.append(one.message), one.dismiss()))
    for path in list(pages())[part::4]:
        page = visitor.go(path)
        assert page.url.startswith(visitor.house.url), path
        assert page.evaluate("window.pwned") is None, path
        assert "pwned" not in page.title() or "pwned" in path or "<" in page.title(), path
        kept = page.evaluate(
            "[document.querySelectorAll('main#content').length,"
            " document.querySelectorAll('footer.foot').length,"
            " document.querySelectorAll('iframe, object, embed, base, style').length,"
            " document.querySelectorAll('main [onerror], main [onload], main [onclick]').length,"
            " document.querySelector('.foot-row').getBoundingClientRect().height > 0]"
        )
        assert kept == [1, 1, 0, 0, True], path
    assert dialogs == []


@pytest.mark.usefixtures("trap")
@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_raw_file_does_nothing_when_it_is_opened(visit, name):
    visitor = visit(as_="hazel")
    page = visitor.page
    blocked = []
    page.on("requestfailed", lambda one: blocked.append((one.url, one.failure)))
    page.goto(f"{visitor.house.url}/wren/trap/raw/run/{name}")
    assert page.title() != "pwned"
    assert page.evaluate("window.pwned") is None
    # The browser says what the policy kept from happening.
    assert {url for url, why in blocked if why == "csp"} == set(visitor.strays)
    visitor.strays.clear()
    visitor.faults.clear()


@pytest.mark.usefixtures("trap")
def test_a_raw_script_is_no_script_of_a_page(visit):
    visitor = visit()
    page = visitor.go("/wren/trap")
    outcome = page.evaluate(
        """() => new Promise((done) => {
            const script = document.createElement("script");
            script.src = "/wren/trap/raw/run/run.js";
            script.onload = () => done("loaded");
            script.onerror = () => done("refused");
            document.head.append(script);
        })"""
    )
    assert (outcome, page.evaluate("window.pwned")) == ("refused", None)
    visitor.faults.clear()
