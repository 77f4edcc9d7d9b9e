"""A file is shown as what it is, found by letters of its name, and taken along with all others."""

import io
import json
import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from node.daemon.http import application
from store.tree import Mode
from tests.support.drafts import a_landing
from tests.support.foreigners import NODES
from tests.support.forges import a_project, an_account
from tests.support.pages import foreign_scripts
from web.areas.files.fuzzy import best
from web.areas.files.sheets import sheet
from web.areas.project import directory

FUZZY = Path(__file__).parents[1] / "data" / "fuzzy.json"
SCRIPT = Path(__file__).parents[2] / "web" / "static" / "scripts" / "fuzzy.js"
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
NOTEBOOK = json.dumps(
    {
        "nbformat": 4,
        "metadata": {"language_info": {"file_extension": ".py"}},
        "cells": [
            {"cell_type": "markdown", "source": ["# A *heading*\n", "<script>alert(1)</script>"]},
            {
                "cell_type": "code",
                "execution_count": 7,
                "source": "def f():\n    return '<b>'",
                "outputs": [
                    {"output_type": "stream", "text": ["said <i>\n", "more"]},
                    {"output_type": "display_data", "data": {"image/png": PIXEL}},
                    {"output_type": "display_data", "data": {"text/html": "<script>x</script>"}},
                    {"output_type": "error", "ename": "Oh", "evalue": "<no>", "traceback": []},
                ],
            },
        ],
    }
).encode()
FILES = {
    "README.md": b"# Read\n",
    "docs/guide.md": b"# Guide\n\nSee [main](../src/main.py).\n",
    "src/main.py": b"class A:\n    def b(self):\n        return 1\n\n\ndef c():\n    return 2\n",
    "data/values.csv": b'name;count\n"a;b";1\n<b>x</b>;2\n',
    "data/one.csv": b"only one column\n",
    "note.ipynb": NOTEBOOK,
    "bad.ipynb": b'{"cells": 3}',
    "many/a.txt": b"a\n",
    "many/b.txt": b"b\n",
    "many/c.txt": b"c\n",
    "draw.svg": b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
}


@pytest.fixture
async def ada(forge):
    return await an_account(forge, "ada")


@pytest.fixture
async def book(forge, ada):
    project = await a_project(forge, ada)
    await a_landing(forge, ada, project, FILES)
    return project


@pytest.fixture
async def client(forge, book):
    assert book.handle == "book"
    async with TestClient(TestServer(application(forge))) as made:
        yield made


async def shown(client, page):
    answer = await client.get(f"/ada/book/{page}".rstrip("/"))
    assert answer.status == 200, await answer.text()
    text = await answer.text()
    assert foreign_scripts(text) == []
    return text


async def test_code_has_an_outline_and_each_line_an_anchor(client):
    text = await shown(client, "blob/src/main.py")
    assert "3 symbols" in text
    assert '<a href="#L2"><code>b</code>' in text
    assert 'id="L7"' in text


async def test_a_range_of_lines_is_marked_without_a_script(client):
    text = await shown(client, "blob/src/main.py?lines=2-3")
    assert text.count("code-line is-marked") == 2
    assert '<li class="code-line is-marked" id="L3">' in text
    assert "is-marked" not in await shown(client, "blob/src/main.py?lines=x-1")


async def test_markdown_is_read_as_prose_and_looked_at_as_code(client):
    text = await shown(client, "blob/docs/guide.md")
    assert '<h2 id="readme-guide">' in text
    assert 'href="/ada/book/blob/src/main.py"' in text
    assert "aria-current=page>prose" in text
    assert 'id="L3"' in await shown(client, "blob/docs/guide.md?as=code")
    assert 'id="L1"' in await shown(client, "blob/docs/guide.md?lines=1")


async def test_values_are_a_table(client):
    text = await shown(client, "blob/data/values.csv")
    assert '<th scope="col" dir="auto" class=is-figure>count</th>' in text
    assert '<td dir="auto" class=is-figure>2</td>' in text
    assert '<td dir="auto">a;b</td>' in text
    assert "&lt;b&gt;x&lt;/b&gt;" in text
    assert 'id="L1"' in await shown(client, "blob/data/one.csv")


@pytest.mark.parametrize(
    ("values", "are_figures"),
    [
        (("1", "-2.5", "3e8", "1,204", "40 %", ""), True),
        (("1", "2024-05-01"), False),
        (("1", "x"), False),
        (("", " "), False),
    ],
)
def test_a_column_of_numbers_alone_is_one_of_figures(values, are_figures):
    shown = sheet("x.csv", "name;it\n" + "".join(f'a;"{one}"\n' for one in values))
    assert (1 in shown.figures) == are_figures
    assert 0 not in shown.figures


async def test_a_notebook_is_its_cells_and_brings_nothing_that_runs(client):
    text = await shown(client, "blob/note.ipynb")
    assert "<em>heading</em>" in text
    assert "&lt;script&gt;alert(1)" in text
    assert "said &lt;i&gt;" in text
    assert "Oh: &lt;no&gt;" in text
    assert "<script>x" not in text
    assert 'src="/ada/book/raw/note.ipynb?output=1.1"' in text
    answer = await client.get("/ada/book/raw/note.ipynb?output=1.1")
    assert (answer.status, answer.content_type) == (200, "image/png")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    broken = await shown(client, "blob/bad.ipynb")
    assert 'id="L1"' in broken
    assert "no notebook that can be read" in broken
    assert ">cells</a>" not in broken
    assert ">cells</a>" in text


@pytest.mark.parametrize("name", ["1.0", "1.2", "9.9", "-1.1", "1", "1.x", "\u0661.1"])
async def test_what_is_no_picture_of_a_notebook_is_refused(client, name):
    assert (await client.get("/ada/book/raw/note.ipynb", params={"output": name})).status == 400


async def test_a_drawing_is_an_image_and_its_source_is_code(client):
    assert '<img class="file-image" src="/ada/book/raw/draw.svg"' in await shown(
        client, "blob/draw.svg"
    )
    assert 'id="L1"' in await shown(client, "blob/draw.svg?as=code")


async def test_a_page_names_the_address_that_stays(client, forge, ada, book):
    assert 'data-keep href="/ada/book/blob/src/main.py?at=1"' in await shown(
        client, "blob/src/main.py"
    )
    await a_landing(forge, ada, book, {"src/main.py": b"new\n"}, base=1)
    assert "class" in await shown(client, "blob/src/main.py?at=1")


async def test_a_folder_leads_on_to_its_history_its_files_and_its_lasting_address(client):
    text = await shown(client, "tree/src")
    assert "1 entry" in text
    assert 'data-keep href="/ada/book/tree/src?at=1"' in text
    assert 'href="/ada/book/landings?path=src"' in text
    assert 'data-find href="/ada/book/find"' in text
    assert 'data-find href="/ada/book/find"' in await shown(client, "blame/src/main.py")


async def test_entries_beyond_a_page_are_counted(client, monkeypatch):
    monkeypatch.setattr(directory, "SHOWN", 2)
    for page, more in (("", "6 entries"), ("tree/many", "1 entry")):
        assert f"{more} more than one page shows" in await shown(client, page)


async def test_files_are_found_by_letters_of_their_names(client):
    answer = await client.get("/ada/book/paths")
    assert answer.content_type == "text/plain"
    assert sorted((await answer.text()).split("\n")) == sorted(FILES)
    text = await shown(client, "find?q=mapy")
    assert 'href="/ada/book/blob/src/main.py"' in text
    assert "values.csv" not in text
    assert "No file has these letters" in await shown(client, "find?q=zzzz")


def test_paths_are_ranked_as_the_table_says():
    table = json.loads(FUZZY.read_text())
    assert {typed: best(table["paths"], typed, 10) for typed in table["typed"]} == table["typed"]


@pytest.mark.slow
def test_a_browser_ranks_paths_as_the_node_does():
    code = (
        f"import {{ best }} from {json.dumps(str(SCRIPT))};"
        "import { readFileSync } from 'node:fs';"
        f"const table = JSON.parse(readFileSync({json.dumps(str(FUZZY))}));"
        "const found = Object.keys(table.typed).map((t) => [t, best(table.paths, t, 10)]);"
        "console.log(JSON.stringify(Object.fromEntries(found)));"
    )
    done = subprocess.run(
        [NODES[0], "--input-type=module", "-e", code],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert json.loads(done.stdout) == json.loads(FUZZY.read_text())["typed"]


async def test_two_positions_are_compared_both_ways(client, forge, ada, book):
    await a_landing(forge, ada, book, {"README.md": b"# Reed\n"}, base=1, goal="Mend a word")
    text = await shown(client, "compare?from=1&to=2")
    assert "Mend a word" in text
    assert "1 file" in text
    assert '<span class="unseen">added </span>' in text
    assert "seen backwards" in await shown(client, "compare?from=2&to=1")
    assert "Nothing differs" in await shown(client, "compare?from=2&to=2")
    assert await shown(client, "compare") == await shown(client, "compare")
    for wrong in ("from=9&to=1", "from=x", "to=-1"):
        assert (await client.get(f"/ada/book/compare?{wrong}")).status in {400, 404}


async def test_an_archive_holds_every_file_with_its_mode(client, forge, ada, book):
    run, link = {"run.sh": b"#!/bin/sh\n"}, {"l": b"run.sh"}
    await a_landing(forge, ada, book, run, base=1, mode=Mode.EXECUTABLE)
    await a_landing(forge, ada, book, link, base=2, mode=Mode.LINK)
    answer = await client.get("/ada/book/archive/latest.tar.gz")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="book-3.tar.gz"'
    with tarfile.open(fileobj=io.BytesIO(await answer.read())) as tar:
        found = {one.name: one for one in tar.getmembers()}
        assert tar.extractfile("book-3/src/main.py").read() == FILES["src/main.py"]
    assert set(found) == {f"book-3/{name}" for name in [*FILES, "run.sh", "l"]}
    assert found["book-3/run.sh"].mode == 0o755
    assert (found["book-3/l"].issym(), found["book-3/l"].linkname) == (True, "run.sh")
    answer = await client.get("/ada/book/archive/1.zip")
    with zipfile.ZipFile(io.BytesIO(await answer.read())) as archive:
        assert archive.testzip() is None
        assert sorted(archive.namelist()) == sorted(f"book-1/{name}" for name in FILES)
        assert archive.read("book-1/note.ipynb") == NOTEBOOK


async def test_the_same_position_makes_the_same_archive(client):
    first = await (await client.get("/ada/book/archive/1.tar.gz")).read()
    assert first == await (await client.get("/ada/book/archive/1.tar.gz")).read()


@pytest.mark.parametrize("name", ["0.zip", "7.zip", "1.rar", "x.zip"])
async def test_an_archive_that_cannot_be_is_missing(client, name):
    assert (await client.get(f"/ada/book/archive/{name}")).status == 404
