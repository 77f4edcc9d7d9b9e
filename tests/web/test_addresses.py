"""No account can take an address of the node's own."""

from node.accounts import rules
from node.accounts.model import BadHandle
from web.areas_table import ROUTES


def firsts():
    return {route.path.split("/")[1] for route in ROUTES} | {"mic", "static", "up", "metrics"}


def is_a_possible_handle(word):
    try:
        rules.check_handle(word)
    except BadHandle:
        return False
    return True


def test_the_first_word_of_every_address_is_reserved():
    words = {word for word in firsts() if not word.startswith("{")}
    assert {"sign-in", "design", "up", "mic"} <= words
    assert {word for word in words if is_a_possible_handle(word)} == set()
