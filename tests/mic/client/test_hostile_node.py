"""What a node that means harm can make `mic` do: nothing but give up and say so."""

import socket
import threading
from contextlib import contextmanager

import pytest

from mic.client import oauth
from mic.client.connection import Connection
from mic.errors import MicFault, Unreachable
from mic.wire import limits
from mic.wire.messages import NodeInfo

CHUNKED = "Transfer-Encoding: chunked\r\n\r\n"


@contextmanager
def a_node(head, part=b""):
    """A node that says `head`, then `part` without end; give its URL and what it was asked."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        asked = []
        worker = threading.Thread(target=_serve, args=(server, head, part, asked), daemon=True)
        worker.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", asked
        server.shutdown(socket.SHUT_RDWR)
        worker.join(10)


def _serve(server, head, part, asked):
    while True:
        try:
            made, _ = server.accept()
        except OSError:
            return
        with made:
            asked.append(made.recv(65_536))
            try:
                made.sendall(head.encode())
                while part:
                    made.sendall(b"%x\r\n%b\r\n" % (len(part), part))
            except OSError:
                continue


@pytest.mark.parametrize("status", ["200 OK", "404 Not Found", "409 Conflict", "500 Oops"])
def test_an_answer_without_an_end_is_given_up(monkeypatch, status):
    monkeypatch.setattr(limits, "ANSWER", 1 << 20)
    with a_node(f"HTTP/1.1 {status}\r\n{CHUNKED}", b" " * 65_536) as (url, _):
        asking = Connection(url, "secret", sleep=lambda _: None)
        with pytest.raises(MicFault) as told:
            asking.get("/node", NodeInfo)
        asking.close()
    code = "answer.too-large" if status == "200 OK" else f"http-{status[:3]}"
    assert told.value.code == code


@pytest.mark.parametrize("status", ["200 OK", "400 Bad Request"])
def test_an_answer_to_a_sign_in_without_an_end_is_given_up(status):
    with (
        a_node(f"HTTP/1.1 {status}\r\n{CHUNKED}", b" " * 65_536) as (url, _),
        pytest.raises(Unreachable) as told,
    ):
        oauth.refresh(url, "secret")
    assert told.value.code == "answer.too-large"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_token_goes_to_no_other_node(status):
    with a_node("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}") as (elsewhere, asked):
        head = f"HTTP/1.1 {status} Go\r\nLocation: {elsewhere}/x\r\nContent-Length: 0\r\n\r\n"
        with a_node(head) as (url, _):
            asking = Connection(url, "secret", sleep=lambda _: None)
            with pytest.raises(MicFault):
                asking.get("/node", NodeInfo)
            asking.close()
            with pytest.raises(MicFault):
                oauth.refresh(url, "secret")
        assert asked == []
