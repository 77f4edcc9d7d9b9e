"""One table decides for every door: each action, asker and visibility has its one answer."""

import itertools

import pytest

from node.access.model import Action, NoProject, NotAllowed, ScopeMissing, SignInRequired
from node.access.rules import PRIVATE, PUBLIC, authorize, require_account
from node.kernel.errors import Denied, Fault
from node.kernel.parties import ANONYMOUS, Party

OWNER = 1
ASKERS = {
    "nobody": ANONYMOUS,
    "stranger": Party(account=2, handle="bob"),
    "admin": Party(account=3, handle="root", is_admin=True),
    "owner": Party(account=OWNER, handle="ada"),
    "owner's read token": Party(account=OWNER, scopes=frozenset({"read"}), token=1),
    "owner's write token": Party(account=OWNER, scopes=frozenset({"write"}), token=2),
    "owner's bare token": Party(account=OWNER, scopes=frozenset(), token=3),
    "stranger's write token": Party(account=2, scopes=frozenset({"write"}), token=4),
    "admin's write token": Party(3, "root", is_admin=True, scopes=frozenset({"write"}), token=5),
    "admin's forged scope": Party(3, "root", is_admin=True, scopes=frozenset({"root"}), token=6),
    "nobody who says admin": Party(is_admin=True),
}
YES, HIDDEN, SIGN_IN, NO, SCOPE = None, NoProject, SignInRequired, NotAllowed, ScopeMissing

# Columns: READ, LAND, WRITE_SETTINGS, DELETE, CREATE, ADMIN.
TABLE = {
    ("nobody", PUBLIC): (YES, SIGN_IN, SIGN_IN, SIGN_IN, SIGN_IN, SIGN_IN),
    ("nobody", PRIVATE): (HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN, SIGN_IN),
    ("stranger", PUBLIC): (YES, NO, NO, NO, NO, NO),
    ("stranger", PRIVATE): (HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN, NO),
    ("admin", PUBLIC): (YES, NO, NO, NO, NO, YES),
    ("admin", PRIVATE): (HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN, YES),
    ("owner", PUBLIC): (YES, YES, YES, YES, YES, NO),
    ("owner", PRIVATE): (YES, YES, YES, YES, YES, NO),
    ("owner's read token", PUBLIC): (YES, SCOPE, SCOPE, SCOPE, SCOPE, NO),
    ("owner's read token", PRIVATE): (YES, SCOPE, SCOPE, SCOPE, SCOPE, NO),
    ("owner's write token", PUBLIC): (YES, YES, YES, YES, YES, NO),
    ("owner's write token", PRIVATE): (YES, YES, YES, YES, YES, NO),
    ("owner's bare token", PUBLIC): (YES, SCOPE, SCOPE, SCOPE, SCOPE, NO),
    ("owner's bare token", PRIVATE): (SCOPE, SCOPE, SCOPE, SCOPE, SCOPE, NO),
    ("stranger's write token", PUBLIC): (YES, NO, NO, NO, NO, NO),
    ("stranger's write token", PRIVATE): (HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN, NO),
    ("admin's write token", PUBLIC): (YES, NO, NO, NO, NO, SCOPE),
    ("admin's write token", PRIVATE): (HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN, SCOPE),
    ("admin's forged scope", PUBLIC): (YES, NO, NO, NO, NO, SCOPE),
    ("admin's forged scope", PRIVATE): (HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN, SCOPE),
    ("nobody who says admin", PUBLIC): (YES, SIGN_IN, SIGN_IN, SIGN_IN, SIGN_IN, SIGN_IN),
    ("nobody who says admin", PRIVATE): (HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN, SIGN_IN),
}


def answer(who, action, visibility, owner=OWNER):
    try:
        authorize(who, action, owner=owner, visibility=visibility)
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
    assert refused.value.details == {"scope": "write"}


def test_what_each_person_may_do_with_their_own_needs_a_person_and_the_scope():
    assert require_account(ASKERS["owner"]) == OWNER
    assert require_account(ASKERS["owner's write token"]) == OWNER
    assert require_account(ASKERS["owner's read token"], "read") == OWNER
    for asker in ("nobody", "owner's read token", "owner's bare token"):
        with pytest.raises(Denied):
            require_account(ASKERS[asker])
