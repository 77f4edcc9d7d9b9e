"""The page of an import: who may see it, and what it tells."""

from dataclasses import replace

import pytest
from aiohttp.test_utils import TestClient, TestServer

from node.daemon.http import application
from node.imports import rows
from node.imports import verbs as imports
from node.imports.model import NewImport, Stage, Status
from node.signin import verbs as signin
from tests.support.forges import an_account


@pytest.fixture
async def client(forge):
    async with TestClient(TestServer(application(forge))) as made:
        yield made


async def signed_in(forge, client, account):
    link = await signin.make_link(forge, account)
    await client.post(f"/sign-in/{link}", headers={"Sec-Fetch-Site": "same-origin"})


AGAIN = '<noscript><meta http-equiv="refresh" content="2"></noscript>'


async def page(client, one):
    answer = await client.get(f"/ada/engine/import/{one.id}")
    return answer, await answer.text()


async def test_the_page_follows_an_import_to_its_end(forge, client):
    ada = await an_account(forge, "ada")
    asked = NewImport("https://git.example/engine.git", "engine", "public")
    one = await imports.start(forge, ada.party, "ada", asked)
    answer, _ = await page(client, one)
    assert answer.status == 404
    await signed_in(forge, client, ada)
    answer, text = await page(client, one)
    assert (answer.status, text.count(AGAIN), "data-refresh=" in text) == (200, 1, True)
    assert "https://git.example/engine.git" in text
    assert "Waiting for its turn" in text

    now = replace(one, status=Status.RUNNING, stage=Stage.FINALIZATION, done=500, total=9083)
    await forge.db.write(lambda tx: rows.put_import(tx, now))
    _, text = await page(client, one)
    assert "500 of 9,083" in text
    assert '<rect width="55"' in text

    over = replace(
        now, status=Status.ROLLED_BACK, fault="import.x", message="Broken <b>object</b>."
    )
    await forge.db.write(lambda tx: rows.put_import(tx, over))
    answer, text = await page(client, one)
    assert (AGAIN in text, "data-refresh=" in text) == (False, False)
    assert "Broken &lt;b&gt;object&lt;/b&gt;." in text
    assert "as empty as before" in text
    assert "Try again" in text


async def test_an_import_is_seen_below_its_own_project_only(forge, client):
    ada = await an_account(forge, "ada")
    await signed_in(forge, client, ada)
    one = await imports.start(
        forge, ada.party, "ada", NewImport("https://git.example/a.git", "other", "public")
    )
    await imports.start(
        forge, ada.party, "ada", NewImport("https://git.example/b.git", "engine", "public")
    )
    answer, _ = await page(client, one)
    assert answer.status == 404
