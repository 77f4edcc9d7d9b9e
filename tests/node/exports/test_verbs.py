"""The export of an account: whole, verifiable, without a secret, and for its own people only."""

import base64
import hashlib
import io
import json
import tarfile
import zipfile

import pytest

from keys.envelope import open_envelope
from keys.statements.contribution import open_contribution
from keys.statements.landing import open_landing
from keys.statements.project import project_id
from node.access.model import NotAllowed, PersonRequired, SignInRequired
from node.access.verbs import refreshed
from node.accounts.model import NoAccount
from node.audit import verbs as audit
from node.exports import contents
from node.exports import verbs as exports
from node.invitations import verbs as invitations
from node.kernel.parties import ANONYMOUS
from node.llms import verbs as llms
from node.organizations import verbs as organizations
from node.profiles import verbs as profiles
from node.profiles.model import Profile
from node.projects import members
from node.projects import verbs as projects
from node.projects.model import NewProject
from node.sessions import verbs as sessions
from node.sessions.model import NewSession
from node.signin import tokens
from node.signin import verbs as signin
from node.signin.model import NewToken
from store.digest import digest_of
from store.tree import Mode
from tests.node.imports.test_importing import bring
from tests.support.drafts import a_landing
from tests.support.forges import a_project, an_account, the_keeper
from tests.support.gits import long
from tests.support.portraits import a_picture
from tests.support.roles import acting


@pytest.fixture
async def ada(forge):
    return await an_account(forge, "ada")


async def collected(pieces):
    return b"".join([piece async for piece in pieces])


async def exported(forge, account, handle=None):
    who = await forge.db.read(lambda tx: refreshed(tx, account.party))
    return opened(await collected(exports.stream(forge, who, handle or account.handle)))


def opened(data):
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert archive.testzip() is None
    return {name: archive.read(name) for name in archive.namelist()}


def lines(data):
    return [json.loads(line) for line in data.splitlines()]


def unpacked(data):
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        return {one.name: one for one in archive}


async def test_an_empty_account_is_exported(forge, ada):
    found = await exported(forge, ada)
    assert set(found) == {"README.txt", "account.json", "organizations.json"}
    assert json.loads(found["account.json"])["did"] == ada.did


async def test_what_an_account_says_of_itself_is_in_its_export(forge, ada):
    said = Profile(bio="Field electronics", website="https://ada.example", mastodon="m.example/@a")
    await profiles.update(forge, ada.party, "ada", said)
    await llms.update(forge, ada.party, "ada", ["m-1", "m-2"], "m-2")
    plain = json.loads((await exported(forge, ada))["account.json"])
    assert plain["profile"] == {
        "bio": "Field electronics",
        "website": "https://ada.example",
        "x": "",
        "github": "",
        "gitlab": "",
        "mastodon": "https://m.example/@a",
        "linkedin": "",
        "picture": None,
    }
    assert (plain["llm_models"], plain["llm_default_model"]) == (["m-1", "m-2"], "m-2")


async def test_the_picture_of_an_account_is_in_its_export(forge, ada):
    kept = await profiles.set_picture(forge, ada.party, "ada", a_picture())
    found = await exported(forge, ada)
    assert json.loads(found["account.json"])["profile"]["picture"] == "picture.webp"
    assert hashlib.sha256(found["picture.webp"]).hexdigest() == kept.picture


async def test_an_organization_is_exported_with_its_profile(forge, ada):
    await organizations.create(forge, ada.party, "guild")
    await profiles.update(forge, await acting(forge, ada), "guild", Profile(bio="We grow"))
    found = await exported(forge, ada, "guild")
    assert json.loads(found["account.json"])["profile"]["bio"] == "We grow"


async def test_what_is_exported_verifies(forge, ada):
    book = await a_project(forge, ada)
    first = await a_landing(forge, ada, book, {"a.txt": b"one\n", "bin/run": b"#!"}, goal="Begin")
    second = await a_landing(forge, ada, book, {"a.txt": b"two\n"}, goal="Go on")
    found = await exported(forge, ada)
    here = "projects/book/"
    document = open_envelope(found[here + "documents/0001.json"])
    assert project_id(document.payload) == book.id == json.loads(found[here + "project.json"])["id"]
    told = lines(found[here + "landings.jsonl"])
    assert [one["position"] for one in told] == [1, 2]
    for one, landing in zip(told, (first, second), strict=True):
        raw = base64.b64decode(one["record"])
        record, home = open_landing(raw)
        said, signer = open_contribution(base64.b64decode(one["contribution"]))
        assert digest_of(raw).hex() == one["id"] == landing.id.hex()
        assert (home, signer) == (forge.node.did, ada.did)
        assert (record.project, record.tree) == (book.id, landing.tree)
        assert said.session.goal == one["goal"] == one["transcript"]["goal"]
    assert {one["status"] for one in lines(found[here + "sessions.jsonl"])} == {"landed"}


async def test_more_landings_and_sessions_than_a_page_are_all_there(forge, ada):
    book = await a_project(forge, ada)
    for number in range(3):
        await a_landing(forge, ada, book, {"a": str(number).encode()})
    for number in range(60):
        await sessions.start(forge, ada.party, book, NewSession(goal=f"goal {number}"))
    found = await exported(forge, ada)
    assert len(lines(found["projects/book/landings.jsonl"])) == 3
    goals = [one["goal"] for one in lines(found["projects/book/sessions.jsonl"])]
    assert goals[:60] == [f"goal {number}" for number in reversed(range(60))]


async def test_it_ends_although_landings_were_taken_back_meanwhile(forge, ada):
    book = await a_project(forge, ada)
    await a_landing(forge, ada, book, {"a": b"1"})
    pieces = [piece async for piece in contents._landings(forge, book, 5)]
    assert [one["position"] for one in lines(b"".join(pieces))] == [1]


async def test_a_history_of_git_is_exported_with_its_commits(forge, ada, tmp_path):
    book, gits = await a_project(forge, ada), long(tmp_path / "a.git", 70)
    await bring(forge, ada, book, gits)
    found = await exported(forge, ada)
    told = lines(found["projects/book/landings.jsonl"])
    assert [one["imported"]["commit"] for one in told] == gits.line()
    with tarfile.open(fileobj=io.BytesIO(found["projects/book/files.tar"])) as archive:
        there = {one.name: archive.extractfile(one).read() for one in archive}
    assert there == {path: data for path, (_, data) in gits.version("main").items()}


async def test_files_keep_modes_links_and_odd_names(forge, ada):
    book = await a_project(forge, ada)
    long = "/".join(["d" * 200] * 3) + "/file"
    odd = {"a\nb\x1b[31m": b"1", "-rf": b"2", "C:evil": b"3", long: b"4", "é/ü": b"5"}
    await a_landing(forge, ada, book, odd)
    await a_landing(forge, ada, book, {"run": b"#!/bin/sh\n"}, mode=Mode.EXECUTABLE)
    targets = {"out": b"../../etc/passwd", "raw": b"\xff\xfe", "nul": b"a\0b", "none": b""}
    await a_landing(forge, ada, book, targets, mode=Mode.LINK)
    found = await exported(forge, ada)
    assert all(name.startswith("projects/book/") or "/" not in name for name in found)
    tar = unpacked(found["projects/book/files.tar"])
    assert set(tar) == {*odd, "run", *targets}
    assert tar["run"].mode == 0o755
    assert tar["out"].issym()
    assert tar["out"].linkname == "../../etc/passwd"
    assert tar["raw"].linkname.encode("utf-8", "surrogateescape") == b"\xff\xfe"
    assert tar["nul"].isreg()
    assert tar["none"].isreg()
    with tarfile.open(fileobj=io.BytesIO(found["projects/book/files.tar"])) as archive:
        assert {name: archive.extractfile(name).read() for name in odd} == odd


async def test_no_secret_is_in_it(forge, ada):
    await a_project(forge, ada, visibility="private")
    made = await tokens.create(forge, ada.party, NewToken("ci", frozenset({"read"})))
    cookie = await signin.redeem_link(forge, await signin.make_link(forge, ada), "Firefox")
    found = b"".join((await exported(forge, ada)).values())
    seeds = [forge.keys.person(ada.did).seed, forge.node.key.seed]
    secrets = [made.secret.encode(), cookie.encode()]
    hashes = [digest_of(one) for one in secrets]
    for one in [*secrets, *seeds, *hashes]:
        for shape in (one, one.hex().encode(), base64.b64encode(one)[:-2]):
            assert shape not in found
    assert b"Firefox" in found
    assert b'"ci"' in found


async def test_only_what_the_account_owns_is_in_it(forge, ada):
    bob = await an_account(forge, "bob")
    diary = await a_project(forge, bob, "diary", visibility="private")
    await members.set_member(forge, bob.party, diary, "ada", "maintainer")
    await a_project(forge, ada)
    assert {name.split("/")[1] for name in await exported(forge, ada) if "/" in name} == {"book"}


async def test_an_organization_is_for_its_admins(forge, ada):
    bob = await an_account(forge, "bob")
    await organizations.create(forge, ada.party, "guild")
    asked = await invitations.invite(forge, ada.party, "guild", "bob")
    await invitations.accept(forge, bob.party, asked.key)
    who = await forge.db.read(lambda tx: refreshed(tx, ada.party))
    new = NewProject("book", visibility="private")
    await projects.create(forge, who, "guild", new)
    found = await exported(forge, ada, "guild")
    told = json.loads(found["organizations.json"])["members"]
    assert {one["handle"]: one["role"] for one in told} == {"ada": "admin", "bob": "member"}
    assert "projects/book/files.tar" in found
    assert json.loads((await exported(forge, ada))["organizations.json"])["organizations"]
    with pytest.raises(NotAllowed):
        await exported(forge, bob, "guild")


async def test_nobody_else_and_no_token_gets_it(forge, ada):
    keeper, bob = await the_keeper(forge), await an_account(forge, "bob")
    made = await tokens.create(forge, ada.party, NewToken("ci", frozenset({"write"})))
    by_token = await signin.token_party(forge, made.secret)
    refused = {
        ANONYMOUS: SignInRequired,
        bob.party: NotAllowed,
        keeper.party: NotAllowed,
        by_token: PersonRequired,
    }
    for who, fault in refused.items():
        with pytest.raises(fault):
            await collected(exports.stream(forge, who, "ada"))
    with pytest.raises(NoAccount):
        await collected(exports.stream(forge, ada.party, "nobody"))
    assert "account.exported" not in [one.action for one in await audit.listed(forge, keeper.party)]


async def test_who_loses_their_role_gets_no_further_project(forge, ada):
    bob = await an_account(forge, "bob")
    await organizations.create(forge, ada.party, "guild")
    asked = await invitations.invite(forge, ada.party, "guild", "bob", "admin")
    await invitations.accept(forge, bob.party, asked.key)
    who = await forge.db.read(lambda tx: refreshed(tx, ada.party))
    await projects.create(forge, who, "guild", NewProject("book"))
    pieces = exports.stream(forge, who, "guild")
    await anext(pieces)
    await organizations.remove(forge, bob.party, "guild", "ada")
    with pytest.raises(NotAllowed):
        await collected(pieces)


async def test_each_export_is_in_the_audit_log(forge, ada):
    keeper = await the_keeper(forge)
    await exported(forge, ada)
    await collected(exports.stream_for_operator(forge, "ada"))
    told = await audit.listed(forge, keeper.party, limit=2)
    assert [(one.action, one.handle, one.metadata) for one in told] == [
        ("account.exported", None, {"handle": "ada"}),
        ("account.exported", "ada", {"handle": "ada"}),
    ]
