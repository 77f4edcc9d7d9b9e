"""So many tries in a window, each who tries apart, in bounded memory."""

import pytest

from node.kernel.guesses import Allowance, Guesses, TooManyTries

THREE = Allowance("three", 3, 1000)
OTHER = Allowance("other", 3, 1000)


def spent(guesses, whose="ada", now=0):
    for _ in range(THREE.most):
        guesses.take(THREE, whose, now)


def test_the_fourth_try_waits_for_the_end_of_the_window():
    guesses = Guesses()
    spent(guesses)
    with pytest.raises(TooManyTries) as refused:
        guesses.take(THREE, "ada", 400)
    assert refused.value.details == {"retry_after": 1}
    guesses.take(THREE, "ada", 1000)


def test_everybody_and_every_kind_counts_apart():
    guesses = Guesses()
    spent(guesses)
    guesses.take(THREE, "bob", 0)
    guesses.take(OTHER, "ada", 0)


def test_a_new_window_begins_with_its_first_try():
    guesses = Guesses()
    spent(guesses)
    guesses.take(THREE, "ada", 1500)
    guesses.take(THREE, "ada", 1600)


def test_what_is_remembered_is_bounded_and_the_oldest_goes_first():
    guesses = Guesses(most=10)
    spent(guesses)
    for n in range(9):
        guesses.take(THREE, str(n), 0)
    with pytest.raises(TooManyTries):
        guesses.take(THREE, "ada", 0)
    guesses.take(THREE, "one more", 0)
    guesses.take(THREE, "ada", 0)
    assert len(guesses) == 10


def test_a_wait_is_told_in_minutes_when_it_is_long():
    assert "15 minutes" in TooManyTries(900_000).message
    assert "30 seconds" in TooManyTries(30_000).message


def test_a_try_that_was_none_is_given_back():
    guesses = Guesses()
    spent(guesses)
    guesses.give_back(THREE, "ada")
    guesses.give_back(THREE, "nobody")
    guesses.take(THREE, "ada", 0)
    with pytest.raises(TooManyTries):
        guesses.take(THREE, "ada", 0)


def test_who_has_a_network_of_ipv6_counts_once():
    guesses = Guesses()
    for host in ("2001:db8::1", "2001:db8::2:3", "2001:db8:0:0:ffff::"):
        guesses.take(THREE, host, 0)
    with pytest.raises(TooManyTries):
        guesses.take(THREE, "2001:db8::4", 0)
    guesses.take(THREE, "2001:db8:0:1::1", 0)
    for host in ("192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"):
        guesses.take(THREE, host, 0)
