from node.kernel.goals import TITLE_LONGEST, rest_of, title_of


def test_the_first_line_is_the_title():
    goal = "\n  Spread the waits \n\nSo that two masts stop colliding.\n"
    assert title_of(goal) == "Spread the waits"
    assert rest_of(goal) == "So that two masts stop colliding."


def test_a_title_of_the_longest_is_whole():
    goal = "g" * TITLE_LONGEST
    assert (title_of(goal), rest_of(goal)) == (goal, "")


def test_what_is_cut_from_a_title_is_said_behind_it():
    first, more = "a" * (TITLE_LONGEST - 1), "b" * 1_000
    assert title_of(first + more) == first + "…"
    assert rest_of(first + more) == "…" + more
    assert rest_of(f"{first}{more}\n\nrest") == f"…{more}\nrest"
