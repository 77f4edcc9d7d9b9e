"""Each page shows what it is for, to whom it may, and refuses the rest with a page that helps."""

import html
import re

import pytest
from aiohttp import CookieJar
from aiohttp.test_utils import TestClient, TestServer

from keys.statements.transcript import Decision
from node.daemon.http import application
from node.imports import verbs as imports
from node.projects import verbs as projects
from node.projects.model import ProjectChanges
from node.signin import verbs as signin
from store.git.objects import ZERO
from tests.support.drafts import a_landing
from tests.support.forges import a_project, an_account
from tests.support.gits import odd
from tests.support.pages import foreign_scripts
from web.drawn import DRAWN

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
PAGES = [
    "",
    "/landings",
    "/landings/1",
    "/landings/2",
    "/tree/src",
    "/blob/src/wait.py",
    "/blob/logo.png",
    "/blob/data.bin",
    "/blob/empty",
    "/blame/src/wait.py",
    "/raw/src/wait.py",
    "?at=1",
]


@pytest.fixture
async def ada(forge):
    return await an_account(forge, "ada")


@pytest.fixture
async def client(forge):
    async with TestClient(
        TestServer(application(forge)), cookie_jar=CookieJar(unsafe=True)
    ) as made:
        yield made


async def filled(forge, ada, handle, **more):
    project = await a_project(forge, ada, handle, **more)
    files = {
        "README.md": b"# Spore\n\nRead the [code](src/wait.py).\n\n![logo](logo.png)\n",
        "src/wait.py": b"def wait(tries):\n    return 1\n",
        "logo.png": PNG,
        "data.bin": b"\x00\x01\x02",
        "empty": b"",
    }
    await a_landing(forge, ada, project, files, goal="Plant the project")
    await a_landing(
        forge,
        ada,
        project,
        {"src/wait.py": b"def wait(tries):\n    return 2**tries\n"},
        goal="Wait twice as long",
        origin="ai-assisted",
    )
    return project


async def signed_in(forge, account, client):
    link = await signin.make_link(forge, account)
    origin = {"Origin": f"http://{client.host}:{client.port}"}
    answer = await client.post(f"/sign-in/{link}", headers=origin, allow_redirects=False)
    assert answer.status == 303
    return link


@pytest.mark.parametrize("page", PAGES)
async def test_public_pages_are_for_everybody(forge, ada, client, page):
    await filled(forge, ada, "book")
    answer = await client.get(f"/ada/book{page}")
    assert answer.status == 200, await answer.text()
    assert "script" not in answer.headers["Content-Security-Policy"].replace(
        "script-src 'self'", ""
    )


@pytest.mark.parametrize("page", PAGES)
async def test_private_pages_are_missing_for_strangers_and_there_for_the_owner(
    forge, ada, client, page
):
    await filled(forge, ada, "secret", visibility="private")
    assert (await client.get(f"/ada/secret{page}")).status == 404
    sam = await an_account(forge, "sam")
    await signed_in(forge, sam, client)
    assert (await client.get(f"/ada/secret{page}")).status == 404
    await signed_in(forge, ada, client)
    assert (await client.get(f"/ada/secret{page}")).status == 200


async def test_front_page_and_profile_leave_private_projects_out(forge, ada, client):
    await filled(forge, ada, "book")
    await filled(forge, ada, "secret", visibility="private")
    for page in ("/", "/ada"):
        text = await (await client.get(page)).text()
        assert "ada/book" in text
        assert "secret" not in text


async def test_the_project_page_shows_tree_reasons_and_readme(forge, ada, client):
    await filled(forge, ada, "book")
    text = await (await client.get("/ada/book")).text()
    assert "Wait twice as long" in text
    assert "Plant the project" in text
    assert 'href="/ada/book/blob/src/wait.py"' in text
    assert 'src="/ada/book/raw/logo.png"' in text
    assert f"mic clone {forge.node.url}/ada/book" in text
    assert f"git clone {forge.node.url}/ada/book.git" in text


async def test_a_position_shows_what_was_then(forge, ada, client):
    await filled(forge, ada, "book")
    then = await (await client.get("/ada/book/raw/src/wait.py?at=1")).text()
    now = await (await client.get("/ada/book/raw/src/wait.py")).text()
    assert (then, now) == (
        "def wait(tries):\n    return 1\n",
        "def wait(tries):\n    return 2**tries\n",
    )
    pinned = await (await client.get("/ada/book?at=1")).text()
    assert "/ada/book/tree/src?at=1" in pinned


async def test_the_landing_page_shows_reason_signature_and_change(forge, ada, client):
    await filled(forge, ada, "book")
    text = await (await client.get("/ada/book/landings/2")).text()
    assert "Wait twice as long" in text
    assert "Signed by ada, verified here" in text
    assert "AI-assisted" in text
    assert "is-added" in text
    assert "is-removed" in text


async def test_blame_names_the_reason_of_each_run(forge, ada, client):
    await filled(forge, ada, "book")
    text = await (await client.get("/ada/book/blame/src/wait.py")).text()
    assert re.findall(r'class="why-goal">([^<]+)<', text) == [
        "Plant the project",
        "Wait twice as long",
    ]


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/nobody", 404),
        ("/ada/nothing", 404),
        ("/ada/book/blob/nothing", 404),
        ("/ada/book/landings/99", 404),
        ("/ada/book?at=99", 404),
        ("/ada/book?at=abc", 400),
        ("/ada/book/raw/src", 400),
        ("/ada/book/blame/data.bin", 400),
        ("/ada/book/landings?before=x", 400),
        ("/ada/book/%2e%2e/etc", 404),
        ("/sign-in/wrong", 404),
        ("/static/nothing.css", 404),
        ("/static/%2e%2e/app.py", 404),
    ],
)
async def test_what_is_not_there_gets_a_page_that_helps(forge, ada, client, address, status):
    await filled(forge, ada, "book")
    answer = await client.get(address)
    text = await answer.text()
    assert answer.status in {status, 403} if "sign-in" in address else answer.status == status
    assert "Go to the front page" in text
    assert "Traceback" not in text


async def test_a_link_shows_a_button_and_works_once(forge, ada, client):
    link = await signin.make_link(forge, ada)
    for _ in range(2):
        assert "Sign in as ada" in await (await client.get(f"/sign-in/{link}")).text()
    origin = {"Origin": f"http://{client.host}:{client.port}"}
    first = await client.post(f"/sign-in/{link}", headers=origin, allow_redirects=False)
    cookie = first.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Welcome back, ada" in await (await client.get("/")).text()
    again = await client.post(f"/sign-in/{link}", headers=origin, allow_redirects=False)
    assert again.status in {403, 404}


async def test_signing_out_ends_the_session(forge, ada, client):
    await signed_in(forge, ada, client)
    origin = {"Origin": f"http://{client.host}:{client.port}"}
    await client.post("/sign-out", headers=origin)
    assert "Welcome back" not in await (await client.get("/")).text()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://elsewhere.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1"},
        {"Origin": "null"},
    ],
)
async def test_a_form_from_elsewhere_does_nothing(forge, ada, client, headers):
    link = await signin.make_link(forge, ada)
    answer = await client.post(f"/sign-in/{link}", headers=headers, allow_redirects=False)
    assert answer.status == 403
    assert (await client.get(f"/sign-in/{link}")).status == 200


@pytest.mark.parametrize(
    ("asked", "led"),
    [
        ("/ada/book?at=1", "/ada/book?at=1"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("", "/"),
    ],
)
async def test_the_theme_is_kept_and_leads_back_only_here(client, asked, led):
    origin = {"Origin": f"http://{client.host}:{client.port}"}
    form = {"theme": "dark", "return_to": asked}
    answer = await client.post("/theme", data=form, headers=origin, allow_redirects=False)
    assert answer.headers["Location"] == led
    assert 'data-theme="dark"' in await (await client.get("/design")).text()


@pytest.mark.parametrize(
    ("form", "page"),
    [
        ("/ada/book/settings/members", "/ada/book/settings"),
        ("/ada/book/settings/members/remove", "/ada/book/settings"),
        ("/account/profile", "/account"),
        ("/projects", "/projects"),
        ("/no/such/form/here", "/"),
    ],
)
async def test_the_theme_below_a_refused_form_leads_to_a_page(forge, ada, client, form, page):
    await a_project(forge, ada)
    await signed_in(forge, ada, client)
    origin = {"Origin": f"http://{client.host}:{client.port}"}
    fields = {"handle": "no body", "role": "writer", "bio": "b" * 200}
    refused = await client.post(form, data=fields, headers=origin)
    assert refused.status in {400, 404}
    assert f'name="return_to" value="{page}"' in await refused.text()
    assert (await client.get(page)).status == 200


async def test_raw_content_cannot_run_and_serves_ranges(forge, ada, client):
    project = await a_project(forge, ada)
    page = b"<script>alert(1)</script>"
    await a_landing(forge, ada, project, {"x.html": page, "x.svg": b"<svg/>", "x.bin": b"\0" * 9})
    html = await client.get("/ada/book/raw/x.html")
    assert html.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert "sandbox" in html.headers["Content-Security-Policy"]
    assert html.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in (await client.get("/ada/book/raw/x.svg")).headers["Content-Security-Policy"]
    assert "attachment" in (await client.get("/ada/book/raw/x.bin")).headers["Content-Disposition"]
    part = await client.get("/ada/book/raw/x.html", headers={"Range": "bytes=1-6"})
    assert (part.status, await part.read()) == (206, b"script")


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "{{ 7 * 7 }}",
    "</title><script>alert(1)</script>",
    "\u202egnp.exe",
    "a" * 180,
    "&lt;b&gt;",
    "' onmouseover='alert(1)",
]


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_names_and_goals_are_only_text(forge, ada, client, text):
    project = await a_project(forge, ada)
    name = text.replace("/", "_")
    await a_landing(forge, ada, project, {name: text.encode(), f"d/{name}": b"x\n"}, goal=text)
    for page in ("", "/landings", "/landings/1", "/tree/d", f"/blob/{name}", f"/blame/{name}"):
        answer = await client.get(f"/ada/book{page}")
        shown = await answer.text()
        assert answer.status == 200
        assert foreign_scripts(shown) == []
        assert "<img src=x" not in shown
        assert " onmouseover='" not in shown
        assert ">49<" not in shown


async def test_every_request_of_a_page_stays_on_the_node(forge, ada, client):
    await filled(forge, ada, "book")
    for page in ("/", "/ada", "/design", "/ada/book", "/ada/book/landings/2"):
        text = await (await client.get(page)).text()
        loaded = re.findall(
            r'<(?:link(?! rel="(?:canonical|alternate)")|img|script)[^>]+(?:href|src)="([^"]+)"',
            text,
        )
        assert all(address.startswith("/") for address in loaded)
        for address in loaded:
            answer = await client.get(address)
            assert answer.status == 200, address
            found = re.findall(r"url\(([^)]+)\)", await answer.text()) if ".css" in address else []
            assert all(url.strip("\"'").startswith(("/", "data:")) for url in found)


async def test_an_unchanged_page_is_not_sent_again(forge, ada, client):
    await filled(forge, ada, "book")
    tag = (await client.get("/ada/book/blob/src/wait.py")).headers["ETag"]
    again = await client.get("/ada/book/blob/src/wait.py", headers={"If-None-Match": tag})
    assert again.status == 304


async def test_an_empty_project_says_what_to_do(forge, ada, client):
    await a_project(forge, ada)
    assert "mic land" in await (await client.get("/ada/book")).text()


async def test_the_project_page_links_its_site_and_vouches_for_nothing(forge, ada, client):
    links = ProjectChanges(url="https://book.example/read/", llm_model="m-<1>")
    await filled(forge, ada, "book")
    await projects.update(forge, ada.party, "ada", "book", links)
    text = await (await client.get("/ada/book")).text()
    link = '<a href="https://book.example/read/" rel="nofollow noopener">book.example/read</a>'
    assert link in text
    assert "m-&lt;1&gt;" in text


async def test_a_blame_says_the_decisions_and_links_only_to_a_blame_that_is_there(
    forge, ada, client
):
    project = await filled(forge, ada, "book")
    taken = (Decision("Wait with <jitter>", "They collide.", 1),)
    lines = b"def wait(tries):\n    return jitter(tries)\n"
    await a_landing(forge, ada, project, {"src/wait.py": lines}, decisions=taken)
    text = await (await client.get("/ada/book/blame/src/wait.py")).text()
    assert "Wait with &lt;jitter&gt;" in text
    assert "They collide." in text
    before = re.findall(r'href="([^"]*)">Blame before @(\d+)', text)
    assert before == [("/ada/book/blame/src/wait.py?at=2", "3")]
    assert (await client.get(before[0][0])).status == 200


async def test_of_several_readmes_markdown_then_restructured_then_plain_text_is_shown(
    forge, ada, client
):
    project = await a_project(forge, ada, "book")
    for name, data, shown in [
        ("README", b"*plain*", "<pre>*plain*</pre>"),
        ("README.txt", b"*text*", "<pre>*text*</pre>"),
        ("README.rst", b"Spore\n=====\n\n*rest*", "<em>rest</em>"),
        ("readme.md", b"*mark*", "<em>mark</em>"),
    ]:
        await a_landing(forge, ada, project, {name: data})
        assert shown in await (await client.get("/ada/book")).text()


async def test_what_was_drawn_is_shown_again_to_those_who_may_see_it_only(forge, ada, client):
    await filled(forge, ada, "book")
    pages = ["/ada/book", "/ada/book/blob/src/wait.py", "/ada/book/blame/src/wait.py"]
    first = [await (await client.get(page)).text() for page in pages]
    kept = client.server.app[DRAWN]
    assert [await (await client.get(page)).text() for page in pages] == first
    assert len(kept._values) == 3
    await projects.update(forge, ada.party, "ada", "book", ProjectChanges(visibility="private"))
    assert [(await client.get(page)).status for page in pages] == [404] * 3


async def test_a_readme_that_moves_with_its_project_links_where_it_went(forge, ada, client):
    await filled(forge, ada, "book")
    assert 'href="/ada/book/blob/src/wait.py"' in await (await client.get("/ada/book")).text()
    await projects.update(forge, ada.party, "ada", "book", ProjectChanges(handle="tome"))
    assert 'href="/ada/book' not in await (await client.get("/ada/tome")).text()


async def test_what_people_wrote_runs_in_its_own_direction(forge, ada, client):
    await filled(forge, ada, "book")
    text = await (await client.get("/ada/book")).text()
    for one in ("latest-goal", "tree-goal", "tree-name"):
        shown = re.findall(f'<[a-z]+ class="{one}"[^>]*>', text)
        assert shown
        assert [tag for tag in shown if 'dir="auto"' not in tag and '">..' not in tag] == []


async def test_the_log_leads_to_a_comparison(forge, ada, client):
    await filled(forge, ada, "book")
    text = await (await client.get("/ada/book/landings")).text()
    link = re.search(r'href="(/ada/book/compare[^"]+)"', text)[1]
    assert (await client.get(html.unescape(link))).status == 200


async def test_a_landing_is_found_by_how_it_is_written(forge, ada, client):
    await a_project(forge, ada)
    answer = await client.get("/ada/book/@1", allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/ada/book/landings/1")


async def test_a_tag_names_a_position_on_every_page(forge, ada, client, tmp_path):
    project = await a_project(forge, ada)
    g = odd(tmp_path / "odd.git")
    tip = g.git("rev-parse", "main").decode().strip()
    await imports.receive(forge, ada.party, project, g.path, ZERO, tip, lambda *_: None)
    v1 = g.git("rev-parse", "refs/tags/v1").decode().strip()
    await imports.tag(forge, ada.party, project, "v1", v1, quarantine=g.path)
    position = await imports.named(forge, ada.party, project, "v1")
    chip = '<a class="label" href="/ada/book?at=v1"'
    assert chip in await (await client.get("/ada/book/landings")).text()
    assert chip in await (await client.get(f"/ada/book/landings/{position}")).text()
    by_name = await (await client.get("/ada/book?at=v1")).text()
    assert f"@{position}" in by_name
    assert (await client.get("/ada/book?at=v99")).status == 400


async def test_a_readme_links_to_the_position_that_is_looked_at(forge, ada, client):
    project = await filled(forge, ada, "book")
    await a_landing(forge, ada, project, {"more": b"more\n"}, goal="Leave the README")
    for query, kept in (("?at=1", "?at=1"), ("?at=3", "?at=3"), ("", ""), ("?at=2", "?at=2")):
        text = await (await client.get(f"/ada/book{query}")).text()
        links = re.findall(r'<a href="/ada/book/blob/src/wait.py([^"]*)"[^>]*>code</a>', text)
        assert links == [kept]


async def test_a_directory_does_not_repeat_a_long_goal(client, forge):
    account = await an_account(forge, "wren")
    project = await a_project(forge, account, "wordy")
    files = {f"{n}.txt": b"x\n" for n in range(50)}
    await a_landing(forge, account, project, files, goal="g" * 60_000)
    page = await (await client.get("/wren/wordy")).text()
    assert len(page) < 200_000
    landing = await (await client.get("/wren/wordy/landings/1")).text()
    assert "g" * 59_000 in landing


async def test_a_binary_file_that_landed_has_no_blame_to_lead_to(forge, ada, client):
    await filled(forge, ada, "book")
    page = await (await client.get("/ada/book/landings/1")).text()
    assert "/ada/book/blame/src/wait.py?at=1" in page
    assert "/ada/book/blame/data.bin" not in page


async def test_beyond_the_first_landing_nothing_is_said_to_be_missing(forge, ada, client):
    await filled(forge, ada, "book")
    page = await (await client.get("/ada/book/landings?before=1")).text()
    assert "Nothing has landed here yet" not in page
    assert 'href="/ada/book/landings">See all landings.' in page
