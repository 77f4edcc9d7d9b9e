"""A machine without a browser signs in, works, renews its tokens in silence, and is thrown out.

Real processes: a node, `mic` with no terminal, and a person's browser that keeps its cookies.
"""

import json
import re
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPCookieProcessor, Request, build_opener

import pytest

from tests.support.mic import MIC, Person
from tests.support.processes import environment

pytestmark = [pytest.mark.journey, pytest.mark.slow]

MARGIN_MS = 300_000


@pytest.fixture
def machine(tmp_path):
    """A machine that has never heard of the node."""
    return Person(tmp_path / "machine")


@pytest.fixture(scope="module")
def browser(node):
    """Ada's browser, signed in."""
    made = Browser(node.url)
    made.post(urlsplit(node.facts["signin_url"]).path)
    return made


class Browser:
    """Follows redirects, keeps cookies, says where its forms come from."""

    def __init__(self, url):
        self.url = url
        self.opener = build_opener(HTTPCookieProcessor(CookieJar()))

    def get(self, path):
        with self.opener.open(self.url + path, timeout=20) as answer:
            return answer.url.removeprefix(self.url), answer.read().decode()

    def post(self, path, **fields):
        headers = {"Sec-Fetch-Site": "same-origin"}
        request = Request(self.url + path, urlencode(fields).encode(), headers)
        with self.opener.open(request, timeout=20) as answer:
            return answer.url.removeprefix(self.url), answer.read().decode()


class Login:
    """`mic auth login` under way: what it printed until now, and its end."""

    def __init__(self, person, url, at, *more):
        self.process = subprocess.Popen(
            [*MIC, "auth", "login", url, *more],
            cwd=at,
            env=environment(MIC_HOME=str(person.home)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.said = ""
        while "Waiting" not in self.said:
            line = self.process.stderr.readline()
            assert line, self.said
            self.said += line
        self.page = urlsplit(re.search(r"http\S+", self.said.split("page:")[1])[0])
        self.code = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}", self.said)[0]

    def ended(self):
        out, err = self.process.communicate(timeout=60)
        self.said += out + err
        return self.process.returncode


def signed_in(person, browser, node, at, *more):
    login = Login(person, node.url, at, *more)
    browser.post("/device/auth/verify", user_code=login.code, answer="approve")
    assert login.ended() == 0, login.said
    return login


def tokens_of(person, node):
    return json.loads((person.home / "tokens.json").read_bytes())["tokens"][node.url]


def rewritten(person, node, **changes):
    file = person.home / "tokens.json"
    kept = json.loads(file.read_bytes())
    kept["tokens"][node.url] |= changes
    file.write_text(json.dumps(kept))


def test_a_visitor_is_told_how_to_sign_in_and_comes_back_to_the_code(node, ada, machine, tmp_path):
    login = Login(machine, node.url, tmp_path)
    visitor = Browser(node.url)
    where, page = visitor.get(f"{login.page.path}?{login.page.query}")
    assert where.startswith("/sign-in?return_to=")
    assert "micelio login" in page
    link = subprocess.run(
        [*MIC[:1], "-m", "node.daemon", "login", "--json", "--data", str(node.data)],
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    url = re.search(r"/sign-in/[\w-]+", link.stdout)[0]
    where, page = visitor.post(url)
    assert where == f"/device/auth?user_code={login.code}"
    assert login.code in page
    assert "mic@" in page
    assert "do all that you may do" in page
    where, page = visitor.post("/device/auth/verify", user_code=login.code, answer="approve")
    assert where == "/device/auth?answered=approved"
    assert login.ended() == 0, login.said
    kept = tokens_of(machine, node)
    assert kept["access_token"].startswith("mat_")
    assert kept["refresh_token"].startswith("mrt_")
    assert not {kept["access_token"], kept["refresh_token"]} & set(login.said.split())
    assert (machine.home / "tokens.json").stat().st_mode & 0o777 == 0o600
    said = machine.json("auth", "status", at=tmp_path)
    assert (said["handle"], said["is_expired"]) == ("ada", False)
    assert 86_000_000 < said["expires_at"] - time.time() * 1000 < 86_400_001
    assert ada.json("auth", "devices", at=tmp_path)[0]["name"].startswith("mic@")


def test_a_no_on_the_page_ends_the_login(node, machine, browser, tmp_path):
    login = Login(machine, node.url, tmp_path, "--json")
    browser.post("/device/auth/verify", user_code=login.code, answer="deny")
    assert login.ended() == 4
    assert json.loads(login.said.splitlines()[-1])["error"]["code"] == "auth.refused"
    assert not (machine.home / "tokens.json").exists()


def test_a_machine_that_signed_in_lands_with_its_own_key(node, machine, browser, tmp_path):
    signed_in(machine, browser, node, tmp_path)
    work = tmp_path / "work"
    work.mkdir()
    (work / "a").write_text("a\n")
    shared = machine.json("share", "--name", "machine", at=work)
    assert shared["position"] == 1
    assert machine.json("verify", at=work)


def test_a_machine_may_ask_for_less(node, machine, browser, tmp_path):
    signed_in(machine, browser, node, tmp_path, "--scope", "read")
    assert machine.json("auth", "status", at=tmp_path)["scopes"] == ["read"]
    status, code = machine.refused("project", "create", "ada/never", at=tmp_path)
    assert (status, code) == (4, "access.missing-scope")


def test_many_commands_at_once_renew_the_tokens_once(node, machine, browser, tmp_path):
    signed_in(machine, browser, node, tmp_path)
    before = tokens_of(machine, node)
    rewritten(machine, node, expires_at=int(time.time() * 1000) + MARGIN_MS - 60_000)
    with ThreadPoolExecutor(6) as pool:
        ran = list(pool.map(lambda _: machine.mic("auth", "devices", at=tmp_path), range(6)))
    assert [one.status for one in ran] == [0] * 6, ran
    after = tokens_of(machine, node)
    assert before["refresh_token"] != after["refresh_token"]
    assert after["expires_at"] - time.time() * 1000 > 86_000_000
    said = "".join(one.err + one.out.decode() for one in ran)
    assert after["access_token"] not in said
    assert machine.json("auth", "status", at=tmp_path)["handle"] == "ada"


def test_what_cannot_be_renewed_is_used_until_its_end(node, machine, browser, tmp_path):
    signed_in(machine, browser, node, tmp_path)
    soon = int(time.time() * 1000) + 60_000
    rewritten(machine, node, expires_at=soon, refresh_token="mrt_wrong")
    assert machine.json("auth", "status", at=tmp_path)["handle"] == "ada"
    rewritten(machine, node, expires_at=1000)
    assert machine.refused("auth", "devices", at=tmp_path) == (4, "auth.expired")
    ran = machine.mic("auth", "devices", at=tmp_path)
    assert f"mic auth login {node.url}" in ran.err
    said = machine.json("auth", "status", at=tmp_path)
    assert (said["handle"], said["is_expired"]) == (None, True)


def test_a_machine_that_is_thrown_out_is_out_at_once(node, ada, machine, browser, tmp_path):
    signed_in(machine, browser, node, tmp_path)
    device = next(one for one in machine.json("auth", "devices", at=tmp_path) if one["is_this"])
    assert ada.json("auth", "revoke", str(device["key"]), at=tmp_path)["revoked"]
    assert machine.refused("auth", "status", at=tmp_path) == (4, "auth.bad-token")
    rewritten(machine, node, expires_at=1000)
    assert machine.refused("auth", "devices", at=tmp_path) == (4, "auth.expired")


def test_logging_out_ends_the_machine_on_the_node(node, ada, machine, browser, tmp_path):
    signed_in(machine, browser, node, tmp_path)
    kept = tokens_of(machine, node)
    before = len(ada.json("auth", "devices", at=tmp_path))
    said = machine.json("auth", "logout", at=tmp_path)
    assert (said["was_signed_in"], said["is_revoked"]) == (True, True)
    assert machine.json("auth", "logout", at=tmp_path)["was_signed_in"] is False
    assert machine.json("auth", "status", at=tmp_path)["handle"] is None
    assert len(ada.json("auth", "devices", at=tmp_path)) == before - 1
    fields = {"grant_type": "refresh_token", "refresh_token": kept["refresh_token"]}
    with pytest.raises(HTTPError) as refused:
        Browser(node.url).post("/oauth/token", **fields)
    assert json.loads(refused.value.read())["error"] == "invalid_grant"


def test_signing_in_again_leaves_no_second_device(node, ada, machine, browser, tmp_path):
    signed_in(machine, browser, node, tmp_path)
    before = len(ada.json("auth", "devices", at=tmp_path))
    signed_in(machine, browser, node, tmp_path)
    assert len(ada.json("auth", "devices", at=tmp_path)) == before


def test_a_token_of_a_project_lands_there_and_nowhere_else(node, ada, machine, tmp_path):
    for name in ("mine", "other"):
        work = tmp_path / name
        work.mkdir()
        (work / "a").write_text("a\n")
        ada.json("share", "--name", f"scoped-{name}", "--private", at=work)
    made = ada.json(
        "token", "create", "nightly", "--project", "ada/scoped-mine", "--scope", "session:land",
        "--days", "3", at=tmp_path,
    )  # fmt: skip
    with_it = {"MIC_TOKEN": made["secret"], "MIC_NODE": node.url}
    copy = tmp_path / "copy"
    machine.json("clone", "ada/scoped-mine", str(copy), at=tmp_path, **with_it)
    assert machine.refused("clone", "ada/scoped-other", at=tmp_path, **with_it)[0] == 3
    (copy / "b").write_text("b\n")
    assert machine.json("land", "Add b", at=copy, **with_it)["position"] == 2
    assert machine.json("verify", at=copy, **with_it)
    listed = ada.json("token", "list", "--project", "ada/scoped-mine", at=tmp_path)
    assert [(one["name"], one["last_used_at"] is not None) for one in listed] == [("nightly", True)]
    ada.json(
        "token", "revoke", str(made["token"]["key"]), "--project", "ada/scoped-mine", at=tmp_path
    )
    status, code = machine.refused("log", "ada/scoped-mine", at=tmp_path, **with_it)
    assert (status, code) == (4, "auth.bad-token")


def test_a_personal_token_is_shown_once_and_listed_without_its_secret(ada, tmp_path):
    made = ada.mic("token", "create", "laptop", "--scope", "read", at=tmp_path)
    secret = made.out.decode().strip()
    assert secret.startswith("mut_")
    ran = ada.mic("token", "list", at=tmp_path)
    assert secret not in ran.out.decode()
    assert secret[:12] in ran.out.decode()
    assert ada.refused("token", "create", "x", "--scope", "root", at=tmp_path)[0] == 2
    assert ada.refused("token", "create", "x", "--days", "0", at=tmp_path) == (2, "token.bad-life")


def test_the_nodes_log_holds_no_secret(node, machine, browser, tmp_path):
    login = signed_in(machine, browser, node, tmp_path)
    kept = tokens_of(machine, node)
    log = (node.data.parent / "data.log").read_text()
    for secret in (kept["access_token"], kept["refresh_token"], login.code):
        assert secret not in log
