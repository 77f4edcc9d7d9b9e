"""Languages are counted once, whatever comes, goes and is told again."""

import pytest

from node.languages import rules
from node.languages import verbs as languages
from tests.support.drafts import a_landing
from tests.support.features import settled
from tests.support.forges import a_project, an_account


async def shares(forge, who, project):
    await languages.count(forge, project.key)
    return [(one.language, one.bytes) for one in await languages.shares(forge, who, project)]


async def test_files_come_change_and_go(forge):
    ada = await an_account(forge)
    book = await a_project(forge, ada)
    files = {"a.py": b"x" * 30, "b.rs": b"y" * 10, "notes.md": b"z" * 900, "run": b"1"}
    await a_landing(forge, ada, book, files)
    assert await shares(forge, ada.party, book) == [("Python", 30), ("Rust", 10)]
    await a_landing(forge, ada, book, {"a.py": b"x" * 5, "b.rs": None})
    assert await shares(forge, ada.party, book) == [("Python", 5)]
    assert await shares(forge, ada.party, book) == [("Python", 5)]
    await a_landing(forge, ada, book, {"a.py": None})
    assert await shares(forge, ada.party, book) == []


async def test_steps_end_where_the_log_ends(forge, monkeypatch):
    monkeypatch.setattr(languages, "STEP", 2)
    ada = await an_account(forge)
    book = await a_project(forge, ada)
    for number in range(5):
        await a_landing(forge, ada, book, {f"{number}.py": b"x"})
    assert await shares(forge, ada.party, book) == [("Python", 5)]


async def test_a_landing_owes_the_counting(forge):
    ada = await an_account(forge)
    book = await a_project(forge, ada)
    await a_landing(forge, ada, book, {"a.go": b"x"})
    await settled(forge, languages.FEATURE)
    found = await languages.shares(forge, ada.party, book)
    assert [(one.language, one.permille) for one in found] == [("Go", 1000)]


@pytest.mark.parametrize(
    ("path", "language"),
    [
        ("src/main.rs", "Rust"),
        ("A.PY", "Python"),
        ("Makefile", "Makefile"),
        ("vendor/x.js", None),
        ("app.min.js", None),
        ("py", None),
        (".py", "Python"),
        ("README.md", None),
        ("data.json", None),
        ("دليل.py", "Python"),
    ],
)
def test_a_name_says_the_language(path, language):
    assert rules.language_of(path) == language


def test_shares_make_up_the_whole():
    sums = {f"L{n}": 100 - n for n in range(9)}
    found = rules.shares(sums)
    assert (len(found), found[-1].language) == (7, "Other")
    assert sum(one.bytes for one in found) == sum(sums.values())
    assert abs(sum(one.permille for one in found) - 1000) <= 4
