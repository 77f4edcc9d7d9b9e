"""What a push may hold, for those who clone it afterwards; and what it may not cost."""

import asyncio
import contextlib
import io

import pytest
from aiohttp import ClientSession

from node.imports import verbs as imports
from node.signin import verbs as signin
from tests.support.forges import a_project, an_account
from tests.support.gits import Gits
from tests.web.git.test_git_client import ada, basic, book, git, head, served, url
from web.git import process

__all__ = ["ada", "book", "served", "url"]

MODULES = b'[submodule "%b"]\n\tpath = lib\n\turl = %b\n'


@pytest.mark.slow
@pytest.mark.parametrize(
    "files",
    [
        {".gitmodules": MODULES % (b"../../hooks", b"https://example.org/")},
        {".gitmodules": MODULES % (b"lib", b"-u./payload")},
        {".gitmodules": ("120000", b"README.md")},
        {"lib/.git/config": b"[core]\n\tfsmonitor = touch /tmp/x\n"},
        {"lib/GIT~1/config": b"[core]\n"},
    ],
)
@pytest.mark.parametrize("on_a_side", [False, True])
async def test_what_attacks_those_who_clone_is_refused(
    url, forge, ada, book, tmp_path, files, on_a_side
):
    gits = Gits(tmp_path / "a.git")
    await git("fetch", "-q", url, "main:main", cwd=gits.path)
    tip = gits.line()[-1]
    bad = gits.commit(files, tip)
    kind = gits.commit({"good.txt": b"1"}, tip, bad) if on_a_side else bad
    gits.main(kind)
    said = await git("push", url, "main:main", cwd=gits.path, fails=True)
    assert "git" in said
    assert (await head(forge, ada, book)).position == 1
    async with imports.repository(forge, ada.party, book) as path:
        assert bad not in (await git("rev-list", "--all", cwd=path))


async def test_what_old_programs_wrote_is_taken(url, forge, ada, book, tmp_path):
    gits = Gits(tmp_path / "a.git")
    await git("fetch", "-q", url, "main:main", cwd=gits.path)
    tip = gits.line()[-1]
    gits.main(gits.commit({"a": b"1"}, tip, author=b"Ada <>", when=b"012345 +051800"))
    await git("push", url, "main:main", cwd=gits.path)
    assert (await head(forge, ada, book)).position == 2


async def test_a_list_of_refs_of_many_megabytes_is_not_held(url, served):
    ref = b"%040d %040x refs/tags/%b" % (0, 7, b"x" * 65_000)
    body = (b"%04x%b" % (len(ref) + 4, ref)) * 65 + b"0000"
    async with ClientSession(headers=basic(url)) as session:
        where = f"http://127.0.0.1:{served.port}/ada/book.git/git-receive-pack"
        async with session.post(where, data=io.BytesIO(body)) as answer:
            assert answer.status == 400
            assert "at most" in await answer.text()


async def test_who_fetches_slowly_leaves_room_for_others(url, forge, served, book):
    bob = await an_account(forge, "bob")
    await a_project(forge, bob, "box")
    token = await signin.make_token(forge, bob, "git", ["read", "write"])
    async with begun(served, url, f"{book.address}.git/git-upload-pack", b"0"):
        await asyncio.sleep(0.5)
        async with asyncio.timeout(30):
            await git("ls-remote", f"http://bob:{token}@127.0.0.1:{served.port}/bob/box.git")


@pytest.mark.slow
@pytest.mark.parametrize("service", ["git-upload-pack", "git-receive-pack"])
async def test_who_finds_no_seat_is_told_to_come_again(
    url, served, book, tmp_path, monkeypatch, service
):
    gits = Gits(tmp_path / "a.git")
    await git("fetch", "-q", url, "main:main", cwd=gits.path)
    gits.main(gits.commit({"a": b"1"}, gits.line()[-1]))
    monkeypatch.setattr(process, "FOR_ONE", process.AT_ONCE)
    monkeypatch.setattr(process, "PATIENCE", 0.2)
    asking = ["ls-remote", url] if "upload" in service else ["push", url, "main:main"]
    push = b"%040d %040x refs/heads/main\0report-status\n" % (0, 7)
    body = b"0" if "upload" in service else b"%04x%b0000PACK" % (len(push) + 4, push)
    async with begun(served, url, f"{book.address}.git/{service}", body):
        await asyncio.sleep(0.5)
        assert "busy with others" in await git(*asking, cwd=gits.path, fails=True)
    monkeypatch.setattr(process, "PATIENCE", 20)
    await git(*asking, cwd=gits.path)


@contextlib.asynccontextmanager
async def begun(served, url, path, body):
    """As many requests as there are seats, which send no more than this."""
    head_ = (
        f"POST /{path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n"
        f"Authorization: {basic(url)['Authorization']}\r\n\r\n"
    )
    opened = [
        await asyncio.open_connection("127.0.0.1", served.port) for _ in range(process.AT_ONCE)
    ]
    for _, writer in opened:
        writer.write(head_.encode() + body)
        await writer.drain()
    yield
    for _, writer in opened:
        writer.close()


@pytest.mark.slow
async def test_a_push_may_take_long_as_long_as_it_comes(url, served, monkeypatch):
    monkeypatch.setattr(process, "SILENCE", 0.3)
    line = b"%040d %040x refs/heads/main\0report-status\n" % (0, 7)
    body = b"%04x%b0000PACK\0\0\0\2\0\0\0\1" % (len(line) + 4, line)
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    head_ = (
        "POST /ada/book/git-receive-pack HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        f"Authorization: {basic(url)['Authorization']}\r\nContent-Length: {len(body) + 8}\r\n\r\n"
    )
    writer.write(head_.encode() + body)
    for _ in range(8):
        await asyncio.sleep(0.1)
        writer.write(b"x")
    async with asyncio.timeout(10):
        assert b"ng refs/heads/main" in await reader.read()
    writer.close()
