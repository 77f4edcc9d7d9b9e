"""Whoever changes, removes, inserts, swaps or cuts off rows of the log is found out."""

import dataclasses

from hypothesis import given
from hypothesis import strategies as st

from node.audit.model import AuditRow
from node.audit.rules import FIRST, chained, first_broken


def a_log(length=6):
    rows, before = [], FIRST
    for seq in range(1, length + 1):
        row = AuditRow(seq, 1, "ada", None, 7, "project.updated", {"n": seq}, 1000 + seq, b"")
        row = dataclasses.replace(row, hash=chained(before, row))
        rows.append(row)
        before = row.hash
    return rows


CHANGES = {
    "account": 2,
    "handle": "eve",
    "token": 9,
    "project": None,
    "action": "project.read",
    "metadata": {"n": 0},
    "at": 1,
    "hash": bytes(32),
}


def test_an_untouched_log_is_whole():
    assert first_broken(a_log(), 6) is None
    assert first_broken([], 0) is None


@given(st.integers(0, 5), st.sampled_from(sorted(CHANGES)))
def test_a_changed_field_is_found_at_its_row(index, field):
    rows = a_log()
    rows[index] = dataclasses.replace(rows[index], **{field: CHANGES[field]})
    assert first_broken(rows, 6) == index + 1


@given(st.integers(0, 5))
def test_a_removed_row_is_found(index):
    rows = a_log()
    del rows[index]
    assert first_broken(rows, 6) == index + 1


@given(st.integers(0, 4))
def test_swapped_rows_are_found(index):
    rows = a_log()
    rows[index], rows[index + 1] = rows[index + 1], rows[index]
    assert first_broken(rows, 6) == index + 1


def test_an_inserted_row_is_found():
    rows = a_log()
    rows.insert(3, dataclasses.replace(rows[3], metadata={"n": "forged"}))
    assert first_broken(rows, 7) == 4


def test_a_row_whose_hash_was_made_to_fit_breaks_the_next_one():
    rows = a_log()
    forged = dataclasses.replace(rows[2], metadata={})
    rows[2] = dataclasses.replace(forged, hash=chained(rows[1].hash, forged))
    assert first_broken(rows, 6) == 4


def test_a_log_that_lost_its_end_is_found():
    assert first_broken(a_log(4), 6) == 5
