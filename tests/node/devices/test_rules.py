"""Codes can be read out loud, and what a program says of itself is not believed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.devices import rules
from node.devices.model import BadClient, BadMetadata, BadRedirect, BadRequest, BadScope, NewClient
from node.kernel.secrets import hashed


def test_a_code_is_two_times_four_of_an_alphabet_without_look_alikes():
    codes = {rules.user_code() for _ in range(200)}
    assert len(codes) == 200
    assert {(len(code), code[4]) for code in codes} == {(9, "-")}
    assert not set("".join(codes)) & set("ILOU")
    assert len(rules.ALPHABET) == 32


@pytest.mark.parametrize(
    "typed", ["0123-ABCD", "0123abcd", " o1-23 AB\tCD ", "oi23abcd", "OL23-abcd", "0123\u2013abcd"]
)
def test_a_code_is_understood_as_people_type_it(typed):
    assert rules.typed_code(typed) == "0123-ABCD"


@pytest.mark.parametrize(
    "typed", ["", "0123-ABC", "0123-ABCDE", "0123-ABCU", "\ud800" * 8, "é" * 8]
)
def test_what_can_be_no_code_is_none(typed):
    assert rules.typed_code(typed) is None


@given(st.text(max_size=80))
def test_any_text_is_a_code_or_none(text):
    code = rules.typed_code(text)
    assert code is None or rules.typed_code(code) == code


def test_a_device_may_have_no_name_but_none_that_commands_a_terminal():
    assert rules.device_name("  mic@shed ") == "mic@shed"
    assert rules.device_name(None)
    for name in ("a\x1b[2J", "a\nb", "x" * 121, "\u202eevil"):
        with pytest.raises(BadRequest):
            rules.device_name(name)


def test_without_scopes_it_asks_for_all_that_it_may():
    assert rules.asked_scopes(None) == {"read", "write"}
    assert rules.asked_scopes("", frozenset({"read"})) == {"read"}
    assert rules.asked_scopes("session:land") == {"session:land"}
    for scope, most in (("root", None), ("read admin", None), ("write", frozenset({"read"}))):
        with pytest.raises(BadScope):
            rules.asked_scopes(scope, most)


def test_a_client_gets_the_defaults():
    made = rules.check_new(NewClient())
    assert (made.name, made.uri, made.method) == ("Micelio CLI", "", "client_secret_basic")
    assert made.scope == {"read", "write"}


WRONG = {
    "name of another kind": NewClient(name=7),
    "empty name": NewClient(name=" "),
    "long name": NewClient(name="x" * 121),
    "name that commands": NewClient(name="a\x1b"),
    "address that runs": NewClient(uri="javascript:alert(1)"),
    "address with a user": NewClient(uri="https://a:b@c.example"),
    "address with a quote": NewClient(uri='https://a"b'),
    "broken address": NewClient(uri="http://[::1"),
    "method": NewClient(method="private_key_jwt"),
    "method of another kind": NewClient(method=["none"]),
    "no grant": NewClient(grants=[]),
    "another grant": NewClient(grants=["authorization_code"]),
    "grants of another kind": NewClient(grants="refresh_token"),
    "a response": NewClient(responses=["code"]),
    "scope": NewClient(scope="root"),
    "scope of another kind": NewClient(scope=["read"]),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_client_that_cannot_be_is_refused(wrong):
    with pytest.raises(BadMetadata) as refused:
        rules.check_new(WRONG[wrong])
    assert refused.value.error == "invalid_client_metadata"


@pytest.mark.parametrize(
    "redirects", ["https://a", [7], ["/here"], ["https://a#b"], ["http://[::1"]]
)
def test_addresses_to_be_sent_back_to_are_looked_at(redirects):
    with pytest.raises(BadRedirect) as refused:
        rules.check_new(NewClient(redirects=redirects))
    assert refused.value.error == "invalid_redirect_uri"
    rules.check_new(NewClient(redirects=["https://a.example/back"]))


@pytest.mark.parametrize(
    ("method", "given", "how", "is_right"),
    [
        ("none", None, None, True),
        ("none", "s", "client_secret_post", False),
        ("client_secret_basic", "s", "client_secret_basic", True),
        ("client_secret_basic", "s", "client_secret_post", False),
        ("client_secret_basic", "t", "client_secret_basic", False),
        ("client_secret_basic", None, None, False),
        ("client_secret_post", "s", "client_secret_post", True),
        ("client_secret_post", "", "client_secret_post", False),
    ],
)
def test_a_client_says_who_it_is_as_it_registered(method, given, how, is_right):
    kept = None if method == "none" else hashed("s")
    secret = None if given is None else hashed(given)
    if is_right:
        rules.check_secret(method, kept, secret, how)
    else:
        with pytest.raises(BadClient):
            rules.check_secret(method, kept, secret, how)
