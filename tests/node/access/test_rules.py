"""One table decides for every door: each action, asker and visibility has its one answer."""

import dataclasses
import itertools

import pytest

from node.access import scopes
from node.access.model import (
    Action,
    Archived,
    Elsewhere,
    NoProject,
    NotAllowed,
    OtherProject,
    ScopeMissing,
    SignInRequired,
)
from node.access.rules import PRIVATE, PUBLIC, authorize, require_account
from node.kernel.errors import Denied, Fault
from node.kernel.parties import ANONYMOUS, Party, Standing

OWNER, PROJECT, OTHER_PROJECT = 1, 7, 8


def acting(account, role):
    """Somebody who is `role` in the organization that owns the project."""
    return Party(account=account, standing=Standing(organizations={OWNER: role}))


def working(account, role, project=PROJECT):
    """Somebody who is `role` on a project."""
    return Party(account=account, standing=Standing(projects={project: role}))


def holding(project, **who):
    """A node that may hold a project, asking for somebody or for itself."""
    return Party(peer="did:key:z6Mk", standing=Standing(held=frozenset({project})), **who)


ASKERS = {
    "nobody": ANONYMOUS,
    "stranger": Party(account=2, handle="bob"),
    "admin": Party(account=3, handle="root", is_admin=True),
    "owner": Party(account=OWNER, handle="ada"),
    "organization's admin": acting(4, "admin"),
    "organization's member": acting(5, "member"),
    "writer": working(6, "writer"),
    "maintainer": working(7, "maintainer"),
    "another project's maintainer": working(8, "maintainer", OTHER_PROJECT),
    "somebody with a made-up role": dataclasses.replace(working(9, "god"), handle="eve"),
    "owner's read token": Party(account=OWNER, scopes=frozenset({"read"}), token=1),
    "owner's write token": Party(account=OWNER, scopes=frozenset({"write"}), token=2),
    "owner's bare token": Party(account=OWNER, scopes=frozenset(), token=3),
    "owner's token for it": Party(OWNER, "ada", scopes=frozenset({"write"}), only=PROJECT),
    "owner's token for another": Party(OWNER, "ada", scopes=frozenset({"write"}), only=8),
    "stranger's write token": Party(account=2, scopes=frozenset({"write"}), token=4),
    "admin's write token": Party(3, "root", is_admin=True, scopes=frozenset({"write"}), token=5),
    "admin's forged scope": Party(3, "root", is_admin=True, scopes=frozenset({"root"}), token=6),
    "nobody who says admin": Party(is_admin=True),
    "peer": holding(PROJECT),
    "another project's peer": holding(OTHER_PROJECT),
    "stranger who asks by a peer": holding(PROJECT, account=2, scopes=frozenset(), token=7),
    "owner who asks by a peer": holding(PROJECT, account=OWNER),
}
YES, HIDDEN, SIGN_IN, NO, SCOPE = None, NoProject, SignInRequired, NotAllowed, ScopeMissing
FROZEN = Archived

# Columns: READ, MEMBERS, LAND, WRITE_SETTINGS, MANAGE, ARCHIVE, TRANSFER, DELETE, CREATE, ADMIN.
OUTSIDE = (NO,) * 8
IN_THE_DARK = (HIDDEN,) * 9
OWNING = (YES,) * 9
WRITING = (YES, YES, YES, NO, NO, NO, NO, NO, NO)
MAINTAINING = (YES, YES, YES, YES, NO, NO, NO, NO, NO)
TABLE = {
    ("nobody", PUBLIC): (YES, *(SIGN_IN,) * 9),
    ("nobody", PRIVATE): (*IN_THE_DARK, SIGN_IN),
    ("stranger", PUBLIC): (YES, *OUTSIDE, NO),
    ("stranger", PRIVATE): (*IN_THE_DARK, NO),
    ("admin", PUBLIC): (YES, *OUTSIDE, YES),
    ("admin", PRIVATE): (*IN_THE_DARK, YES),
    ("owner", PUBLIC): (*OWNING, NO),
    ("owner", PRIVATE): (*OWNING, NO),
    ("organization's admin", PUBLIC): (*OWNING, NO),
    ("organization's admin", PRIVATE): (*OWNING, NO),
    ("organization's member", PUBLIC): (*WRITING, NO),
    ("organization's member", PRIVATE): (*WRITING, NO),
    ("writer", PUBLIC): (*WRITING, NO),
    ("writer", PRIVATE): (*WRITING, NO),
    ("maintainer", PUBLIC): (*MAINTAINING, NO),
    ("maintainer", PRIVATE): (*MAINTAINING, NO),
    ("another project's maintainer", PUBLIC): (YES, *OUTSIDE, NO),
    ("another project's maintainer", PRIVATE): (*IN_THE_DARK, NO),
    ("somebody with a made-up role", PUBLIC): (YES, *OUTSIDE, NO),
    ("somebody with a made-up role", PRIVATE): (*IN_THE_DARK, NO),
    ("owner's read token", PUBLIC): (YES, YES, *(SCOPE,) * 7, NO),
    ("owner's read token", PRIVATE): (YES, YES, *(SCOPE,) * 7, NO),
    ("owner's write token", PUBLIC): (*OWNING, NO),
    ("owner's write token", PRIVATE): (*OWNING, NO),
    ("owner's bare token", PUBLIC): (YES, *(SCOPE,) * 8, NO),
    ("owner's bare token", PRIVATE): (*(SCOPE,) * 9, NO),
    ("owner's token for it", PUBLIC): (*MAINTAINING, NO),
    ("owner's token for it", PRIVATE): (*MAINTAINING, NO),
    ("owner's token for another", PUBLIC): (YES, *OUTSIDE, NO),
    ("owner's token for another", PRIVATE): (*IN_THE_DARK, NO),
    ("stranger's write token", PUBLIC): (YES, *OUTSIDE, NO),
    ("stranger's write token", PRIVATE): (*IN_THE_DARK, NO),
    ("admin's write token", PUBLIC): (YES, *OUTSIDE, SCOPE),
    ("admin's write token", PRIVATE): (*IN_THE_DARK, SCOPE),
    ("admin's forged scope", PUBLIC): (YES, *OUTSIDE, SCOPE),
    ("admin's forged scope", PRIVATE): (*IN_THE_DARK, SCOPE),
    ("nobody who says admin", PUBLIC): (YES, *(SIGN_IN,) * 9),
    ("nobody who says admin", PRIVATE): (*IN_THE_DARK, SIGN_IN),
    ("peer", PUBLIC): (YES, *OUTSIDE, NO),
    ("peer", PRIVATE): (YES, *OUTSIDE, NO),
    ("another project's peer", PUBLIC): (YES, *(SIGN_IN,) * 9),
    ("another project's peer", PRIVATE): (*IN_THE_DARK, SIGN_IN),
    ("stranger who asks by a peer", PUBLIC): (YES, *OUTSIDE, NO),
    ("stranger who asks by a peer", PRIVATE): (YES, *OUTSIDE, NO),
    ("owner who asks by a peer", PUBLIC): (*OWNING, NO),
    ("owner who asks by a peer", PRIVATE): (*OWNING, NO),
}


def answer(who, action, visibility, owner=OWNER, **more):
    try:
        authorize(who, action, owner=owner, project=PROJECT, visibility=visibility, **more)
    except Fault as fault:
        return type(fault)
    return YES


def test_the_table_has_every_asker_action_and_visibility():
    assert set(TABLE) == set(itertools.product(ASKERS, (PUBLIC, PRIVATE)))
    assert {len(row) for row in TABLE.values()} == {len(Action)}


@pytest.mark.parametrize(("asker", "visibility"), TABLE)
def test_each_asker_gets_the_answer_of_the_table(asker, visibility):
    given = tuple(answer(ASKERS[asker], action, visibility) for action in Action)
    assert given == TABLE[asker, visibility]


@pytest.mark.parametrize(("asker", "visibility"), TABLE)
def test_an_archived_project_is_refused_only_to_those_who_could_change_it(asker, visibility):
    frozen = {Action.LAND, Action.WRITE_SETTINGS, Action.TRANSFER, Action.CREATE}
    for action, usual in zip(Action, TABLE[asker, visibility], strict=True):
        told = answer(ASKERS[asker], action, visibility, is_archived=True)
        assert told == (FROZEN if usual in {YES, SCOPE} and action in frozen else usual)


@pytest.mark.parametrize(("asker", "visibility"), TABLE)
def test_a_mirror_is_read_as_at_home_and_changed_by_nobody(asker, visibility):
    for action, usual in zip(Action, TABLE[asker, visibility], strict=True):
        told = answer(ASKERS[asker], action, visibility, home="did:key:z6Mk", name="mic:z1")
        changes = action not in {Action.READ, Action.ADMIN} and usual is not HIDDEN
        assert told == (Elsewhere if changes else usual)


def test_a_mirror_says_whose_it_is():
    with pytest.raises(Elsewhere) as refused:
        authorize(ANONYMOUS, Action.LAND, owner=OWNER, home="did:key:z6MkHome", name="mic:z1")
    assert refused.value.details == {"home": "did:key:z6MkHome", "id": "mic:z1"}


def test_a_role_on_a_project_says_nothing_about_the_namespace():
    for asker in ("writer", "maintainer", "organization's member"):
        with pytest.raises(NotAllowed):
            authorize(ASKERS[asker], Action.CREATE, owner=OWNER)


def test_a_project_token_of_its_owner_opens_nothing_else_of_theirs():
    token = ASKERS["owner's token for it"]
    with pytest.raises(NotAllowed):
        authorize(token, Action.CREATE, owner=OWNER)
    with pytest.raises(NoProject):
        authorize(token, Action.READ, owner=OWNER, project=OTHER_PROJECT, visibility=PRIVATE)
    with pytest.raises(OtherProject):
        require_account(token)


@pytest.mark.parametrize("visibility", ["", "PUBLIC", "unlisted", "Private"])
def test_an_unknown_visibility_hides_the_project_even_from_its_owner(visibility):
    actions = set(Action) - {Action.ADMIN}
    assert {answer(ASKERS["owner"], action, visibility) for action in actions} == {NoProject}


def test_nobody_owns_what_has_no_owner():
    assert answer(ANONYMOUS, Action.LAND, PUBLIC, owner=None) is SignInRequired
    assert answer(ANONYMOUS, Action.READ, PRIVATE, owner=None) is NoProject


def test_a_hidden_project_and_one_that_is_not_there_read_the_same():
    with pytest.raises(NoProject) as hidden:
        authorize(ASKERS["stranger"], Action.READ, owner=OWNER, visibility=PRIVATE)
    assert (str(hidden.value), hidden.value.details) == (str(NoProject()), {})


def test_a_missing_scope_is_named():
    with pytest.raises(ScopeMissing) as refused:
        authorize(ASKERS["owner's read token"], Action.LAND, owner=OWNER, visibility=PUBLIC)
    assert refused.value.details == {"scope": "session:land"}
    assert "'session:land' (nor 'write')" in refused.value.message


FINE = {
    Action.READ: "project:read",
    Action.LAND: "session:land",
    Action.WRITE_SETTINGS: "project:write",
    Action.DELETE: "project:write",
}


@pytest.mark.parametrize("scope", sorted(scopes.MEANING))
@pytest.mark.parametrize("action", FINE)
def test_a_scope_opens_what_it_names_and_no_more(action, scope):
    token = dataclasses.replace(ASKERS["owner"], scopes=frozenset({scope}), token=9)
    opened = scope == FINE[action] or scope == "write" or action is Action.READ
    assert answer(token, action, PRIVATE, owner=OWNER) is (YES if opened else SCOPE)


def test_a_fine_scope_is_not_for_the_account_itself():
    for scope in sorted(set(scopes.MEANING) - {"write"}):
        with pytest.raises(ScopeMissing):
            require_account(dataclasses.replace(ASKERS["owner"], scopes=frozenset({scope})))


def test_scopes_cover_what_they_imply():
    assert scopes.covers(None, ["write"])
    assert scopes.covers(frozenset({"write"}), ["read", "session:land"])
    assert not scopes.covers(frozenset({"session:land", "project:write"}), ["write"])
    assert not scopes.covers(frozenset({"read"}), ["session:land"])
    assert not scopes.covers(frozenset(), ["read"])


def test_what_each_person_may_do_with_their_own_needs_a_person_and_the_scope():
    assert require_account(ASKERS["owner"]) == OWNER
    assert require_account(ASKERS["owner's write token"]) == OWNER
    assert require_account(ASKERS["owner's read token"], "read") == OWNER
    for asker in ("nobody", "owner's read token", "owner's bare token"):
        with pytest.raises(Denied):
            require_account(ASKERS[asker])
