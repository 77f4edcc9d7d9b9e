"""What a person types names one project on one node, or is refused with what to type instead."""

import pytest

from keys.did import peer_id
from keys.ed25519 import PrivateKey
from mic.client.addresses import Address, is_path, names_project, node_url, parse
from mic.errors import Invalid

PEER = peer_id(PrivateKey.from_seed(b"p" * 32).public)
AT = f"/ip4/127.0.0.1/tcp/4001/p2p/{PEER}"
ID = "mic:z" + "6" * 44


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("ada/engine", Address(None, "ada", "engine")),
        ("http://127.0.0.1:7070/ada/engine", Address("http://127.0.0.1:7070", "ada", "engine")),
        ("https://Forge.Example/ada/engine/", Address("https://forge.example", "ada", "engine")),
        ("http://[::1]:7070/ada/engine", Address("http://[::1]:7070", "ada", "engine")),
        ("ada@Xg7Kp2Qa/demo", Address(None, "ada@Xg7Kp2Qa", "demo")),
        ("http://host/ada@Xg7Kp2Qa/demo", Address("http://host", "ada@Xg7Kp2Qa", "demo")),
        (f"{AT}/ada/engine", Address(AT, "ada", "engine")),
        (f"{AT}/ada@Xg7Kp2Qa/demo/", Address(AT, "ada@Xg7Kp2Qa", "demo")),
        (
            f"/ip6/::1/tcp/1/p2p/{PEER}/ada/engine",
            Address(f"/ip6/::1/tcp/1/p2p/{PEER}", "ada", "engine"),
        ),
        (
            f"/dns4/forge.example/tcp/1/p2p/{PEER}/ada/engine",
            Address(f"/dns4/forge.example/tcp/1/p2p/{PEER}", "ada", "engine"),
        ),
        (ID, Address(None, "", "", ID)),
        (f"{ID}@https://Forge.example", Address("https://forge.example", "", "", ID)),
        (f"{ID}@{AT}", Address(AT, "", "", ID)),
        (f"{AT}/{ID}", Address(AT, "", "", ID)),
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
        "ada@/engine",
        "ada@0OIl0OIl/engine",
        "ada/engine@Xg7Kp2Qa",
        AT,
        f"{AT}/ada",
        f"{AT}/ada/engine/src",
        f"{AT}/{AT}/ada/engine",
        f"{AT}/{ID}/src",
        "/ip4/127.0.0.1/tcp/4001/ada/engine",
        "/ip4/127.0.0.1/tcp/4001/p2p/12D3KooWnobody/ada/engine",
        f"/ip4/300.0.0.1/tcp/4001/p2p/{PEER}/ada/engine",
        f"/ip4/127.0.0.1/udp/4001/p2p/{PEER}/ada/engine",
        f"/ip4/127.0.0.1/tcp/65536/p2p/{PEER}/ada/engine",
        "mic:",
        "mic:z",
        "mic:ada/engine",
        f"{ID}@",
        f"{ID}@ada",
        f"{ID}/ada",
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


@pytest.mark.parametrize(
    "text",
    [
        "ada/engine",
        "http://host/ada/engine",
        f"{AT}/ada/engine",
        ID,
        f"{ID}@{AT}",
        f"{ID}@http://h",
    ],
)
def test_an_address_that_is_printed_is_the_same_address(text):
    assert parse(str(parse(text))) == parse(text)


def test_a_node_may_be_a_peer():
    assert node_url(AT) == AT
    with pytest.raises(Invalid):
        node_url(f"{AT}/ada/engine")
    with pytest.raises(Invalid):
        node_url("/ip4/127.0.0.1/tcp/4001")


@pytest.mark.parametrize("text", [f"{ID}@http://host/page", f"{ID}@{AT}/ada/engine"])
def test_behind_an_id_stands_a_node_and_no_page(text):
    with pytest.raises(Invalid) as refused:
        parse(text)
    assert refused.value.code == "address.invalid"
    assert "Leave out everything behind the host" in refused.value.hint


def test_a_file_is_told_from_an_address():
    assert all(map(is_path, ["it.bundle", "./it", "../ada/it", "/tmp/it"]))
    assert not any(map(is_path, ["ada/engine", "http://h.example/a/b", AT, ID, f"{ID}@{AT}"]))
    assert all(map(names_project, ["it.bundle", "http://h/a/b", AT, ID]))
    assert not any(map(names_project, ["src", "src/main.py", "ada/engine"]))
