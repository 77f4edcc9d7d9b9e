"""Every command of `mic` is let do what the policy says, for each role and kind of project.

The table below must name every command: a new one without a line here fails. What is refused is
told by the code of the fault; every other outcome counts as being let in.
"""

import asyncio
import io
import shutil

import pytest

from mic.cli import arguments
from mic.cli.console import Console
from mic.cli.context import Context
from mic.cli.running import run
from mic.cli.table import COMMANDS
from mic.client import accounts, landing
from mic.client.connection import Connection
from mic.client.home import Home
from mic.errors import MicFault
from tests.support.gits import Gits
from tests.support.roles import (
    ANYBODY,
    ELSEWHERE,
    GIVE,
    GUILD,
    HIDDEN,
    INSIDE,
    INVITED,
    INVITER,
    KINDS,
    KNOWN,
    LAND,
    MANAGE,
    MIRRORED,
    NAMESPACE,
    ORGANIZATION,
    OWN,
    READ,
    REFUSALS,
    ROLES,
    SETTINGS,
    SIGN_IN,
    SIGNED_IN,
    WITHIN,
    a_company,
    mirrored,
    refusal,
    refusal_by_a_mirror,
)

NODE = "did:key:z6MkrEVGLPYHhLGBQ25Bh5DXSakRiDpdoj7fdsNZSqYPcUGt"
HERE = "work in this directory, and tell the node if it listens"
NOTHING = "what asks no node for anybody's: run in tests of its own"

# What a command needs, and the words behind it; `P` is the project, `A` its account. What has to do
# with a workspace is run in a fresh one, with a file changed and a session begun.
TABLE = {
    "share": (SIGNED_IN, ["."]),
    "clone": (READ, ["P", "there"]),
    "checkout": (READ, ["P", "--path", "here"]),
    "bundle": (READ, ["it.bundle", "P"]),
    "link": (READ, ["P"]),
    "status": (HERE, []),
    "write": (HERE, ["new.txt"]),
    "land": (LAND, ["Change it"]),
    "sync": (READ, []),
    "session start": (HERE, ["Another goal"]),
    "session status": (HERE, []),
    "session note": (HERE, ["A note"]),
    "session decision": (HERE, ["So", "--why", "it is"]),
    "session land": (LAND, []),
    "session abandon": (HERE, []),
    "session resolve": (LAND, []),
    "import": (NAMESPACE, ["../engine.git", "--account", "A", "--project", "brought"]),
    "export git": (READ, ["P", "out"]),
    "log": (READ, ["P"]),
    "show": (READ, ["P", "1"]),
    "diff": (READ, ["P", "0", "1"]),
    "cat": (READ, ["P", "README.md"]),
    "ls": (READ, ["P"]),
    "blame": (READ, ["P", "README.md"]),
    "search": (ANYBODY, ["a"]),
    "goto": (READ, ["P", "1"]),
    "verify": (READ, ["P"]),
    "project create": (NAMESPACE, ["A", "fresh"]),
    "fork": (KNOWN, ["P", "--handle", "copy"]),
    "project sync": (LAND, ["P"]),
    "project list": (ANYBODY, ["A"]),
    "project get": (READ, ["P"]),
    "project update": (SETTINGS, ["P", "-d", "changed"]),
    "project member list": (INSIDE, ["P"]),
    "project member add": (OWN, ["P", "bob"]),
    "project member role": (OWN, ["P", "bob", "maintainer"]),
    "project member remove": (OWN, ["P", "keeper"]),
    "project peers list": (INSIDE, ["P"]),
    "project peers add": (OWN, ["P", NODE]),
    "project peers remove": (OWN, ["P", NODE]),
    "project transfer": (GIVE, ["P", "keeper", "--yes"]),
    "project archive": (OWN, ["P"]),
    "project unarchive": (OWN, ["P"]),
    "project delete": (OWN, ["P", "--yes"]),
    "project restore": (NAMESPACE, ["P"]),
    "org list": (SIGNED_IN, []),
    "org create": (SIGNED_IN, ["circle"]),
    "org get": (ORGANIZATION, [GUILD]),
    "org update": (MANAGE, [GUILD, "--name", "The guild"]),
    "org models list": (WITHIN, ["A"]),
    "org models set": (NAMESPACE, ["A", "--allow", "m-1"]),
    "org delete": (MANAGE, [GUILD, "--yes"]),
    "org members": (ORGANIZATION, [GUILD]),
    "org invite": (MANAGE, [GUILD, "bob"]),
    "org role": (MANAGE, [GUILD, "otto", "member"]),
    "org remove": (MANAGE, [GUILD, "nobody"]),
    "org invitations": (SIGNED_IN, []),
    "org withdraw": (INVITER, ["I"]),
    "org decline": (INVITED, ["I"]),
    "org accept": (INVITED, ["I"]),
    "org leave": (ORGANIZATION, [GUILD]),
    "auth status": (ANYBODY, []),
    "auth devices": (SIGNED_IN, []),
    "auth revoke": (SIGNED_IN, ["999"]),
    "token create": (SIGNED_IN, ["ci"]),
    "token list": (SIGNED_IN, []),
    "token revoke": (SIGNED_IN, ["999"]),
    "auth login": (NOTHING, []),
    "auth logout": (NOTHING, []),
    "config list": (NOTHING, []),
    "config get": (NOTHING, []),
    "config set": (NOTHING, []),
    "config unset": (NOTHING, []),
    "alias list": (NOTHING, []),
    "alias add": (NOTHING, []),
    "alias remove": (NOTHING, []),
    "server list": (NOTHING, []),
    "server add": (NOTHING, []),
    "server remove": (NOTHING, []),
    "server default": (NOTHING, []),
    "completion": (NOTHING, []),
    "doctor": (NOTHING, []),
    "mcp": (NOTHING, []),
    "man": (NOTHING, []),
}
# What changes who may do what stands last, in this order. One invitation has one answer.
LAST = (
    "project archive",
    "project unarchive",
    "project delete",
    "project restore",
    "org withdraw",
    "org decline",
    "org leave",
)
LEFT_OUT = {"org accept"}
# A mirror takes a landing as an offer, and sends it on to the home.
OFFERED = {"land", "session land", "session resolve"}
COMMAND = {command.name: command for command in COMMANDS}


def test_the_table_names_every_command():
    assert set(COMMAND) == set(TABLE)


def in_order():
    asked = [name for name in TABLE if TABLE[name][0] != NOTHING and name not in LEFT_OUT]
    return sorted(asked, key=lambda name: LAST.index(name) + 1 if name in LAST else 0)


def meant(name, role, kind, is_mirror):
    need = TABLE[name][0]
    if need == HERE:
        return None
    if is_mirror and name in OFFERED:
        return refusal(READ, role, kind)
    return refusal_by_a_mirror(need, role, kind) if is_mirror else refusal(need, role, kind)


def fits(told, wanted, role):
    """Whether a command was refused as it should be; `mic` itself asks the anonymous to sign in."""
    by_itself = role == "anonymous" and wanted in {HIDDEN, ELSEWHERE} and told == SIGN_IN
    return told == wanted or by_itself


def outcome(context, name, words):
    """Return the code of the refusal of a command, if it is refused."""
    command = COMMAND[name]
    try:
        run(command, context, arguments.parse(command, words))
    except MicFault as fault:
        return fault.code if fault.code in REFUSALS | {ELSEWHERE, "usage", "unexpected"} else None
    return None


def a_context(node, home, cwd, token):
    """A run of `mic` by whoever has this token."""
    console = Console(json=True, colour=False, out=io.StringIO(), err=io.StringIO())
    return Context(
        console=console, home=Home(home), cwd=cwd, node=node, token=token, stdin=lambda _: b"new"
    )


def prepared(owner, handle, project):
    """Two workspaces of the project with a change, made by its owner; in one a session began."""
    accounts.register_key(owner.connect(), owner.home.key(), handle, "device")
    run(COMMAND["clone"], owner, arguments.parse(COMMAND["clone"], [project, "begun"]))
    place = owner.cwd / "begun"
    (place / "README.md").write_bytes(b"# Another book\n")
    shutil.copytree(place, owner.cwd / "changed", symlinks=True)
    there = owner._replace(cwd=place)
    start = COMMAND["session start"]
    run(start, there, arguments.parse(start, ["A goal"]))


ALL = [(kind, False) for kind in KINDS] + [(kind, True) for kind in MIRRORED]


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "is_mirror"), ALL)
@pytest.mark.parametrize("role", ROLES)
async def test_every_command_is_let_do_what_the_policy_says(
    forge, tmp_path, monkeypatch, role, kind, is_mirror
):
    monkeypatch.setattr(landing, "WAITS", ())  # no home answers here, however long one waits
    account = ROLES[role][1]
    project = f"{account}/{KINDS[kind]}"
    owner = {"ada": "ada", GUILD: "olga"}[account]
    told = {}
    engine = Gits(tmp_path / "engine.git")
    engine.main(engine.commit({"a": b"a"}))
    async with a_company(forge) as company:
        door = company.as_(role)
        theirs = a_context(door.url, tmp_path / "owner", tmp_path, company.tokens[owner])
        await asyncio.to_thread(prepared, theirs, owner, project)
        if door.token:
            connection = Connection(door.url, door.token)
            key, handle = Home(tmp_path / "home").key(), ROLES[role][0]
            await asyncio.to_thread(accounts.register_key, connection, key, handle, "device")
        if is_mirror:
            await mirrored(forge)
        for number, name in enumerate(in_order()):
            need, words = TABLE[name]
            place = tmp_path / f"place-{number}"
            if need in (HERE, LAND) or name == "sync":
                ready = tmp_path / ("changed" if name == "land" else "begun")
                shutil.copytree(ready, place, symlinks=True)
            else:
                place.mkdir()
            names = {"P": project, "A": account, "I": str(company.invitation)}
            context = a_context(door.url, tmp_path / "home", place, door.token)
            filled = [names.get(word, word) for word in words]
            told[name] = await asyncio.to_thread(outcome, context, name, filled)
    wrong = {
        name: (code, meant(name, role, kind, is_mirror))
        for name, code in told.items()
        if not fits(code, meant(name, role, kind, is_mirror), role)
    }
    assert wrong == {}
