"""A repository is imported from a URL by a node that is killed meanwhile; `mic` verifies it."""

import http.server
import json
import threading
import time
import urllib.request
from functools import partial

import pytest

from tests.support.gits import long
from tests.support.mic import Person
from tests.support.processes import Node, free_port

COMMITS = 1500


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, *_):
        pass


@pytest.fixture
def source(tmp_path):
    """A repository behind a server of plain files: its URL and itself."""
    gits = long(tmp_path / "there" / "a.git", COMMITS)
    gits.git("repack", "-a", "-d", "-q")
    gits.git("update-server-info")
    handler = partial(Quiet, directory=str(tmp_path / "there"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/a.git", gits
        server.shutdown()


def ask(node, person, method, path, body=None):
    kept = json.loads((person.home / "tokens.json").read_text())["tokens"]
    token = kept[node.url]["access_token"]
    request = urllib.request.Request(
        f"{node.url}/mic/v1{path}",
        data=None if body is None else json.dumps(body).encode(),
        method=method,
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def waited(node, person, path, is_enough):
    for _ in range(600):
        now = ask(node, person, "GET", path)
        if is_enough(now):
            return now
        time.sleep(0.1)
    raise AssertionError(now)


@pytest.mark.journey
@pytest.mark.slow
def test_an_import_goes_on_after_the_node_was_killed_and_verifies(source, tmp_path):
    url, gits = source
    ada = Person(tmp_path / "home")
    listen = f"127.0.0.1:{free_port()}"
    start = partial(
        Node, tmp_path / "data", "--owner", "ada", "--listen", listen,
        MIC_HOME=str(ada.home), MICELIO_REACH_PRIVATE="true",
    )  # fmt: skip
    with start() as node:
        body = {"url": url, "handle": "a", "visibility": "public"}
        begun = ask(node, ada, "POST", "/accounts/ada/imports", body)
        path = f"/accounts/ada/imports/{begun['id']}"
        waited(node, ada, path, lambda now: now["stage"] == "finalization")
        node.kill()
    with start() as node:
        done = waited(node, ada, path, lambda now: now["status"] not in {"queued", "running"})
        assert (done["status"], done["error"]) == ("completed", None)
        assert (done["done"], done["total"], done["project"]) == (COMMITS, COMMITS, "ada/a")
        assert ada.mic("clone", "ada/a", "copy", at=tmp_path).status == 0
        copy = tmp_path / "copy"
        checked = ada.mic("verify", "--json", at=copy)
        assert checked.status == 0, checked.out
        log = ada.mic("log", "--limit", "3", at=copy).out.decode()
        assert "Ada Lovelace" in log
        assert f"Commit {COMMITS - 1}" in log
        shown = ada.mic("show", str(COMMITS), at=copy).out.decode()
        assert gits.line()[-1] in shown
        page = urllib.request.urlopen(f"{node.url}/ada/a/landings/7", timeout=10).read().decode()
        assert gits.line()[6] in page
        assert "Ada Lovelace" in page
        for name, (_, data) in gits.version("main").items():
            assert (copy / name).read_bytes() == data
        assert node.stop() == 0
