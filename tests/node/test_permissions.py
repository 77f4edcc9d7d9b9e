"""Every verb of every slice asks first: what each asker is told stands in one table.

A verb that is not in the table fails the test, so that a new one is placed on the day it is
written. "In" means that permission was not what stopped the asker: the arguments are dull.
"""

import dataclasses
import importlib
import inspect
import pkgutil
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from pathlib import Path
from types import SimpleNamespace

import pytest

import node
from keys.statements.contribution import Descriptor
from node.access.model import NoProject
from node.accounts.model import HandleTaken
from node.forks.model import NewFork
from node.imports.model import NewImport, Publisher
from node.kernel.errors import Denied, Fault
from node.kernel.parties import ANONYMOUS
from node.landings.model import Draft, SessionDraft, Wanted
from node.organizations import verbs as organizations
from node.profiles.model import Profile
from node.projects.model import NewProject, Project, ProjectChanges
from node.search.model import Question
from node.sessions import verbs as sessions
from node.sessions.model import NewSession
from node.signin.model import NewToken
from node.stars.model import Sort
from store.digest import Digest
from store.errors import StoreFault
from store.git.objects import ZERO
from tests.support.forges import a_project, an_account, the_keeper

IN, DENIED, HIDDEN = "in", "denied", "hidden"
ASKERS = ("nobody", "stranger", "admin", "owner")

# What nobody, a stranger, the node's admin and the owner are told, on public and on private.
READS = {"public": (IN, IN, IN, IN), "private": (HIDDEN, HIDDEN, HIDDEN, IN)}
WRITES = {"public": (DENIED, DENIED, DENIED, IN), "private": (HIDDEN, HIDDEN, HIDDEN, IN)}
KNOWN = {"public": (DENIED, IN, IN, IN), "private": (HIDDEN, HIDDEN, HIDDEN, IN)}
INSIDE = dict(WRITES)  # a reading of what outsiders do not see
OF_A_NAMESPACE = dict.fromkeys(("public", "private"), (DENIED, DENIED, DENIED, IN))
OF_THE_NODE = dict.fromkeys(("public", "private"), (DENIED, DENIED, IN, DENIED))
OF_ONESELF = dict.fromkeys(("public", "private"), (DENIED, IN, IN, IN))
FOR_ALL = dict.fromkeys(("public", "private"), (IN, IN, IN, IN))

TABLE = {
    "accounts.create": OF_THE_NODE,
    "accounts.set_limits": OF_THE_NODE,
    "audit.listed": OF_THE_NODE,
    "closings.ask": OF_ONESELF,
    "closings.prospect": OF_ONESELF,
    "closings.undo": OF_ONESELF,
    "devices.answer": OF_ONESELF,
    "devices.listed": OF_ONESELF,
    "devices.peek": OF_ONESELF,
    "devices.revoke": OF_ONESELF,
    "exports.snapshot": READS,
    "exports.stream": OF_A_NAMESPACE,
    "feeds.follow": OF_ONESELF,
    "feeds.followed": OF_ONESELF,
    "feeds.following": FOR_ALL,
    "forks.came_from": FOR_ALL,
    "forks.fork": KNOWN,
    "forks.forks": READS,
    "forks.is_of_here": READS,
    "forks.lineage": READS,
    "forks.syncing.sync": WRITES,
    "holdings.missing": WRITES,
    "holdings.receive": WRITES,
    "imports.check_residue": READS,
    "imports.commit_of": READS,
    "imports.named": READS,
    "imports.get": FOR_ALL,  # an import of somebody else is a missing one
    "imports.published": OF_ONESELF,
    "imports.receive": WRITES,
    "imports.residue": READS,
    "imports.start": OF_A_NAMESPACE,
    "imports.tag": WRITES,
    "imports.tags": READS,
    "imports.untag": WRITES,
    "invitations.accept": OF_ONESELF,
    "invitations.decline": OF_ONESELF,
    "invitations.invite": OF_A_NAMESPACE,
    "invitations.invite_by_link": OF_THE_NODE,
    "invitations.links": OF_THE_NODE,
    "invitations.mine": OF_ONESELF,
    "invitations.of_organization": OF_A_NAMESPACE,
    "invitations.transfer": WRITES,
    "invitations.withdraw": OF_ONESELF,
    "languages.shares": READS,
    "landings.detail": READS,
    "landings.is_vouched": READS,
    "landings.followed": READS,
    "landings.get": READS,
    "landings.head": READS,
    "landings.held": READS,
    "landings.land": WRITES,
    "landings.last_touch": READS,
    "landings.log": READS,
    "landings.origins": READS,
    "llms.get": OF_A_NAMESPACE,
    "llms.update": OF_A_NAMESPACE,
    "notifications.listed": OF_ONESELF,
    "notifications.read": OF_ONESELF,
    "notifications.read_until": OF_ONESELF,
    "offers.check_known": READS,  # who may offer besides is said by what they have signed
    "offers.get": READS,
    "offers.offer": READS,
    "organizations.create": OF_ONESELF,
    "organizations.delete": OF_A_NAMESPACE,
    "organizations.get": OF_A_NAMESPACE,
    "organizations.leave": OF_A_NAMESPACE,
    "organizations.listed": OF_ONESELF,
    "organizations.members": OF_A_NAMESPACE,
    "organizations.remove": OF_A_NAMESPACE,
    "organizations.set_role": OF_A_NAMESPACE,
    "organizations.update": OF_A_NAMESPACE,
    "profiles.set_picture": OF_A_NAMESPACE,
    "profiles.update": OF_A_NAMESPACE,
    "projects.by_id": READS,
    "projects.by_key": READS,
    "projects.create": OF_A_NAMESPACE,
    "projects.delete": WRITES,
    "projects.documents": READS,
    "projects.get": READS,
    "projects.members.members": INSIDE,
    "projects.members.remove_member": WRITES,
    "projects.members.set_member": WRITES,
    "projects.moves.archive": WRITES,
    "projects.moves.deleted": OF_A_NAMESPACE,
    "projects.moves.restore": OF_A_NAMESPACE,
    "projects.peers.add_peer": WRITES,
    "projects.peers.peers": INSIDE,
    "projects.peers.remove_peer": WRITES,
    "projects.history": WRITES,
    "projects.listed": FOR_ALL,
    "projects.llms_of": INSIDE,
    "projects.update": WRITES,
    "projects.visible": FOR_ALL,
    "rollups.published": READS,
    "sessions.abandon": WRITES,
    "sessions.decide": WRITES,
    "sessions.get": READS,
    "sessions.listed": READS,
    "sessions.note": WRITES,
    "sessions.start": WRITES,
    "sessions.store_epoch": WRITES,
    "signin.end_token": FOR_ALL,
    "signin.list_keys": OF_ONESELF,
    "signin.list_sessions": OF_ONESELF,
    "signin.register_key": OF_ONESELF,
    "signin.revoke_key": OF_ONESELF,
    "signin.revoke_session": OF_ONESELF,
    "signin.tokens.create": OF_ONESELF,
    "signin.tokens.create_for": WRITES,
    "signin.tokens.listed": OF_ONESELF,
    "signin.tokens.listed_for": INSIDE,
    "signin.tokens.revoke": OF_ONESELF,
    "signin.tokens.revoke_for": WRITES,
    "stars.explore": FOR_ALL,
    "stars.mine": OF_ONESELF,
    "stars.recent": OF_ONESELF,
    "stars.set_star": KNOWN,
    "stars.standing": READS,
    "stars.starred": FOR_ALL,
    "stars.viewed": READS,
    "trees.blame": READS,
    "trees.diff": READS,
    "trees.entry": READS,
    "figures.counts": OF_THE_NODE,
    "figures.newest": OF_THE_NODE,
    "landings.matching": READS,
    "landings.sources": READS,
    "search.search": FOR_ALL,  # what is found is what the asker may see: tests/node/search
    "sessions.changes": READS,
    "sessions.count_active": READS,
    "sessions.progress": READS,
    "trees.listing": READS,
    "trees.paths": READS,
    "trees.read": READS,
    "trees.sides": READS,
    "trees.start": READS,
    "trees.stream": READS,
    "trees.view": READS,
}

SLICES = sorted({name.partition(".")[0] for name in TABLE})

# Verbs of the node itself: no front end calls them for somebody without having asked who.
OWN = {
    "access.asking_for",  # says who asks
    "accounts.free_handle",  # the daemon's, at the first start
    "accounts.get",  # a handle is public
    "accounts.owner",
    "audit.first_broken",  # the operator's
    "devices.flow.end",  # a program's: its codes and tokens are the right to each
    "devices.flow.exchange",
    "devices.flow.refresh",
    "devices.flow.register",
    "devices.flow.start",
    "exports.stream_for_operator",
    "feeds.activity",  # what is public of whoever
    "feeds.of_account",
    "feeds.write",  # a job
    "figures.addresses",  # what is public of all, for crawlers
    "figures.parts",
    "holdings.forget",  # the collector's
    "languages.count",  # a job
    "offers.already",  # asked before a body is read, whoever sends it
    "offers.author_of",  # says who offers, and asks for them
    "offers.due",  # what follows is the daemon's
    "offers.forget_old",
    "offers.hurry",
    "offers.landed",
    "offers.landed_before",
    "offers.refused",
    "offers.unanswered",
    "offers.waiting",
    "invitations.peek_link",  # the secret in the link is the right to use it
    "invitations.redeem_link",
    "organizations.belonging",  # who acts for whom is public
    "organizations.people",
    "profiles.faces",  # what is public of whoever
    "profiles.get",  # what is public of whoever
    "profiles.picture",
    "rollups.build",  # a job
    "signin.end_session",  # the secret in the cookie is the right to end it
    "signin.make_link",  # the operator's
    "signin.tokens.make_token",  # the daemon's, at the first start
    "signin.peek_link",  # the secret in the link is the right to use it
    "signin.redeem_code",
    "signin.redeem_link",
    "signin.session_party",  # says who asks
    "signin.token_party",
    "stars.facts",  # of projects that somebody has been shown
}

# Slices that are the operator's and the daemon's as a whole.
OPERATORS = ("federation", "replication")

# Slices whose verbs stand in more than one module.
VERBS_IN = {
    "devices": ("verbs", "flow"),
    "forks": ("verbs", "syncing"),
    "projects": ("verbs", "members", "moves", "peers"),
    "signin": ("verbs", "tokens"),
}

GUILD = "guild"
SESSION = "a-session-of-ada"
DRAFT = Draft(
    base=0,
    session=SessionDraft("another-session", "Do it.", 1, 2),
    changes=Descriptor(bytes(32), 10),
    transcript=b"{}",
)


def verbs():
    """Yield name and function of each verb; those that take `who` and those that do not."""
    for slice_ in pkgutil.iter_modules(node.__path__):
        for part in VERBS_IN.get(slice_.name, ("verbs",)):
            try:
                module = importlib.import_module(f"node.{slice_.name}.{part}")
            except ModuleNotFoundError:
                continue
            for name, function in inspect.getmembers(module, inspect.isfunction):
                runs = inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function)
                if runs and function.__module__ == module.__name__ and not name.startswith("_"):
                    within = "" if part == "verbs" else f"{part}."
                    yield f"{slice_.name}.{within}{name}", function


VERBS = dict(verbs())


def takes_who(function):
    return "who" in inspect.signature(function).parameters


def test_every_verb_has_its_row():
    assert {name for name, verb in VERBS.items() if takes_who(verb)} == set(TABLE)
    others = {name for name, verb in VERBS.items() if not takes_who(verb)}
    assert {name for name in others if name.partition(".")[0] not in OPERATORS} == OWN


OF_THE_PROOF = ("auth.bad-proof", "landing.unknown-key", "offer.not-known")


async def nothing_sent():
    """An upload without an object."""
    for batch in ():
        yield batch


def arguments(name, function, project, did):
    """Return dull arguments for the parameters that a verb insists on."""
    dull = {
        "account": project.account,
        "after": 0,
        "at": 1,
        "batches": nothing_sent(),
        "before": 9,
        "code": "0000-0000",
        "changes": ProjectChanges(description="x") if "projects" in name else (),
        "count": 1,
        "did": did,
        "data": None,
        "draft": DRAFT,
        "epoch": 1,
        "event": 999,
        "handle": project.handle,
        "ids": (),
        "is_approved": False,
        "key": project.key if name == "projects.by_key" else 999,
        "landing": SimpleNamespace(carried=None, id=Digest(bytes(32)), contribution=None),
        "limit": 10,
        "most_bytes": None,
        "most_projects": None,
        "name": project.id if name == "projects.by_id" else SESSION,
        "new": {
            "projects": NewProject("new"),
            "sessions": NewSession(goal="x"),
            "signin": NewToken("x", frozenset({"read"})),
            "imports": NewImport("https://example.org/x.git", "fresh-import"),
            "forks": NewFork(handle="fresh-fork"),
        }.get(name.partition(".")[0], 0),
        "oid": ZERO,
        "origin": project,
        "old": 0,
        "path": "a",
        "progress": lambda *_: None,
        "quarantine": Path("/nonexistent"),
        "organization": GUILD,
        "paths": ["a"],
        "person": "keeper",
        "position": 0,
        "project": project,
        "proof": bytes(64),
        "role": "writer" if name.startswith("projects.members") else "human",
        "text": "x",
        "request": b"{}",
        "said": Profile(),
        "session": SESSION,
        "signer": did,
        "sort": Sort.POPULAR,
        "to": "keeper",
        "view": None,
        "wanted": False,
        "kind": "zip",
        "asked": Question("", ()),
        "detail": SimpleNamespace(changes=()),
        "most": 10,
        "since": 0,
        "why": "x",
        "whom": Publisher("nowhere", "", "x"),
    }
    if name == "landings.matching":
        dull["wanted"] = Wanted()
    if name == "imports.receive":
        dull["new"] = ZERO
    if name == "accounts.create":
        dull["handle"] = "fresh"
    if name.startswith("projects.members"):
        dull["handle"] = "keeper"
    if name == "organizations.create":
        dull["handle"] = "fresh"
    elif name.startswith("organizations"):
        dull["handle"] = GUILD
    if name.startswith(("exports", "feeds", "llms", "profiles")):
        dull["handle"] = project.account
    needed = inspect.signature(function).parameters.values()
    return {
        p.name: dull[p.name]
        for p in needed
        if p.default is p.empty and p.name not in ("forge", "who")
    }


async def begun(result):
    """Wait for a verb, or for the first piece of one that streams."""
    if isinstance(result, AsyncGenerator):
        async with aclosing(result):
            await anext(result)
    else:
        await result


async def answer(function, forge, who, given):
    """Return what `who` is told."""
    try:
        await begun(function(forge, who, **given))
    except NoProject:
        return HIDDEN
    except Denied as refusal:
        # A bad proof or a key nobody knows is a refusal of the proof, not of the person.
        return IN if refusal.code in OF_THE_PROOF else DENIED
    except (Fault, StoreFault):
        return IN
    return IN


@pytest.fixture
async def people(forge):
    keeper, bob = await the_keeper(forge), await an_account(forge, "bob")
    ada = await an_account(forge, "ada")
    parties = (ANONYMOUS, bob.party, keeper.party, ada.party)
    return dict(zip(ASKERS, parties, strict=True)), ada


def of_slice(slice_, *kinds):
    """Return the names of a slice's verbs, or of those that are of one of `kinds`."""
    return [
        name
        for name, row in TABLE.items()
        if name.startswith(f"{slice_}.") and (not kinds or any(row is kind for kind in kinds))
    ]


async def a_stage(forge, ada, name, visibility):
    """Return the arguments for a verb, about a project that is there for it alone."""
    project = await a_project(
        forge, ada, name.replace(".", "-").replace("_", "-"), visibility=visibility
    )
    await sessions.start(forge, ada.party, project, NewSession(goal="x", id=SESSION))
    with suppress(HandleTaken):
        await organizations.create(forge, ada.party, GUILD)
    return arguments(name, VERBS[name], project, ada.did)


@pytest.mark.parametrize("visibility", ["public", "private"])
@pytest.mark.parametrize("slice_", SLICES)
async def test_each_asker_is_told_what_the_table_says(forge, people, slice_, visibility):
    askers, ada = people
    told = {}
    for name in of_slice(slice_):
        given = await a_stage(forge, ada, name, visibility)
        told[name] = tuple(
            [await answer(VERBS[name], forge, who, given) for who in askers.values()]
        )
    assert told == {name: TABLE[name][visibility] for name in of_slice(slice_)}


@pytest.mark.parametrize("slice_", [one for one in SLICES if of_slice(one, READS, WRITES)])
async def test_no_verb_tells_a_hidden_project_from_a_missing_one(forge, people, slice_):
    askers, ada = people
    for name in of_slice(slice_, READS, WRITES):
        given = await a_stage(forge, ada, name, "private")
        with pytest.raises(NoProject) as refused:
            await begun(VERBS[name](forge, askers["stranger"], **given))
        assert (refused.value.code, str(refused.value)) == (NoProject().code, str(NoProject()))
        assert refused.value.details == {}


@pytest.mark.parametrize("slice_", [one for one in SLICES if of_slice(one, WRITES)])
async def test_a_reading_token_of_the_owner_writes_nothing(forge, people, slice_):
    askers, ada = people
    reader = dataclasses.replace(askers["owner"], scopes=frozenset({"read"}))
    told = {}
    for name in of_slice(slice_, WRITES):
        told[name] = await answer(
            VERBS[name], forge, reader, await a_stage(forge, ada, name, "public")
        )
    assert set(told.values()) == {DENIED}


ELSEWHERE = "project.elsewhere"
HOME = "did:key:z6MkrEVGLPYHhLGBQ25Bh5DXSakRiDpdoj7fdsNZSqYPcUGt"
OF_A_MIRROR = [one for one in SLICES if of_slice(one, READS, WRITES, KNOWN, INSIDE)]


async def told_of_the_home(function, forge, who, given):
    """Return what `who` is told; that the project has another home is told by its code."""
    try:
        await begun(function(forge, who, **given))
    except Denied as refusal:
        if refusal.code == ELSEWHERE and refusal.details["home"] == HOME:
            return ELSEWHERE
    except (Fault, StoreFault):
        pass
    return await answer(function, forge, who, given)


@pytest.mark.parametrize("visibility", ["public", "private"])
@pytest.mark.parametrize("slice_", OF_A_MIRROR)
async def test_a_mirror_is_read_as_at_home_and_changed_by_nobody(forge, people, slice_, visibility):
    askers, ada = people
    told, meant = {}, {}
    for name in of_slice(slice_, READS, WRITES, KNOWN, INSIDE):
        given = await a_stage(forge, ada, name, visibility)
        await forge.db.write(lambda tx: tx.execute("update projects set home = ?", (HOME,)))
        if isinstance(given.get("project"), Project):
            given["project"] = dataclasses.replace(given["project"], home=HOME)
        told[name] = tuple(
            [await told_of_the_home(VERBS[name], forge, one, given) for one in askers.values()]
        )
        row = TABLE[name]
        is_fixed = row == WRITES
        meant[name] = tuple(
            ELSEWHERE if is_fixed and one != HIDDEN else one for one in row[visibility]
        )
        await forge.db.write(lambda tx: tx.execute("update projects set home = null"))
    if (name := "projects.members.remove_member") in meant and visibility == "public":
        meant[name] = (DENIED, *meant[name][1:])  # asks first whose role it is
    assert told == meant
