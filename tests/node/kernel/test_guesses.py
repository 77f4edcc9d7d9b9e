"""So many tries in a window, each who tries apart, in bounded memory."""

import pytest

from node.kernel.guesses import Allowance, Guesses, TooManyTries

THREE = Allowance("three", 3, 1000)
OTHER = Allowance("other", 3, 1000)


def spent(guesses, whose="ada", now=0):
    for _ in range(THREE.most):
        guesses.check(THREE, whose, now)
        guesses.count(THREE, whose, now)


def test_the_fourth_try_waits_for_the_end_of_the_window():
    guesses = Guesses()
    spent(guesses)
    with pytest.raises(TooManyTries) as refused:
        guesses.check(THREE, "ada", 400)
    assert refused.value.details == {"retry_after": 1}
    guesses.check(THREE, "ada", 1000)


def test_everybody_and_every_kind_counts_apart():
    guesses = Guesses()
    spent(guesses)
    guesses.check(THREE, "bob", 0)
    guesses.check(OTHER, "ada", 0)


def test_a_new_window_begins_with_its_first_try():
    guesses = Guesses()
    spent(guesses)
    guesses.count(THREE, "ada", 1500)
    guesses.check(THREE, "ada", 1600)


def test_what_is_remembered_is_bounded_and_the_oldest_goes_first():
    guesses = Guesses(most=10)
    spent(guesses)
    for n in range(9):
        guesses.count(THREE, str(n), 0)
    with pytest.raises(TooManyTries):
        guesses.check(THREE, "ada", 0)
    guesses.count(THREE, "one more", 0)
    guesses.check(THREE, "ada", 0)
    assert len(guesses) == 10


def test_a_wait_is_told_in_minutes_when_it_is_long():
    assert "15 minutes" in TooManyTries(900_000).message
    assert "30 seconds" in TooManyTries(30_000).message
