"""What a holder says of a project counts only as far as the project's signatures say it."""

from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from keys.ed25519 import PrivateKey
from keys.statements.landing import open_landing, seal_landing
from keys.statements.project import open_project, seal_project
from mic.client.connection import Connection
from mic.errors import Unreachable
from mic.wire import messages as wire
from mic.wire.blame import Blame, BlameLine
from mic.workspace import bundled, holding
from store.records import Decoder, Kind, encode, make, opened

VECTOR = Path(__file__).parents[2] / "store/vectors/bundles/two-landings.bundle"
ADA = PrivateKey.from_seed(b"a" * 32)
EVE = PrivateKey.from_seed(b"e" * 32)


@pytest.fixture
def honest():
    """Somebody who has the project, and tells it as it is."""
    found = bundled.opened(VECTOR)
    yield bundled.connection(VECTOR, found)
    found.bundle.close()


@pytest.fixture
def project(honest):
    return honest.evidence.id


class Liar(Connection):
    """Tells what `honest` does, but for what it changes: an answer, or the objects of a stream."""

    def __init__(self, honest, *, answers=(), objects=lambda raws: raws):
        self.url, self.has_token, self.sleep = "/ip4/…", False, honest.sleep
        self._honest, self._answers, self._objects = honest, dict(answers), objects

    def exchange(self, method, path, body, content_type, *, query=None, again=True):
        for part, answer in self._answers.items():
            if part in path:
                return msgspec.json.encode(answer)
        return self._honest.exchange(method, path, body, content_type, query=query, again=again)

    @contextmanager
    def stream(self, method, path, body=None, query=None):
        with self._honest.stream(method, path, body, query) as chunks:
            decoder, kept = Decoder(), []
            for chunk in chunks:
                kept += [(record.kind, opened(record)) for record in decoder.feed(chunk)]
        yield (encode(make(kind, raw)) for kind, raw in self._objects(kept))


def untrue(remote, ask):
    with pytest.raises(Unreachable) as refused:
        ask(remote)
    assert refused.value.code in {"answer.untrue", "answer.incomplete"}, refused.value.code
    return refused.value.message


def test_an_honest_holder_is_believed(honest, project):
    remote = holding.remote(Liar(honest), "ada", "garden", project)
    assert (remote.project().id, remote.project().handle) == (project, "garden")
    assert remote.head().position == 2
    assert remote.file("a.txt") == b"three\n"
    assert remote.file("d/b.txt", 1) == b"two\n"
    assert [one.name for one in remote.listing("d").entries] == ["b.txt"]
    assert [one.path for one in remote.difference(1, 2).changes] == ["a.txt"]
    assert [one.position for one in remote.landings()] == [2, 1]
    assert [one.position for one in remote.landings(path="d")] == [1]


def test_the_documents_must_be_those_of_the_id(honest, project):
    document, _ = open_project(honest.evidence.documents[0])
    other = seal_project(replace(document, nonce="x" * 16), ADA)
    told = Liar(honest, answers={"/document": wire.Documents([other])})
    assert "those of" in untrue(told, lambda one: holding.remote(one, "ada", "garden", project))
    liar = Liar(honest, answers={"/document": wire.Documents([b"nonsense"])})
    untrue(liar, lambda one: holding.remote(one, "ada", "garden", project))
    another = "mic:z" + "2" * 44
    told = untrue(honest, lambda one: holding.remote(one, "ada", "garden", another))
    assert "those of" in told


def resealed(kept):
    """The records of the log, signed by somebody else; all other objects as they are."""
    changed = []
    for kind, raw in kept:
        try:
            changed.append((kind, seal_landing(open_landing(raw)[0], EVE)))
        except Exception:  # noqa: BLE001  # it is no record
            changed.append((kind, raw))
    return changed


def test_a_landing_must_be_signed_by_the_home(honest, project):
    remote = holding.remote(Liar(honest, objects=resealed), "ada", "garden", project)
    for ask in (
        lambda one: one.head(),
        lambda one: one.file("a.txt"),
        lambda one: one.landing(1),
        lambda one: one.landings(),
        lambda one: one.listing(""),
    ):
        assert "home did not sign" in untrue(remote, ask)


def test_one_position_does_not_pass_for_another(honest, project):
    with honest.stream("GET", "/projects/a/b/records", None, {"from": 1, "to": 1}) as chunks:
        first = [
            (Kind.DOCUMENT, opened(record)) for chunk in chunks for record in Decoder().feed(chunk)
        ]
    remote = holding.remote(Liar(honest, objects=lambda _: first), "ada", "garden", project)
    assert "another landing" in untrue(remote, lambda one: one.landing(2))


def test_a_head_must_be_proven(honest, project):
    head = wire.Head(position=7, tree="00" * 32)
    remote = holding.remote(Liar(honest, answers={"/head": head}), "ada", "garden", project)
    untrue(remote, lambda one: one.head())


@pytest.mark.parametrize(
    "objects",
    [lambda kept: kept[:0], lambda kept: kept[:1], lambda kept: kept[::-1]],
    ids=["nothing", "the record alone", "backwards"],
)
def test_a_position_must_be_whole(honest, project, objects):
    remote = holding.remote(Liar(honest, objects=objects), "ada", "garden", project)
    untrue(remote, lambda one: one.landing(1))


def test_a_file_is_the_one_of_the_tree(honest, project):
    def swapped(kept):
        return [(kind, b"other\n" if raw == b"three\n" else raw) for kind, raw in kept]

    remote = holding.remote(Liar(honest, objects=swapped), "ada", "garden", project)
    untrue(remote, lambda one: one.file("a.txt"))


def test_blame_is_about_the_lines_that_are_there(honest, project):
    lines = [BlameLine(number=1, text="three")]
    told = Liar(honest, answers={"/blame/": Blame(2, "a.txt", lines)})
    remote = holding.remote(told, "ada", "garden", project)
    assert remote.blame("a.txt").lines == lines
    lies = Liar(honest, answers={"/blame/": Blame(2, "a.txt", [BlameLine(number=1, text="four")])})
    untrue(holding.remote(lies, "ada", "garden", project), lambda one: one.blame("a.txt"))
