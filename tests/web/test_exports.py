"""An account's export is downloaded from its page, and denied before the first byte."""

import io
import zipfile

import pytest
from aiohttp import CookieJar
from aiohttp.test_utils import TestClient, TestServer

from node.daemon.http import application
from node.organizations import verbs as organizations
from node.signin import verbs as signin
from tests.support.drafts import a_landing
from tests.support.forges import a_project, an_account


@pytest.fixture
async def ada(forge):
    return await an_account(forge, "ada")


@pytest.fixture
async def client(forge, ada):
    headers = {"Sec-Fetch-Site": "same-origin"}
    server = TestServer(application(forge))
    async with TestClient(server, cookie_jar=CookieJar(unsafe=True), headers=headers) as made:
        link = await signin.make_link(forge, ada)
        await made.post(f"/sign-in/{link}", allow_redirects=False)
        yield made


async def test_the_zip_is_sent_as_a_file_that_nobody_keeps(forge, ada, client):
    book = await a_project(forge, ada, visibility="private")
    await a_landing(forge, ada, book, {"large.bin": bytes(range(256)) * 8000})
    answer = await client.get("/ada/export.zip")
    assert answer.status == 200
    assert answer.headers["Content-Disposition"] == 'attachment; filename="ada.zip"'
    assert answer.headers["Cache-Control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(await answer.read())) as archive:
        assert archive.testzip() is None
        assert "projects/book/files.tar" in archive.namelist()


async def test_the_pages_lead_there(forge, ada, client):
    await organizations.create(forge, ada.party, "guild")
    assert "/ada/export.zip" in await (await client.get("/account")).text()
    assert "/guild/export.zip" in await (await client.get("/organizations/guild/settings")).text()
    assert (await client.get("/guild/export.zip")).status == 200


async def test_others_are_told_no(forge, client):
    await an_account(forge, "bob")
    assert (await client.get("/bob/export.zip")).status == 403
    assert (await client.get("/nobody/export.zip")).status == 404
