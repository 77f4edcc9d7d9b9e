"""A project's fields fit an address and a page; what was not asked to change stays."""

import pytest

from node.projects import rules
from node.projects.model import BadProject, NewProject, NothingToUpdate, ProjectChanges


@pytest.mark.parametrize("handle", ["a", "Book", "a-b", "x" * 100, "admin", "7"])
def test_a_plain_handle_is_accepted(handle):
    assert rules.check_handle(handle) == handle


@pytest.mark.parametrize("handle", ["", "-a", "a-", "a--b", "a_b", "a.b", "x" * 101, "ö", "a\n"])
def test_a_handle_that_is_no_address_is_refused(handle):
    with pytest.raises(BadProject):
        rules.check_handle(handle)


def test_a_new_project_is_private_and_goes_by_its_handle():
    assert rules.check_new(NewProject("book")) == NewProject("book", "book", "", "private")


@pytest.mark.parametrize(
    "changes",
    [
        ProjectChanges(name=" "),
        ProjectChanges(name="x" * 256),
        ProjectChanges(name="a\u202eb"),
        ProjectChanges(description="x" * 2001),
        ProjectChanges(description="a\x00"),
        ProjectChanges(visibility="secret"),
        ProjectChanges(handle="a b"),
    ],
)
def test_a_field_that_cannot_be_is_refused_by_name(changes):
    with pytest.raises(BadProject) as refused:
        rules.check_changes(changes)
    assert getattr(changes, refused.value.details["field"]) is not None


def test_an_update_that_asks_for_nothing_is_refused():
    with pytest.raises(NothingToUpdate):
        rules.check_changes(ProjectChanges())


def test_an_empty_description_is_something_to_ask_for():
    assert rules.check_changes(ProjectChanges(description="")) == ProjectChanges(description="")
