"""What a person types names one project on one node, or is refused with what to type instead."""

import pytest

from mic.client.addresses import Address, node_url, parse
from mic.errors import Invalid


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("ada/engine", Address(None, "ada", "engine")),
        ("http://127.0.0.1:7070/ada/engine", Address("http://127.0.0.1:7070", "ada", "engine")),
        ("https://Forge.Example/ada/engine/", Address("https://forge.example", "ada", "engine")),
        ("http://[::1]:7070/ada/engine", Address("http://[::1]:7070", "ada", "engine")),
    ],
)
def test_an_address_names_node_account_and_project(text, address):
    assert parse(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "engine",
        "ada/",
        "/engine",
        "ada/engine/src",
        "../engine",
        "ada/..",
        "ada/en gine",
        "ada/en\0gine",
        "ftp://host/ada/engine",
        "http:///ada/engine",
        "http://host/ada",
        "http://host/ada/engine?x=1",
        "http://user:secret@host/ada/engine",
        "http://host:port/ada/engine",
        "http://ho st/ada/engine",
        "http://host%20/ada/engine",
        "file:///etc/passwd",
    ],
)
def test_anything_else_is_refused_with_what_to_write(text):
    with pytest.raises(Invalid) as refused:
        parse(text)
    assert refused.value.code == "address.invalid"
    assert "account/project" in refused.value.hint


def test_an_alias_stands_for_its_address():
    assert parse("e", {"e": "ada/engine"}) == Address(None, "ada", "engine")


def test_a_node_is_its_scheme_and_host():
    assert node_url("http://Host:1/") == "http://host:1"


def test_a_page_is_no_node():
    with pytest.raises(Invalid):
        node_url("http://host/ada")
