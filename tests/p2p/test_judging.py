"""What a claimed head is worth: each lie by its name, and what only looks like one."""

import dataclasses
import json

import pytest

from keys.envelope import seal
from keys.spelling import parts_of
from keys.statements.landing import open_landing, record_id
from p2p.judging import Claim, Held, Tenure, Worth, judge
from p2p.scores import Offence
from tests.support.simulator import key, project_id, record

HOME, NEW_HOME, STRANGER = key(1), key(2), key(3)
BOOK, OTHER = project_id(1), project_id(2)

FIRST = record(BOOK, 1, None, "one", HOME)
SECOND = record(BOOK, 2, record_id(FIRST), "two", HOME)
HELD = Held(
    project=BOOK, epoch=1, position=2, record=record_id(SECOND), homes=(Tenure(0, HOME.did),)
)
ADOPTED = dataclasses.replace(HELD, epoch=2, homes=(*HELD.homes, Tenure(1, NEW_HOME.did)))
NEXT = record(BOOK, 3, record_id(SECOND), "three", HOME)


def resealed(data: bytes, **changed) -> bytes:
    """The same landing, with other words in its payload, signed by its home."""
    parts = parts_of(data)
    said = json.loads(parts.payload)
    predicate = changed.pop("predicate", {})
    said["predicate"] |= predicate
    return seal(json.dumps(said | changed).encode(), parts.payload_type, HOME)


def unsigned(data: bytes) -> bytes:
    said = json.loads(data)
    return json.dumps(said | {"signatures": []}).encode()


def altered(data: bytes) -> bytes:
    said = json.loads(data)
    payload = said["payload"]
    said["payload"] = payload[:40] + ("A" if payload[40] != "A" else "B") + payload[41:]
    return json.dumps(said, separators=(",", ":")).encode()


def judged(data, position=3, epoch=1, held=HELD, project=BOOK):
    return judge(Claim(project, epoch, position, data), held, open_landing)


LANDING_V0 = "https://micelio.dev/attestation/landing/v0"
LANDING_V2 = "https://micelio.dev/attestation/landing/v2"


@pytest.mark.parametrize(
    ("data", "position", "offence"),
    [
        (record(OTHER, 3, bytes(32), "x", HOME), 3, Offence.GRAFT),
        (SECOND, 3, Offence.REPLAY),
        (FIRST, 9, Offence.REPLAY),
        (unsigned(NEXT), 3, Offence.DOWNGRADE),
        (resealed(NEXT, predicateType=LANDING_V0), 3, Offence.DOWNGRADE),
        (resealed(NEXT, predicate={"format": 0}), 3, Offence.DOWNGRADE),
        (altered(NEXT), 3, Offence.FORGED_AUTHOR),
        (record(BOOK, 3, record_id(SECOND), "three", STRANGER), 3, Offence.FORGED_AUTHOR),
        (resealed(NEXT, predicate={"goal": ""}), 3, Offence.MALFORMED),
        (resealed(NEXT, predicateType="https://example.org/landing/v0"), 3, Offence.MALFORMED),
        (NEXT[:-10], 3, Offence.MALFORMED),
        (b"", 3, Offence.MALFORMED),
        (b'{"payload":7}', 3, Offence.MALFORMED),
        (seal(b"{}", "application/json", HOME), 3, Offence.MALFORMED),
    ],
)
def test_a_lie_has_a_name(data, position, offence):
    assert judged(data, position) == (verdict := judged(data, position))
    assert (verdict.worth, verdict.offence) == (Worth.WRONG, offence)


@pytest.mark.parametrize(
    ("claim", "worth"),
    [
        ({"data": NEXT}, Worth.AHEAD),
        ({"data": SECOND, "position": 2}, Worth.KNOWN),
        ({"data": SECOND, "position": 2, "epoch": 2}, Worth.HINT),
        ({"data": FIRST, "position": 1}, Worth.COMPARE),
        ({"data": None, "position": 3}, Worth.HINT),
        ({"data": None, "position": 2}, Worth.OLD),
        ({"data": None, "position": 0, "epoch": 2}, Worth.HINT),
        ({"data": record(BOOK, 3, bytes(32), "x", NEW_HOME), "epoch": 2}, Worth.HINT),
        ({"data": resealed(NEXT, predicate={"format": 2})}, Worth.UNKNOWN_FORMAT),
        ({"data": resealed(NEXT, predicateType=LANDING_V2)}, Worth.UNKNOWN_FORMAT),
        ({"data": NEXT, "held": Held(project=BOOK)}, Worth.HINT),
    ],
)
def test_what_is_no_lie_costs_nobody_anything(claim, worth):
    verdict = judged(**claim)
    assert (verdict.worth, verdict.offence) == (worth, None)


def test_two_records_for_one_position_are_a_contradiction_of_the_home():
    other = record(BOOK, 2, record_id(FIRST), "another two", HOME)
    verdict = judged(other, 2)
    assert (verdict.worth, verdict.offence) == (Worth.CONTRADICTS, Offence.EQUIVOCATION)


def test_what_an_old_home_signs_after_its_time_is_refused():
    assert judged(NEXT, epoch=2, held=ADOPTED).offence is Offence.OUTLIVED
    assert judged(SECOND, 2, epoch=2, held=dataclasses.replace(ADOPTED, record=b"")).offence is (
        Offence.OUTLIVED
    )


def test_who_has_not_heard_of_the_new_home_is_not_blamed():
    verdict = judged(NEXT, epoch=1, held=ADOPTED)
    assert (verdict.worth, verdict.offence) == (Worth.OUTLIVED, None)


def test_the_new_home_is_believed_from_its_first_position():
    two = record(BOOK, 2, record_id(FIRST), "two again", NEW_HOME)
    held = dataclasses.replace(ADOPTED, position=1, record=record_id(FIRST))
    assert judged(two, 2, epoch=2, held=held).worth is Worth.AHEAD


FORK = dataclasses.replace(
    HELD,
    project=OTHER,
    position=3,
    record=record_id(record(OTHER, 3, record_id(SECOND), "own", HOME)),
    homes=(Tenure(0, HOME.did), Tenure(2, NEW_HOME.did)),
    origins=((2, BOOK),),
)


@pytest.mark.parametrize(
    ("data", "position", "worth"),
    [
        (FIRST, 1, Worth.COMPARE),
        (SECOND, 2, Worth.COMPARE),
        (record(OTHER, 4, bytes(32), "x", NEW_HOME), 4, Worth.AHEAD),
        (NEXT, 3, Worth.WRONG),
        (record(BOOK, 4, bytes(32), "x", NEW_HOME), 4, Worth.WRONG),
        (record(OTHER, 2, bytes(32), "x", HOME), 2, Worth.WRONG),
    ],
)
def test_a_fork_begins_with_the_landings_of_its_origin(data, position, worth):
    verdict = judged(data, position, held=FORK, project=OTHER)
    assert verdict.worth is worth
    assert verdict.offence is (Offence.GRAFT if worth is Worth.WRONG else None)


def test_what_may_be_a_fork_is_a_hint_to_who_does_not_know_it():
    assert judged(SECOND, 2, held=Held(project=OTHER), project=OTHER).worth is Worth.HINT
