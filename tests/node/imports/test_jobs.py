"""An import from a URL: its stages, its end, and what it never reaches."""

import dataclasses
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from node.imports import jobs as import_jobs
from node.imports import verbs as imports
from node.imports.cloning import _settings
from node.imports.model import NewImport, NoImport, NotEmpty, Stage, Status
from node.kernel import jobs, outbound
from node.kernel.errors import Denied, Invalid
from node.landings import reading
from node.landings import verbs as landings
from node.projects import verbs as projects
from tests.support.drafts import a_landing
from tests.support.forges import an_account
from tests.support.gits import long, odd


@asynccontextmanager
async def served(directory, asked=None):
    """Serve a directory of repositories as plain files; give its URL."""

    async def file(request):
        if asked is not None:
            asked.append(request.path)
        path = directory / request.path.lstrip("/")
        if not path.is_file():
            raise web.HTTPNotFound
        return web.FileResponse(path)

    app = web.Application()
    app.router.add_get("/{rest:.*}", file)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def published(gits):
    gits.git("update-server-info")
    (gits.path / "HEAD").write_text("ref: refs/heads/main\n")
    return gits


async def work(forge):
    """Do the next import that is due."""
    job = await forge.db.write(lambda tx: jobs.take(tx, forge.now(), {import_jobs.KIND}))
    await import_jobs.work(forge, job)


@pytest.fixture
def near(forge):
    """The same forge, allowed to reach the loopback."""
    return dataclasses.replace(forge, reach_private=True)


@pytest.mark.slow
async def test_a_repository_comes_from_a_url_with_its_tags(near, tmp_path):
    ada = await an_account(near)
    gits = published(odd(tmp_path / "odd.git"))
    async with served(tmp_path) as url:
        asked = NewImport(f"{url}/odd.git", "odd")
        one = await imports.start(near, ada.party, "ada", asked)
        assert (one.stage, one.status) == (Stage.METADATA, Status.QUEUED)
        await work(near)
    done, project = await imports.get(near, ada.party, one.id)
    assert (done.stage, done.status, done.fault) == (Stage.FINALIZATION, Status.COMPLETED, None)
    assert done.done == done.total == len(gits.line())
    assert [one.partition(" ")[0] for one in done.warnings] == ["vendor/sub"]
    assert project.visibility == "private"
    assert {
        one.name: one.oid for one in await imports.tags(near, ada.party, project)
    } == gits.tags()
    tip = await imports.commit_of(near, ada.party, project, len(gits.line()))
    assert tip == gits.line()[-1]
    assert not list((near.cache / "imports").iterdir())


@pytest.mark.slow
async def test_a_history_that_is_refused_leaves_an_empty_project(near, tmp_path):
    ada = await an_account(near)
    gits = long(tmp_path / "a.git", 300)
    tip = gits.main(gits.commit({".mic/x": b"1"}, gits.line()[-1]))
    published(gits)
    async with served(tmp_path) as url:
        one = await imports.start(near, ada.party, "ada", NewImport(f"{url}/a.git", "a"))
        await work(near)
        failed, project = await imports.get(near, ada.party, one.id)
        assert failed.status in {Status.FAILED, Status.ROLLED_BACK}
        assert failed.fault == "import.bad-history"
        assert ".mic/x" in failed.message
        assert tip in failed.message
        assert (await landings.head(near, ada.party, project)).position == 0
        gits.main(gits.line()[-2])
        published(gits)
        again = await imports.start(near, ada.party, "ada", NewImport(f"{url}/a.git", "a"))
        await work(near)
    assert (await imports.get(near, ada.party, again.id))[0].status is Status.COMPLETED


@pytest.mark.slow
async def test_what_fails_within_is_rolled_back(near, tmp_path, monkeypatch):
    ada = await an_account(near)
    published(long(tmp_path / "a.git", 600))

    async def full(*_):
        raise RuntimeError("the disk is full")

    async with served(tmp_path) as url:
        one = await imports.start(near, ada.party, "ada", NewImport(f"{url}/a.git", "a"))
        monkeypatch.setattr("node.imports.importing._finish", full)
        for _ in range(jobs.TRIES):
            job = await near.db.write(lambda tx: jobs.take(tx, near.now(), {import_jobs.KIND}))
            try:
                await import_jobs.work(near, job)
            except RuntimeError:
                await near.db.write(lambda tx, j=job: jobs.fail(tx, j, "x", near.now() - (1 << 40)))
    ended, project = await imports.get(near, ada.party, one.id)
    assert ended.status is Status.ROLLED_BACK
    assert (await landings.head(near, ada.party, project)).position == 0
    assert await near.db.read(lambda tx: reading.held(tx, project.key)) is None
    await a_landing(near, ada, project, {"a": b"1"})


async def test_a_url_that_is_no_repository_fails_and_says_so(near, tmp_path):
    ada = await an_account(near)
    async with served(tmp_path) as url:
        one = await imports.start(near, ada.party, "ada", NewImport(f"{url}/none.git", "a"))
        await work(near)
    failed, _ = await imports.get(near, ada.party, one.id)
    assert (failed.status, failed.fault) == (Status.FAILED, "import.unreachable")


async def test_an_import_never_reaches_a_private_address(forge, tmp_path):
    ada = await an_account(forge)
    asked: list[str] = []
    async with served(tmp_path, asked) as url:
        one = await imports.start(forge, ada.party, "ada", NewImport(f"{url}/a.git", "a"))
        await work(forge)
    failed, _ = await imports.get(forge, ada.party, one.id)
    assert (failed.status, failed.fault) == (Status.FAILED, "outbound.not-public")
    assert asked == []


async def test_a_git_that_looks_names_up_again_is_sent_nowhere(near, tmp_path, monkeypatch):
    ada = await an_account(near)
    old = tmp_path / "bin" / "git"
    old.parent.mkdir()
    old.write_text("#!/bin/sh\necho git version 2.36.6\n")
    old.chmod(0o755)
    asked: list[str] = []
    async with served(tmp_path, asked) as url:
        one = await imports.start(near, ada.party, "ada", NewImport(f"{url}/a.git", "a"))
        monkeypatch.setenv("PATH", f"{old.parent}:/usr/bin:/bin")
        await work(near)
    failed, _ = await imports.get(near, ada.party, one.id)
    assert (failed.status, failed.fault) == (Status.FAILED, "import.old-git")
    assert asked == []


async def test_a_redirect_is_not_followed(near, tmp_path):
    ada = await an_account(near)
    published(long(tmp_path / "a.git", 2))
    asked: list[str] = []
    app = web.Application()
    async with served(tmp_path, asked) as url:

        async def away(request):
            raise web.HTTPFound(f"{url}{request.path_qs}")

        app.router.add_get("/{rest:.*}", away)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        there = f"http://127.0.0.1:{runner.addresses[0][1]}/a.git"
        one = await imports.start(near, ada.party, "ada", NewImport(there, "a"))
        await work(near)
        await runner.cleanup()
    assert (await imports.get(near, ada.party, one.id))[0].status is Status.FAILED
    assert asked == []


async def test_an_import_needs_an_empty_project_and_is_its_owners_business(near):
    ada, bob = await an_account(near), await an_account(near, "bob")
    asked = NewImport("https://example.org/a.git", "a")
    with pytest.raises(Denied):
        await imports.start(near, bob.party, "ada", asked)
    one = await imports.start(near, ada.party, "ada", asked)
    with pytest.raises(NotEmpty):
        await imports.start(near, ada.party, "ada", asked)
    with pytest.raises(NoImport):
        await imports.get(near, bob.party, one.id)
    with pytest.raises(NoImport):
        await imports.get(near, ada.party, "x")
    assert await projects.get(near, ada.party, "ada", "a")


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc",
        "ssh://git@example.org/x",
        "git://example.org/x",
        "ext::sh -c id",
        "--upload-pack=id",
        "https://user:secret@example.org/x",
        "https://",
        "https://example.org/a b",
        "https://example.org/\nx",
        "https://example.org/?x",
        "http://[::1",
        "http://example.org:99999/x",
    ],
)
async def test_other_urls_are_refused_at_once(near, url):
    ada = await an_account(near)
    with pytest.raises(Invalid):
        await imports.start(near, ada.party, "ada", NewImport(url, "a"))


def test_git_is_told_the_address_that_was_looked_at():
    target = outbound.Target("https://example.org/x", "example.org", 443, "2606:2800::1")
    assert "http.curloptResolve=example.org:443:[2606:2800::1]" in _settings(target)
    assert "http.followRedirects=false" in _settings(target)
