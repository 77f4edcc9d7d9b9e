"""Statements round trip, are canonical JSON, and mean nothing when copied, altered or downgraded."""

import base64
import hashlib
import json
from dataclasses import replace

import msgspec
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from keys.ed25519 import PrivateKey
from keys.envelope import open_envelope, seal
from keys.errors import BadEnvelope, BadStatement, KeysFault
from keys.multikey import multibase58
from keys.statements import contribution as contributions
from keys.statements import landing as landings
from keys.statements import transcript as transcripts
from keys.statements.contribution import (
    ORIGINS,
    Contribution,
    SessionFacts,
    open_contribution,
    seal_contribution,
)
from keys.statements.delegation import Delegation, open_delegation, seal_delegation
from keys.statements.descriptor import Descriptor
from keys.statements.equivocation import decode as decode_proof
from keys.statements.equivocation import encode as encode_proof
from keys.statements.equivocation import outlive, prove
from keys.statements.landing import LandingRecord, open_landing, record_id, seal_landing
from keys.statements.notice import STATES, Notice, open_notice, seal_notice
from keys.statements.project import (
    After,
    Origin,
    ProjectDocument,
    Tenure,
    genesis_id,
    open_chain,
    open_project,
    project_id,
    seal_project,
)
from keys.statements.transcript import Decision, Message, Transcript

ADA = PrivateKey.from_seed(b"a" * 32)
BOB = PrivateKey.from_seed(b"b" * 32)
HOME = PrivateKey.from_seed(b"h" * 32)

TEXT = st.text(st.characters(codec="utf-8"), max_size=60)
GOAL = TEXT.filter(str.strip)
NAME = st.text(st.characters(codec="utf-8"), min_size=1, max_size=60)
DIGEST = st.binary(min_size=32, max_size=32)
TIME = st.integers(0, 2**53 - 1)
PROJECT = DIGEST.map(lambda digest: "mic:" + multibase58(digest))
DID = DIGEST.map(lambda seed: PrivateKey.from_seed(seed).did)
DESCRIPTOR = st.builds(Descriptor, DIGEST, TIME)
SESSION = st.tuples(TIME, TIME).flatmap(
    lambda times: st.builds(
        SessionFacts,
        id=NAME,
        goal=GOAL,
        started_at=st.just(min(times)),
        finished_at=st.just(max(times)),
        transcript=DESCRIPTOR,
    )
)
CONTRIBUTION = st.builds(
    Contribution,
    project=PROJECT,
    base_position=TIME,
    base_tree=DIGEST,
    changes=DESCRIPTOR,
    session=SESSION,
    origin=st.sampled_from(ORIGINS),
    model=st.none() | NAME,
    tool=NAME.filter(lambda tool: not tool.startswith("/")),
    contributor=DID,
)
LANDING = st.integers(1, 2**53 - 1).flatmap(
    lambda position: st.builds(
        LandingRecord,
        project=PROJECT,
        position=st.just(position),
        previous=st.none() if position == 1 else DIGEST,
        tree=DIGEST,
        previous_tree=DIGEST,
        session=NAME,
        contribution=st.none() | DIGEST,
        author=NAME,
        author_did=st.none() | DID,
        goal=GOAL,
        clock=NAME,
        landed_at=TIME,
    )
)
MESSAGE = st.builds(Message, st.sampled_from(["human", "agent"]), TEXT, TIME)
DECISION = st.builds(Decision, TEXT, TEXT, TIME)
TRANSCRIPT = st.builds(
    Transcript,
    NAME,
    GOAL,
    st.lists(MESSAGE, max_size=4).map(tuple),
    st.lists(DECISION, max_size=4).map(tuple),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(TEXT, below, max_size=3),
    max_leaves=10,
)

RECORD = LandingRecord(
    project="mic:" + multibase58(bytes(range(32))),
    position=2,
    previous=b"p" * 32,
    tree=b"t" * 32,
    previous_tree=b"s" * 32,
    session="session",
    contribution=b"c" * 32,
    author="ada",
    author_did=ADA.did,
    goal="make it so",
    clock="1700000000000.0@1",
    landed_at=1_700_000_000_000,
)
CHANGE = Contribution(
    project=RECORD.project,
    base_position=1,
    base_tree=b"s" * 32,
    changes=Descriptor(b"d" * 32, 100),
    session=SessionFacts(
        id="session",
        goal="make it so",
        started_at=1,
        finished_at=2,
        transcript=Descriptor(b"r" * 32, 50),
    ),
    origin="human",
    model=None,
    tool="mic/0.1.0",
    contributor=ADA.did,
)
GENESIS = ProjectDocument(
    name="garden",
    owner=ADA.did,
    home=HOME.did,
    visibility="public",
    policy={"land": ["owner"]},
    nonce="0123456789abcdef",
    created_at=1,
)
GRANT = Delegation(
    sponsor=ADA.did, device=BOB.did, name="laptop", scope=("land",), issued_at=10, expires_at=20
)


def resigned(data, key, edit):
    """Return the statement in `data` with its JSON edited and signed again, validly."""
    opened = open_envelope(data)
    statement = json.loads(opened.payload)
    statement = edit(statement) or statement
    return seal(json.dumps(statement).encode(), opened.payload_type, key)


@given(LANDING)
def test_landing_records_round_trip_and_are_canonical(record):
    data = seal_landing(record, HOME)
    assert open_landing(data) == (record, HOME.did)
    payload = open_envelope(data).payload
    assert payload == rfc8785.dumps(json.loads(payload))


@given(CONTRIBUTION)
def test_contributions_round_trip_and_are_canonical(contribution):
    data = seal_contribution(contribution, ADA)
    assert open_contribution(data) == (contribution, ADA.did)
    payload = open_envelope(data).payload
    assert payload == rfc8785.dumps(json.loads(payload))


@given(TRANSCRIPT)
def test_transcripts_round_trip_and_are_canonical(transcript):
    data = transcripts.encode(transcript)
    assert transcripts.decode(data) == transcript
    assert data == rfc8785.dumps(json.loads(data))
    assert transcripts.descriptor(data) == Descriptor(hashlib.sha256(data).digest(), len(data))


@given(st.dictionaries(TEXT, JSON, max_size=4), st.none() | DIGEST, NAME)
def test_project_documents_round_trip(policy, previous, name):
    document = replace(GENESIS, name=name, policy=policy, previous=previous)
    assert open_project(seal_project(document, ADA)) == (document, ADA.did)


def test_delegations_round_trip_and_end():
    assert open_delegation(seal_delegation(GRANT, ADA)) == GRANT
    assert [GRANT.allows("land", at) for at in (9, 10, 19, 20)] == [False, True, True, False]
    assert not GRANT.allows("admin", 15)


@pytest.mark.parametrize(
    "field",
    [
        "format",
        "project",
        "position",
        "previous",
        "previousTree",
        "session",
        "contribution",
        "author",
        "goal",
        "clock",
        "landedAt",
    ],
)
def test_a_landing_record_without_a_field_is_refused(field):
    assert open_landing(resigned(seal_landing(RECORD, HOME), HOME, lambda _: None))[0] == RECORD
    with pytest.raises(BadStatement):
        open_landing(
            resigned(
                seal_landing(RECORD, HOME), HOME, lambda said: said["predicate"].pop(field) and None
            )
        )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("format", 0),
        ("format", 2),
        ("format", "1"),
        ("format", 1.5),
        ("project", "garden"),
        ("project", "mic:z"),
        ("position", 0),
        ("position", -1),
        ("position", 2**53),
        ("position", 1.5),
        ("position", "2"),
        ("position", True),
        ("previous", None),
        ("previous", "00"),
        ("previousTree", "Z" * 64),
        ("previousTree", "AA" * 32),
        ("session", ""),
        ("session", "x" * 129),
        ("contribution", 5),
        ("author", "ada"),
        ("author", {"handle": "", "id": None}),
        ("author", {"handle": "ada", "id": "ada"}),
        ("goal", ""),
        ("goal", " \n"),
        ("goal", "x" * 65_536),
        ("goal", "é" * 32_768),
        ("clock", None),
        ("landedAt", -1),
        ("landedAt", 1e300),
    ],
)
def test_a_validly_signed_landing_record_that_means_nothing_is_refused(field, value):
    with pytest.raises(BadStatement):
        open_landing(
            resigned(
                seal_landing(RECORD, HOME),
                HOME,
                lambda said: said["predicate"].update({field: value}),
            )
        )


@pytest.mark.parametrize(
    "change",
    [
        {"format": 2},
        {"position": 0},
        {"position": 1},
        {"previous": None},
        {"goal": ""},
        {"tree": b""},
        {"project": "x"},
        {"author": "\ud800"},
        {"landed_at": 2**53},
    ],
)
def test_what_could_not_be_opened_is_not_sealed(change):
    with pytest.raises(BadStatement):
        seal_landing(replace(RECORD, **change), HOME)


def test_fields_of_the_future_are_ignored():
    def edit(said):
        said["predicate"]["weather"] = "fine"
        said["weather"] = ["fine"]

    assert open_landing(resigned(seal_landing(RECORD, HOME), HOME, edit))[0] == RECORD


@pytest.mark.parametrize(
    "edit",
    [
        lambda said: said.update(predicateType=landings.PREDICATE_TYPE.replace("v1", "v2")),
        lambda said: said.update(predicateType=landings.PREDICATE_TYPE.replace("v1", "v0")),
        lambda said: said.update(predicateType=contributions.PREDICATE_TYPE),
        lambda said: said.update(_type="https://in-toto.io/Statement/v0.1"),
        lambda said: said.pop("_type") and None,
        lambda said: said.update(subject=[]),
        lambda said: said.update(subject=said["subject"] * 2),
        lambda said: said["subject"][0].update(name="git"),
        lambda said: said["subject"][0].update(digest={"sha1": "00" * 20}),
    ],
)
def test_another_type_or_an_older_version_is_refused(edit):
    with pytest.raises(BadStatement):
        open_landing(resigned(seal_landing(RECORD, HOME), HOME, edit))


def test_one_kind_of_statement_does_not_pass_for_another():
    landing, change = seal_landing(RECORD, HOME), seal_contribution(CHANGE, ADA)
    project, grant = seal_project(GENESIS, ADA), seal_delegation(GRANT, ADA)
    openers = [open_landing, open_contribution, open_project, open_delegation]
    for right, data in enumerate([landing, change, project, grant]):
        for place, opener in enumerate(openers):
            if place == right:
                opener(data)
            else:
                with pytest.raises(BadStatement):
                    opener(data)


def test_a_payload_under_another_payload_type_is_refused():
    payload = open_envelope(seal_landing(RECORD, HOME)).payload
    with pytest.raises(BadStatement):
        open_landing(seal(payload, "application/json", HOME))


def test_a_project_document_under_another_payload_type_is_refused():
    payload = open_envelope(seal_project(GENESIS, ADA)).payload
    with pytest.raises(BadStatement):
        open_project(seal(payload, "application/vnd.in-toto+json", ADA))


def test_a_statement_without_a_signature_is_refused():
    envelope = json.loads(seal_landing(RECORD, HOME))
    envelope["signatures"] = []
    with pytest.raises(BadEnvelope):
        open_landing(json.dumps(envelope, separators=(",", ":")).encode())


@pytest.mark.parametrize(
    "edit",
    [
        lambda said: said["predicate"].update(project="x"),
        lambda said: said["predicate"]["change"]["base"].update(position=-1),
        lambda said: said["predicate"]["change"].update(size=1.5),
        lambda said: said["predicate"]["session"].update(finishedAt=0),
        lambda said: said["predicate"]["session"].update(goal=""),
        lambda said: said["predicate"]["contributors"][0].update(kind="person"),
        lambda said: said["predicate"]["contributors"][0].update(id="ada"),
        lambda said: said["predicate"].update(contributors=[]),
        lambda said: said.update(predicateType="https://micelio.dev/attestation/contribution/v2"),
    ],
)
def test_a_validly_signed_contribution_that_means_nothing_is_refused(edit):
    data = seal_contribution(CHANGE, ADA)
    assert open_contribution(resigned(data, ADA, lambda _: None))[0] == CHANGE
    with pytest.raises(BadStatement):
        open_contribution(resigned(data, ADA, edit))


def test_an_unknown_origin_is_not_sealed():
    with pytest.raises(BadStatement, match="origin"):
        seal_contribution(replace(CHANGE, origin="robot"), ADA)


def test_the_id_of_a_project_is_the_hash_of_its_genesis():
    data = seal_project(GENESIS, ADA)
    assert genesis_id(data) == project_id(open_envelope(data).payload)
    assert genesis_id(data) != genesis_id(seal_project(replace(GENESIS, nonce="f" * 16), ADA))
    with pytest.raises(BadStatement):
        genesis_id(seal_project(GENESIS, BOB))
    with pytest.raises(BadStatement):
        genesis_id(seal_project(replace(GENESIS, previous=bytes(32)), ADA))


def following(before, key, **changes):
    document, _ = open_project(before)
    previous = hashlib.sha256(before).digest()
    return seal_project(replace(document, previous=previous, **changes), key)


def test_a_project_passes_from_owner_to_owner():
    first = seal_project(GENESIS, ADA)
    second = following(first, ADA, owner=BOB.did)
    third = following(second, BOB, visibility="private", home=ADA.did, after=After(0, None))
    project = open_chain([first, second, third])
    assert project.id == genesis_id(first)
    assert project.current == open_project(third)[0]
    assert project.homes == {HOME.did, ADA.did}


R2, R5 = b"2" * 32, b"5" * 32


def moved(*steps):
    """A chain of ada's: each step is the next home and after what it orders."""
    chain = [seal_project(GENESIS, ADA)]
    for home, after in steps:
        chain.append(following(chain[-1], ADA, home=home.did, after=after))
    return chain


def test_each_home_has_its_tenure():
    project = open_chain(moved((BOB, After(2, R2)), (ADA, After(5, R5)), (HOME, After(5, R5))))
    assert project.tenures == (
        Tenure(HOME.did, After(0, None)),
        Tenure(BOB.did, After(2, R2)),
        Tenure(ADA.did, After(5, R5)),
        Tenure(HOME.did, After(5, R5)),
    )
    homes = [project.home_at(position) for position in range(1, 8)]
    assert homes == [HOME.did] * 2 + [BOB.did] * 3 + [HOME.did] * 2


@pytest.mark.parametrize(
    ("position", "record", "signer", "is_late"),
    [
        (1, b"x" * 32, HOME, False),
        (2, R2, HOME, False),
        (2, b"x" * 32, HOME, True),
        (3, b"x" * 32, HOME, True),
        (2, R2, BOB, False),
        (5, R5, BOB, False),
        (5, b"x" * 32, BOB, True),
        (6, b"x" * 32, BOB, True),
        (6, b"x" * 32, HOME, False),
        (6, b"x" * 32, ADA, True),
    ],
)
def test_what_a_home_signs_behind_its_tenure_is_outlived(position, record, signer, is_late):
    project = open_chain(moved((BOB, After(2, R2)), (ADA, After(5, R5)), (HOME, After(5, R5))))
    assert project.outlived(position, record, signer.did) is is_late


@pytest.mark.parametrize(
    "steps",
    [
        [(BOB, None)],
        [(HOME, After(1, R2))],
        [(BOB, After(5, R5)), (ADA, After(2, R2))],
        [(BOB, After(5, R5)), (ADA, After(5, R2))],
    ],
)
def test_a_new_home_says_after_which_landing_it_orders_and_never_before_an_earlier(steps):
    with pytest.raises(BadStatement):
        open_chain(moved(*steps))


def test_a_first_home_follows_nobody_and_a_beginning_has_no_record():
    for after in (After(0, None), After(1, R2)):
        with pytest.raises(BadStatement):
            seal_project(replace(GENESIS, after=after), ADA)
    for after in (After(0, R2), After(1, None)):
        with pytest.raises(BadStatement):
            moved((BOB, after))


def test_what_an_old_home_signed_too_late_is_proof_with_the_documents():
    last, late = seal_landing(RECORD, HOME), seal_landing(replace(RECORD, position=3), HOME)
    chain = moved((BOB, After(2, record_id(last))))
    name = genesis_id(chain[0])
    late, new = (
        seal_landing(replace(RECORD, project=name, position=3), key) for key in (HOME, BOB)
    )
    for proof in (outlive(late, chain), outlive(late, chain, new)):
        assert (proof.project, proof.position, proof.signer) == (name, 3, HOME.did)
        assert decode_proof(encode_proof(proof)) == proof
    early = seal_landing(replace(RECORD, project=name, position=1, previous=None), HOME)
    for claim in (
        (new, chain),
        (early, chain),
        (late, chain[:1]),
        (late, chain, early),
        (last, chain),
    ):
        with pytest.raises(BadStatement):
            outlive(*claim)


@given(
    st.builds(
        Notice, project=PROJECT, state=st.sampled_from(STATES), version=st.integers(1, 9), at=TIME
    )
)
def test_notices_round_trip(notice):
    assert open_notice(seal_notice(notice, HOME)) == (notice, HOME.did)


@pytest.mark.parametrize(
    "change", [{"state": "moved"}, {"version": 0}, {"at": -1}, {"project": "mic:x"}]
)
def test_a_notice_that_means_nothing_is_not_sealed(change):
    said = Notice(project=RECORD.project, state="deleted", version=1, at=1)
    with pytest.raises(BadStatement):
        seal_notice(replace(said, **change), HOME)


def test_a_notice_is_about_the_project_that_it_names():
    data = seal_notice(Notice(project=RECORD.project, state="deleted", version=1, at=1), HOME)
    other = "mic:" + multibase58(bytes(32))
    with pytest.raises(BadStatement, match="subject"):
        open_notice(resigned(data, HOME, lambda said: said["predicate"].update(project=other)))


def test_a_stranger_cannot_continue_a_project():
    first = seal_project(GENESIS, ADA)
    second = following(first, ADA, owner=BOB.did)
    other = seal_project(replace(GENESIS, nonce="f" * 16), ADA)
    for chain in (
        [first, following(first, BOB, owner=BOB.did)],
        [first, second, following(second, ADA)],
        [first, following(other, ADA)],
        [first, following(second, BOB)],
        [second],
        [first, first],
        [],
    ):
        with pytest.raises(BadStatement):
            open_chain(chain)


@pytest.mark.parametrize("policy", [{"x": 1.5}, {"x": 2**53}, {"x": {"y": [0.1]}}, {1: 2}])
def test_a_policy_has_one_spelling(policy):
    with pytest.raises(BadStatement):
        seal_project(replace(GENESIS, policy=policy), ADA)


def test_a_policy_is_not_deep():
    policy = {}
    for _ in range(20):
        policy = {"deeper": policy}
    with pytest.raises(BadStatement, match="deep"):
        seal_project(replace(GENESIS, policy=policy), ADA)


@pytest.mark.parametrize(
    "change",
    [{"expires_at": 10}, {"scope": ()}, {"device": "bob"}, {"sponsor": BOB.did}, {"name": ""}],
)
def test_a_delegation_that_grants_nothing_or_too_much_is_not_sealed(change):
    with pytest.raises(BadStatement):
        seal_delegation(replace(GRANT, **change), ADA)


def test_nobody_delegates_for_somebody_else():
    data = seal_delegation(GRANT, ADA)
    with pytest.raises(BadStatement, match="sponsor"):
        open_delegation(resigned(data, BOB, lambda _: None))
    with pytest.raises(BadStatement, match="subject"):
        open_delegation(resigned(data, ADA, lambda said: said["predicate"].update(device=HOME.did)))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"null",
        b"[" * 10_000,
        b'{"format":2}',
        transcripts.encode(Transcript("s", "g", (), ())) + b"\n",
        transcripts.encode(Transcript("s", "g", (), ())).replace(
            b'"format":1', b'"extra":1,"format":1'
        ),
        b'{"conversation":[{"at":0,"role":"human","text":"'
        + b"x" * 65_537
        + b'"}],"decisions":[],"format":1,"goal":"g","session":"s"}',
        b" " * (transcripts.TRANSCRIPT_MAX + 1),
    ],
)
def test_a_transcript_in_another_form_is_refused(data):
    with pytest.raises(BadStatement):
        transcripts.decode(data)


def test_a_transcript_past_its_limits_is_not_made():
    message = Message("human", "x" * transcripts.MESSAGE_MAX, 0)
    transcripts.encode(Transcript("s", "g", (message,), ()))
    for bad in (
        Transcript("s", "g", (message,) * 64, ()),
        Transcript("s", "g", (replace(message, text=message.text + "x"),), ()),
        Transcript("s", "", (), ()),
        Transcript("s", "g", (), (Decision("\ud800", "", 0),)),
    ):
        with pytest.raises(BadStatement):
            transcripts.encode(bad)


def test_two_records_at_one_position_under_one_key_are_proof():
    one, other = seal_landing(RECORD, HOME), seal_landing(replace(RECORD, tree=b"x" * 32), HOME)
    proof = prove(one, other)
    assert proof == prove(other, one)
    assert (proof.project, proof.position, proof.signer) == (RECORD.project, 2, HOME.did)
    assert sorted(proof.records, key=record_id) == list(proof.records)
    records = json.loads(encode_proof(proof))["records"]
    assert prove(*map(base64.b64decode, records)) == proof
    assert decode_proof(encode_proof(proof)) == proof


@pytest.mark.parametrize("data", [b"", b"{}", b"[" * 10_000, b"\xff"])
def test_what_is_no_proof_is_refused(data):
    with pytest.raises(BadStatement):
        decode_proof(data)


def test_a_proof_says_what_its_records_say_whatever_stands_around_them():
    proof = prove(seal_landing(RECORD, HOME), seal_landing(replace(RECORD, tree=b"x" * 32), HOME))
    accused = replace(proof, signer=BOB.did, position=9)
    assert decode_proof(encode_proof(accused)) == proof
    with pytest.raises(BadStatement):
        decode_proof(encode_proof(replace(proof, records=proof.records[:1])))


def test_records_that_do_not_contradict_each_other_prove_nothing():
    one = seal_landing(RECORD, HOME)
    for other in (
        one,
        seal_landing(replace(RECORD, position=3), HOME),
        seal_landing(replace(RECORD, project="mic:" + multibase58(bytes(32))), HOME),
        seal_landing(replace(RECORD, tree=b"x" * 32), BOB),
    ):
        with pytest.raises(BadStatement):
            prove(one, other)


@given(JSON)
def test_any_signed_json_is_refused_with_our_own_fault(value):
    data = seal(msgspec.json.encode(value), "application/vnd.in-toto+json", ADA)
    for opener in (open_landing, open_contribution, open_delegation, open_project):
        with pytest.raises(KeysFault):
            opener(data)


@given(LANDING, st.data())
def test_a_damaged_record_is_refused_with_our_own_fault(record, draw):
    data = seal_landing(record, HOME)
    place = draw.draw(st.integers(0, len(data) - 1))
    byte = draw.draw(st.integers(0, 255).filter(lambda value: value != data[place]))
    with pytest.raises(KeysFault):
        open_landing(data[:place] + bytes([byte]) + data[place + 1 :])


def test_the_payload_is_what_an_in_toto_reader_expects():
    statement = json.loads(base64.b64decode(json.loads(seal_contribution(CHANGE, ADA))["payload"]))
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert statement["subject"] == [{"name": "micelio:changes", "digest": {"sha256": "64" * 32}}]
    assert statement["predicate"]["contributors"] == [
        {
            "id": ADA.did,
            "kind": "human",
            "role": "author",
            "tool": {"name": "mic", "version": "0.1.0"},
        }
    ]


def a_fork(chain, position=3, record=R5, owner=BOB, **more):
    """A chain with the genesis of a fork behind it."""
    origin = Origin(open_chain(chain).id, position, record)
    said = replace(GENESIS, owner=owner.did, nonce="f" * 32, origin=origin)
    return [*chain, seal_project(replace(said, **more), owner)]


def test_a_fork_goes_on_from_its_origin():
    origin = moved((BOB, After(2, R2)), (ADA, After(5, R5)))
    fork = open_chain(a_fork(origin))
    assert fork.id == genesis_id(a_fork(origin)[-1]) != open_chain(origin).id
    assert [fork.id_at(n) for n in (1, 3, 4)] == [open_chain(origin).id] * 2 + [fork.id]
    assert [fork.home_at(n) for n in (2, 3, 4, 9)] == [HOME.did, BOB.did, HOME.did, HOME.did]
    again = open_chain(a_fork(a_fork(origin), 7, R2, ADA))
    names = [open_chain(origin).id, fork.id, again.id]
    assert [again.id_at(n) for n in (3, 4, 7, 8)] == [names[0], names[1], names[1], names[2]]


def test_a_fork_has_documents_of_its_own():
    chain = a_fork(moved())
    renamed = [*chain, following(chain[-1], BOB, name="renamed", origin=None)]
    assert open_chain(renamed).current.name == "renamed"
    assert open_chain(renamed).id == open_chain(chain).id
    with pytest.raises(BadStatement):
        open_chain([*chain, following(chain[-1], ADA, origin=None)])


@pytest.mark.parametrize(("position", "record"), [(3, b"x" * 32), (4, b"x" * 32)])
def test_where_a_fork_begins_another_landing_of_the_origin_counts_for_nothing(position, record):
    fork = open_chain(a_fork(moved((BOB, After(0, None)))))
    assert fork.outlived(position, record, BOB.did)
    assert not fork.outlived(3, R5, BOB.did)


def test_a_fork_stands_behind_the_documents_of_its_origin_and_no_others():
    origin = moved()
    other = [seal_project(replace(GENESIS, nonce="o" * 32), ADA)]
    fork = a_fork(origin)
    for chain in (
        [fork[-1]],
        [*other, fork[-1]],
        [*fork, fork[-1]],
        a_fork(fork, position=3),
        [*origin, seal_project(replace(GENESIS, origin=Origin("mic:z" + "2" * 43, 1, R2)), ADA)],
    ):
        with pytest.raises(BadStatement):
            open_chain(chain)
    with pytest.raises(BadStatement):
        following(fork[-1], BOB)
