"""A project's fields fit an address and a page; what was not asked to change stays."""

import pytest

from node.projects import rules
from node.projects.model import BadProject, NewProject, NothingToUpdate, ProjectChanges


@pytest.mark.parametrize("handle", ["a", "Book", "a-b", "x" * 100, "admin", "7"])
def test_a_plain_handle_is_accepted(handle):
    assert rules.check_handle(handle) == handle


@pytest.mark.parametrize(
    "handle", ["", "-a", "a-", "a--b", "a_b", "a.b", "x" * 101, "ö", "a\n", "CON", "com3"]
)
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
        ProjectChanges(llm_model="x" * 256),
        ProjectChanges(llm_model="a\x00"),
        ProjectChanges(url="javascript:alert(1)"),
        ProjectChanges(url="ftp://example.org/"),
        ProjectChanges(url="//example.org/"),
        ProjectChanges(url="http://"),
        ProjectChanges(url="https:example.org"),
        ProjectChanges(url="https://ada:secret@example.org/"),
        ProjectChanges(url="https://example.org\\@evil.example/"),
        ProjectChanges(url='https://example.org/"onclick="x'),
        ProjectChanges(url="https://example.org/a b"),
        ProjectChanges(url="https://example.org/\u202egpj"),
        ProjectChanges(url="https://example.org:port/"),
        ProjectChanges(url="https://[example.org/"),
        ProjectChanges(url="https://example.org/" + "x" * 2048),
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


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org",
        "https://example.org:8443/a?b=c#d",
        "https://[2001:db8::1]/",
        "https://bücher.example/ä",
    ],
)
def test_an_address_of_the_web_can_be_a_projects_url(url):
    assert rules.check_changes(ProjectChanges(url=f" {url} ")) == ProjectChanges(url=url)


def test_an_empty_url_and_model_are_something_to_ask_for():
    erased = ProjectChanges(url="", llm_model=" ")
    assert rules.check_changes(erased) == ProjectChanges(url="", llm_model="")
