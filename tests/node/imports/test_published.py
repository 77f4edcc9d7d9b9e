"""What somebody has published on another forge: whom a text names, what is asked, what is shown."""

import dataclasses
import json

import pytest

from node.imports import published
from node.imports.model import BadPublisher, NoPublisher, Publisher
from node.kernel.errors import Denied
from node.kernel.fetching import NoAnswer, NotTaken
from node.kernel.guesses import TooManyTries
from node.kernel.outbound import NotPublic
from node.kernel.parties import ANONYMOUS
from tests.support.actors import a_stranger
from tests.support.forges import an_account

LIST = "/api/v1/users/ada/repos"


@pytest.fixture
def near(forge):
    """The same forge, allowed to reach the loopback."""
    return dataclasses.replace(forge, reach_private=True)


@pytest.fixture
async def ada(forge):
    return (await an_account(forge)).party


@pytest.fixture
async def host():
    async with a_stranger() as made:
        yield made


def a_repository(host, name, **more):
    return {"name": name, "clone_url": f"{host.url}/ada/{name}.git", "private": False} | more


def shows(host, *found, path=LIST, kind="application/json; charset=utf-8"):
    host.shows(path, json.dumps(found).encode(), kind)


def on(host, name="ada"):
    return published.publisher(f"{host.url}/{name}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ada", ("https", "github.com", "ada")),
        (" @ada\n", ("https", "github.com", "ada")),
        ("github.com/ada", ("https", "github.com", "ada")),
        ("http://www.GitHub.com/ada/", ("https", "github.com", "ada")),
        ("https://github.com/Ada-L.ace_9", ("https", "github.com", "Ada-L.ace_9")),
        ("codeberg.org/ada", ("https", "codeberg.org", "ada")),
        ("git.example:3000/@ada", ("https", "git.example:3000", "ada")),
        ("http://git.example/ada", ("http", "git.example", "ada")),
    ],
)
def test_a_text_names_somebody(text, expected):
    assert published.publisher(text) == Publisher(*expected)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "/",
        "https://",
        "ada lovelace",
        "github.com/ada/engine",
        "https://github.com/ada/engine.git",
        "../ada",
        "ada?x=1",
        "ada#x",
        "git.example/ada?per_page=1",
        "user:pass@git.example/ada",
        "ftp://git.example/ada",
        "gìt.example/ada",
        "git.example:99999999/ada",
        "-ada",
        "a" * 200,
        "x" * 5000 + "/ada",
        "\x00",
    ],
)
def test_other_texts_name_nobody(text):
    with pytest.raises(BadPublisher):
        published.publisher(text)


def test_github_is_asked_by_its_own_way():
    there = published.address(published.publisher("ada"), 2)
    assert there == "https://api.github.com/users/ada/repos?per_page=100&sort=pushed&page=2"


async def test_what_is_open_is_shown_and_what_was_worked_on_last_is_first(near, ada, host):
    shows(
        host,
        a_repository(host, "old", updated_at="2020-01-01T00:00:00Z", fork=True, archived=True),
        a_repository(
            host,
            "engine",
            description="Weaves.",
            language="Rust",
            stars_count=7,
            updated_at="2026-01-01T00:00:00+01:00",
        ),
        a_repository(host, "secret", private=True),
        a_repository(host, "unsaid", description=None, language=None),
    )
    found = await published.published(near, ada, on(host))
    assert [one.name for one in found] == ["engine", "old", "unsaid"]
    engine, old, unsaid = found
    assert (engine.url, engine.about) == (f"{host.url}/ada/engine.git", "Weaves.")
    assert (engine.language, engine.stars, engine.worked_at) == ("Rust", 7, 1_767_222_000_000)
    assert (old.is_fork, old.is_archived) == (True, True)
    assert (unsaid.about, unsaid.worked_at) == ("", None)


async def test_the_fields_of_github_count_too(near, ada, host):
    one = a_repository(host, "e", stargazers_count=9, pushed_at="2026-02-01T00:00:00Z")
    shows(host, one | {"updated_at": "2026-03-01T00:00:00Z", "stars_count": 0})
    (found,) = await published.published(near, ada, on(host))
    assert (found.stars, found.worked_at) == (9, 1_769_904_000_000)


async def test_all_parts_of_a_long_list_are_asked_for_up_to_a_bound(near, ada, host):
    for page in range(1, 8):
        part = [a_repository(host, f"r{page}-{n}") for n in range(50)]
        shows(host, *part, path=f"{LIST}?limit=50&page={page}")
    assert len(await published.published(near, ada, on(host))) == published.MOST
    assert len(host.asked) == published.MOST // 50


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.example/ada/x.git",
        "file:///etc/passwd",
        "ssh://git@127.0.0.1/x",
        "https://user:secret@127.0.0.1/x",
        "javascript:alert(1)",
        "--upload-pack=touch x",
    ],
)
async def test_a_list_leads_to_its_own_host_only(near, ada, host, url):
    shows(host, a_repository(host, "good"), a_repository(host, "bad") | {"clone_url": url})
    assert [one.name for one in await published.published(near, ada, on(host))] == ["good"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[",
        b"[" * 100_000,
        b"[1]",
        b'[{"name": 1, "clone_url": "x"}]',
        b'[{"name": "a"}]',
        b'[{"name": "a", "clone_url": "x", "pushed_at": "0001-01-01T00:00:00"}]',
        b'[{"name": "\xff", "clone_url": "x"}]',
    ],
)
async def test_what_cannot_be_read_is_said_of_the_host(near, ada, host, body):
    host.shows(LIST, body, "application/json")
    with pytest.raises(NotTaken, match=r"127\.0\.0\.1.* cannot be read"):
        await published.published(near, ada, on(host))


@pytest.mark.parametrize(("status", "kind"), [(404, "application/json"), (200, "text/html")])
async def test_nobody_there_and_no_forge_at_all_are_said_alike(near, ada, host, status, kind):
    host.answers[LIST] = status, {"Content-Type": kind}, b"<html>"
    with pytest.raises(NoPublisher, match="is not there"):
        await published.published(near, ada, on(host))


@pytest.mark.parametrize("status", [403, 429])
async def test_a_forge_that_was_asked_too_often_says_so(near, ada, host, status):
    host.answers[LIST] = status, {}, b""
    with pytest.raises(NoAnswer, match="too often"):
        await published.published(near, ada, on(host))


async def test_an_address_inside_is_not_asked(forge, ada, host):
    shows(host, a_repository(host, "x"))
    with pytest.raises(NotPublic):
        await published.published(forge, ada, on(host))
    assert host.asked == []


async def test_only_who_may_import_may_look_and_not_for_ever(near, ada, host):
    shows(host)
    with pytest.raises(Denied):
        await published.published(near, ANONYMOUS, on(host))
    for _ in range(published.LOOKS.most):
        assert await published.published(near, ada, on(host)) == []
    with pytest.raises(TooManyTries):
        await published.published(near, ada, on(host))
