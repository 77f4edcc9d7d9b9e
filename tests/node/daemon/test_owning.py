"""An operator saves the key of a person, and gives a project of a home that is gone another one."""

import asyncio
import json
import stat

import pytest

from keys.ring import load
from node.accounts import verbs as accounts
from node.daemon import building, config, main
from node.kernel.parties import ANONYMOUS
from node.landings import verbs as landings
from node.projects import verbs as projects
from tests.support.drafts import a_landing
from tests.support.followers import followed
from tests.support.forges import a_forge, a_project, an_account


def opened(data):
    return building.opened(config.read({"data": str(data)}, {}, data), "http://127.0.0.1:7070")


@pytest.fixture
def nodes(tmp_path):
    """The directories of a home and of a mirror, the key of ada and the id of her book."""

    async def make():
        (tmp_path / "home").mkdir()
        data = tmp_path / "mirror"
        async with a_forge(tmp_path / "home") as home, opened(data) as mirror:
            await accounts.create(mirror, ANONYMOUS, "zoe")
            ada = await an_account(home)
            book = await a_project(home, ada)
            await a_landing(home, ada, book, {"a.txt": b"1\n"})
            copy = await followed(home, mirror, book)
            key = tmp_path / "home" / "keys" / "accounts" / f"{ada.did[8:]}.key"
        return data, key, copy

    return asyncio.run(make())


def run(capsys, *words):
    """Exit code and answer of a command."""
    code = main.main([*map(str, words), "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_a_key_is_saved_for_its_owner_alone_and_never_over_another_file(nodes, capsys, tmp_path):
    data, _, _ = nodes
    file = tmp_path / "zoe.key"
    code, told = run(capsys, "key", "save", file, "--data", data)
    assert (code, told["account"]) == (0, "zoe")
    assert load(file).did == told["did"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    before = file.read_bytes()
    for taken in (file, tmp_path / "link"):
        if taken != file:
            taken.symlink_to(tmp_path / "nowhere")
        code, told = run(capsys, "key", "save", taken, "--data", data, "--account", "zoe")
        assert told["error"]["code"] == "key.file-exists"
        assert code != 0
    assert file.read_bytes() == before


@pytest.mark.parametrize("by", ["id", "address"])
def test_a_mirror_is_adopted_with_the_key_of_its_owner(nodes, capsys, by):
    data, key, copy = nodes
    code, told = run(capsys, "project", "adopt", getattr(copy, by), "--key", key, "--data", data)
    assert (code, told["address"], told["position"]) == (0, "zoe/book", 1)

    async def look():
        async with opened(data) as forge:
            zoe = await accounts.get(forge, "zoe")
            book = await projects.get(forge, ANONYMOUS, "zoe", "book")
            await a_landing(forge, zoe, book, {"b.txt": b"2\n"})
            return book.id, (await landings.head(forge, ANONYMOUS, book)).position

    assert asyncio.run(look()) == (copy.id, 2)


def test_without_the_key_or_the_mirror_nothing_is_adopted(nodes, capsys, tmp_path):
    data, key, copy = nodes
    own = tmp_path / "own.key"
    run(capsys, "key", "save", own, "--data", data)
    noise = tmp_path / "noise"
    noise.touch(mode=0o600)
    for words, code in (
        ((copy.id, "--key", own), "project.not-the-owner"),
        ((copy.id, "--key", tmp_path / "none"), "key.no-file"),
        ((copy.id, "--key", noise), "key.bad-file"),
        (("zoe/nothing", "--key", key), "project.not-held"),
        ((copy.id, "--key", key, "--account", copy.account), "account.not-a-person"),
    ):
        status, told = run(capsys, "project", "adopt", *words, "--data", data)
        assert status in {2, 3, 4}
        assert told["error"]["code"] == code


def test_nobody_signs_in_as_the_owner_of_a_mirror(nodes, capsys):
    data, _, copy = nodes
    status, told = run(capsys, "login", copy.account, "--data", data)
    assert (status != 0, told["error"]["code"]) == (True, "account.not-a-person")
    status, told = run(capsys, "key", "save", data / "x", "--account", copy.account, "--data", data)
    assert (status != 0, told["error"]["code"]) == (True, "key.missing")
