"""A log of any length is read, in requests that a node answers."""

from contextlib import contextmanager

from mic.client.connection import Connection
from mic.client.download import log_records
from mic.client.remote import Remote
from mic.sync.records import LONGEST
from store.records import Kind, encode, make, opened


class Counting(Connection):
    """Somebody's node that has one small object for each position, and keeps what it was asked."""

    def __init__(self):
        self.url, self.asked = "http://node", []

    @contextmanager
    def stream(self, method, path, body=None, query=None):
        assert (method, path, body) == ("GET", "/projects/ada/book/records", None)
        self.asked.append((query["from"], query["to"]))
        span = range(query["from"], query["to"] + 1)
        yield (encode(make(Kind.DOCUMENT, str(number).encode())) for number in span)


def test_a_long_log_comes_in_several_answers_without_gap():
    node = Counting()
    came = [int(opened(one)) for one in log_records(Remote(node, "ada", "book"), 5, 25_000)]
    assert came == list(range(5, 25_001))
    assert len(node.asked) > 1
    assert all(last - first < LONGEST for first, last in node.asked)


def test_a_short_log_comes_in_one():
    node = Counting()
    assert len(list(log_records(Remote(node, "ada", "book"), 1, 3))) == 3
    assert node.asked == [(1, 3)]
