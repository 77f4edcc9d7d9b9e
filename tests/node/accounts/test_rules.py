"""A handle fits an address, reads one way, and does not pass for a page of the node."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.accounts import rules
from node.accounts.model import BadHandle
from node.kernel.errors import Invalid

ANY = st.text(max_size=60)


@pytest.mark.parametrize("handle", ["a", "0", "ada", "Ada", "a-b-c", "x" * 39, "4-2"])
def test_a_plain_handle_is_accepted(handle):
    assert rules.check_handle(handle) == handle


@pytest.mark.parametrize(
    "handle",
    ["", "-a", "a-", "a--b", "a_b", "a.b", "a b", "ä", "x" * 40, "a/b", "a\n", "\u0131", "\u212a"],
)
def test_a_handle_that_is_no_address_is_refused(handle):
    with pytest.raises(BadHandle):
        rules.check_handle(handle)


@pytest.mark.parametrize("handle", ["settings", "Admin", "API", "mic", "well-known", "landings"])
def test_a_reserved_word_is_refused_in_any_capitals(handle):
    with pytest.raises(BadHandle, match="reserved"):
        rules.check_handle(handle)


@pytest.mark.parametrize("handle", ["con", "NUL", "Aux", "prn", "com1", "LPT9"])
def test_a_name_that_no_directory_of_windows_can_have_is_refused(handle):
    with pytest.raises(BadHandle, match="Windows"):
        rules.check_handle(handle)


def test_the_reserved_words_are_many_and_could_be_handles_themselves():
    assert len(rules.RESERVED) >= 115
    assert {word for word in rules.RESERVED if not rules._HANDLE.fullmatch(word)} == set()


@pytest.mark.parametrize(
    ("text", "handle"),
    [
        ("ada@example.org", "ada"),
        ("Ada.Lovelace+forge@example.org", "ada-lovelace-forge"),
        ("__ada__", "ada"),
        ("@example.org", "user"),
        ("", "user"),
        ("ÄÖÜ", "user"),
        ("admin", "admin-1"),
        ("nul", "nul-1"),
        ("root", "root"),
        ("a" * 29 + ".b", "a" * 29),
    ],
)
def test_a_handle_is_made_of_an_address_or_a_login_name(text, handle):
    assert rules.handle_from(text) == handle


@given(ANY)
def test_a_made_handle_is_always_a_valid_one(text):
    assert rules.check_handle(rules.handle_from(text))


@given(ANY, st.integers(1, 10_000))
def test_a_numbered_handle_is_valid_too(text, number):
    assert rules.check_handle(rules.numbered(rules.handle_from(text), number))


def test_a_name_is_trimmed_short_and_printable():
    assert rules.check_name("  Ada Lovelace ") == "Ada Lovelace"
    for name in ("x" * 201, "a\x00b", "a\u202eb", "a\nb"):
        with pytest.raises(Invalid):
            rules.check_name(name)
