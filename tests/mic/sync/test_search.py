"""Programs search as people do, and find what their token lets them see."""

from dataclasses import replace

import pytest

from node.kernel.parties import Party
from node.search import indexing, rules
from node.search import verbs as searching
from tests.support.drafts import a_landing
from tests.support.features import settled


async def found(world, token=None, **query):
    answer = await world.door.as_(token).get("/search", params=query)
    assert answer.status == 200, answer.body
    return answer.json


@pytest.fixture
async def indexed(world):
    for project in (world.book, world.diary):
        files = {f"{project.handle}.py": b"one = 1\nfirst_wait = 2\n"}
        await a_landing(world.forge, world.ada, project, files, goal="Wait first\n\nand then go")
    await settled(world.forge, indexing.FEATURE)
    return world


async def test_an_answer_has_files_with_lines_and_reasons(indexed):
    told = await found(indexed, q="first_wait")
    assert told["counts"] == {"projects": 0, "code": 1, "reasons": 0}
    (file,) = told["files"]
    assert (file["project"], file["path"], file["matching"]) == ("ada/book", "book.py", 1)
    assert file["lines"] == [{"number": 2, "text": "first_wait = 2"}]
    (reason,) = (await found(indexed, q="wait", scope="reasons"))["reasons"]
    assert (reason["goal"], reason["kind"], reason["author"]) == ("Wait first", "goal", "ada")
    assert reason["position"] == file["position"]


async def test_a_project_can_be_searched_alone_and_pages_end(indexed):
    mine = await found(indexed, indexed.token, q="first_wait", project="ada/diary")
    assert [one["project"] for one in mine["files"]] == ["ada/diary"]
    past = await found(indexed, q="first_wait", scope="code", page="2")
    assert (past["files"], past["more"]) == ([], False)


@pytest.mark.parametrize(
    "query", [{"scope": "x"}, {"page": "-1"}, {"page": "x"}, {"page": "9" * 20}]
)
async def test_what_cannot_be_meant_is_refused(world, query):
    answer = await world.door.get("/search", params={"q": "a", **query})
    assert (answer.status, answer.json["ok"]) == (400, False)


@pytest.mark.parametrize("words", ["", '"', "a\0b", "NEAR(", "x" * 6_000, "in:x/y"])
async def test_any_words_get_an_answer(indexed, words):
    await found(indexed, q=words)


def _seen(results):
    return {one.address for one in results.files}


@pytest.mark.parametrize(
    ("changes", "sees"),
    [
        ({}, {"ada/book", "ada/diary"}),
        ({"scopes": frozenset({"read"})}, {"ada/book", "ada/diary"}),
        ({"scopes": frozenset()}, {"ada/book"}),
        ({"only": "book"}, {"ada/book"}),
        ({"only": "diary"}, {"ada/book", "ada/diary"}),
        ({"only": "diary", "scopes": frozenset()}, {"ada/book"}),
    ],
)
async def test_a_token_finds_what_it_may_read_and_counts_no_more(indexed, changes, sees):
    keys = {"book": indexed.book.key, "diary": indexed.diary.key}
    only = keys.get(changes.get("only", ""))
    who: Party = replace(indexed.ada.party, **{**changes, "only": only})
    results = await searching.search(indexed.forge, who, rules.question("first_wait"))
    assert _seen(results) == sees
    assert results.counts["code"] == len(sees)


async def test_strangers_and_passers_by_find_what_is_public(indexed):
    for token in (None, indexed.bobs_token):
        told = await found(indexed, token, q="first_wait")
        assert [one["project"] for one in told["files"]] == ["ada/book"]
        assert told["counts"]["code"] == 1
    both = await found(indexed, indexed.token, q="first_wait")
    assert both["counts"]["code"] == 2
