"""A node's owner brings in a colleague; they found an organization and land on its project."""

import re
import urllib.error
import urllib.parse
import urllib.request

import pytest

from tests.support.processes import run

pytestmark = [pytest.mark.journey, pytest.mark.slow]


class Stays(urllib.request.HTTPRedirectHandler):
    """Redirects are answers."""

    def redirect_request(self, *_):
        return None


class Browser:
    """Forms of the pages, with the cookies that they set."""

    def __init__(self) -> None:
        self.cookies = urllib.request.HTTPCookieProcessor()
        self.opener = urllib.request.build_opener(self.cookies, Stays)

    def get(self, url):
        return self._open(urllib.request.Request(url))

    def post(self, url, **fields):
        data = urllib.parse.urlencode(fields).encode()
        headers = {"Sec-Fetch-Site": "same-origin"}
        return self._open(urllib.request.Request(url, data=data, headers=headers))

    def _open(self, request):
        try:
            with self.opener.open(request, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as answer:
            with answer:
                return answer.code, answer.read().decode()


def told(*arguments):
    """What `micelio` prints as JSON."""
    import json

    ran = run(*arguments, "--json")
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def test_a_colleague_comes_in_by_a_link_and_again_by_another(node):
    data = ("--data", str(node.data))
    link = told("invite", *data)["invitation_url"]
    bob = Browser()
    assert "ada invites you" in bob.get(link)[1]
    status, page = bob.post(link, handle="ada", name="")
    assert (status, "is taken" in page) == (409, True)
    assert bob.post(link, handle="bob", name="Bob")[0] == 303
    assert "Welcome back, bob" in bob.get(f"{node.url}/")[1]
    assert Browser().get(link)[0] == 403
    again = told("login", "bob", *data)["signin_url"]
    elsewhere = Browser()
    assert elsewhere.post(again)[0] == 303
    assert "Welcome back, bob" in elsewhere.get(f"{node.url}/")[1]
    assert run("login", "nobody-here", *data).returncode == 3


def test_two_people_an_organization_and_its_project(node, ada, tmp_path):
    data = ("--data", str(node.data))
    link = told("invite", *data)["invitation_url"]
    cleo = Browser()
    assert cleo.post(link, handle="cleo", name="")[0] == 303
    ada.json("org", "create", "guild", "The Guild", at=tmp_path)
    assert ada.refused("org", "leave", "guild", at=tmp_path) == (5, "organization.last-admin")
    ada.json("org", "invite", "guild", "cleo", at=tmp_path)
    assert '<a href="/invitations">1 invitation</a>' in cleo.get(f"{node.url}/")[1]
    (number,) = re.findall(r"/invitations/(\d+)/accept", cleo.get(f"{node.url}/invitations")[1])
    assert cleo.post(f"{node.url}/invitations/{number}/accept")[0] == 303
    named = [
        (one["handle"], one["role"]) for one in ada.json("org", "members", "guild", at=tmp_path)
    ]
    assert named == [("ada", "admin"), ("cleo", "member")]

    place = tmp_path / "engine"
    place.mkdir()
    (place / "README.md").write_text("# Engine\n")
    shared = ada.json("share", "--account", "guild", "--private", at=place)
    assert (shared["project"], shared["position"]) == ("guild/engine", 1)
    assert ada.json("verify", at=place)["position"] == 1
    page = f"{node.url}/guild/engine"
    assert cleo.get(page)[0] == 200
    assert Browser().get(page)[0] == 404

    ada.json("org", "remove", "guild", "cleo", at=tmp_path)
    assert cleo.get(page)[0] == 404

    ada.json("project", "transfer", "guild/engine", "ada", "--yes", at=tmp_path)
    (place / "README.md").write_text("# Our engine\n")
    assert ada.json("land", "Say whose", at=place)["position"] == 2
    assert ada.json("verify", at=place)["position"] == 2

    ada.json("project", "archive", at=place)
    (place / "README.md").write_text("# Nobody's engine\n")
    assert ada.refused("land", "Too late", at=place) == (4, "project.archived")
    ada.json("project", "unarchive", at=place)
    ada.json("project", "delete", "ada/engine", "--yes", at=tmp_path)
    listed = ada.json("project", "list", "--deleted", at=tmp_path)
    assert [one["project"]["handle"] for one in listed] == ["engine"]
    ada.json("project", "restore", "ada/engine", at=tmp_path)
    assert ada.json("land", "Here again", at=place)["position"] == 3


def test_an_account_has_limits_of_its_own(node):
    data = ("--data", str(node.data))
    assert told("limit", "ada", *data) == {"account": "ada", "projects": None, "storage": None}
    changed = told("limit", "ada", "--projects", "3", "--storage", "2 GiB", *data)
    assert changed == {"account": "ada", "projects": 3, "storage": 2 << 30}
    told("limit", "ada", "--projects", "default", "--storage", "default", *data)
    assert run("limit", "ada", "--storage", "2 GB", *data).returncode == 2
    assert run("limit", "nobody-here", *data).returncode == 3
