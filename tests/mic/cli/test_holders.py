"""Hints of where a project may be: followed a little way, and believed never."""

import itertools
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from mic.cli import holders
from mic.client.connection import Connection
from mic.errors import Missing, Unreachable

ID = "mic:z" + "6" * 44


class Stranger(BaseHTTPRequestHandler):
    """A node that has no project and names whom it likes."""

    def do_GET(self):
        self.server.asked.append(self.path)
        problem = {"code": "project.missing", "message": "no", "details": self.server.details}
        body = json.dumps({"error": problem}).encode()
        self.send_response(404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextmanager
def strangers(count):
    """So many nodes; each has `url`, `details` of its refusals, and what it was `asked`."""
    servers = [ThreadingHTTPServer(("127.0.0.1", 0), Stranger) for _ in range(count)]
    workers = [threading.Thread(target=one.serve_forever, args=(0.01,)) for one in servers]
    for one, worker in zip(servers, workers, strict=True):
        one.asked, one.details = [], {}
        one.url = f"http://127.0.0.1:{one.server_port}"
        worker.start()
    try:
        yield servers
    finally:
        for one, worker in zip(servers, workers, strict=True):
            one.shutdown()
            one.server_close()
            worker.join()


def naming(*urls):
    return {"holders": [{"did": "", "addresses": [], "position": 1, "url": one} for one in urls]}


def connect(url, project_id):
    return Connection(url, project_id=project_id, sleep=lambda _: None)


def test_hints_are_followed_for_few_steps():
    with strangers(5) as chain:
        for one, after in itertools.pairwise(chain):
            one.details = naming(after.url)
        with pytest.raises(Missing) as told:
            holders.find([chain[0].url], connect, ID)
        assert told.value.code == "project.missing"
        assert [bool(one.asked) for one in chain] == [True] * (holders.STEPS + 1) + [False] * 2


def test_hints_that_lead_round_in_a_circle_are_followed_once():
    with strangers(2) as (one, other):
        one.details = naming(other.url, one.url, other.url)
        other.details = naming(one.url, other.url)
        with pytest.raises(Missing):
            holders.find([one.url], connect, ID)
        assert (len(one.asked), len(other.asked)) == (1, 1)


def test_few_hints_are_followed_of_many():
    with strangers(holders.FOLLOWED + 3) as (first, *others):
        first.details = naming(*(one.url for one in others))
        with pytest.raises(Missing):
            holders.find([first.url], connect, ID)
        assert sum(bool(one.asked) for one in others) == holders.FOLLOWED


@pytest.mark.parametrize(
    "details",
    [
        {"holders": 7},
        {"holders": [1]},
        {"holders": [{"did": "x"}]},
        naming("file:///etc/passwd", "javascript:x", "http://u:p@127.0.0.1/", "/ip4/x/tcp/y"),
    ],
)
def test_hints_that_mean_nothing_are_no_hints(details):
    with strangers(1) as (one,):
        one.details = details
        with pytest.raises(Missing):
            holders.find([one.url], connect, ID)
        assert len(one.asked) == 1


def test_a_node_out_there_leads_nobody_into_our_own_network():
    with strangers(2) as (one, inside):
        one.details = naming(inside.url, "http://localhost:1", "http://router", "http://[::1]:1")
        asked = []

        def from_far(url, project_id):
            asked.append(url)
            return connect(one.url if url == "https://forge.example" else url, project_id)

        with pytest.raises(Missing):
            holders.find(["https://forge.example"], from_far, ID)
        assert asked == ["https://forge.example"]
        assert inside.asked == []


def test_where_nobody_answers_a_hint_the_first_refusal_counts():
    with strangers(1) as (one,):
        one.details = naming("http://127.0.0.1:1")
        with pytest.raises(Missing):
            holders.find([one.url], connect, ID)
    with pytest.raises(Unreachable):
        holders.find([one.url], connect, ID)
