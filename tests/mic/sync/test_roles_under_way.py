"""What is landing is decided by the roles at the moment of the write, not of the request."""

import json

import pytest

from node.access import verbs as access
from node.accounts import verbs as accounts
from node.projects import members
from node.projects import verbs as projects
from node.signin import tokens
from node.signin import verbs as signin
from tests.support.roles import a_company
from tests.support.wire import Hand, a_token, session_id


async def test_a_role_taken_away_while_the_body_comes_in_lands_nothing(forge):
    async with a_company(forge) as company:
        ada, will = company.accounts["ada"], company.accounts["will"]
        book = await projects.get(forge, ada.party, "ada", "book")
        body = Hand(book, forge.keys.person(will.did)).landing(session_id(9), {"x": b"x"}).body()
        door = company.as_("writer")

        async def slowly():
            yield body[:-10]
            await members.remove_member(forge, ada.party, book, "will")
            yield body[-10:]

        answer = await door.session.post(
            f"{door.url}/mic/v1/projects/ada/book/landings",
            data=slowly(),
            headers={"Authorization": f"Bearer {door.token}"},
        )
        assert (answer.status, (await answer.json())["error"]["code"]) == (403, "access.denied")
        assert (await door.get("/projects/ada/book/head")).json["position"] == 1


async def test_a_role_given_meanwhile_counts_for_the_next_request(forge):
    async with a_company(forge) as company:
        door, owner = company.as_("stranger"), company.as_("owner")
        where = "/projects/ada/diary"
        assert (await door.get(where)).code == "project.missing"
        given = {"handle": "bob", "role": "writer"}
        assert (await owner.post(f"{where}/members", json=given)).status == 200
        assert (await door.get(where)).status == 200
        assert (await owner.ask("DELETE", f"{where}/members/bob")).status == 200
        assert (await door.get(where)).code == "project.missing"


async def broken_by(company, account, method, path, body, meanwhile):
    """The answer to a request whose body comes in two halves, with something in between."""
    door = company.door.as_(await a_token(company.forge, account))

    async def is_let_in():
        # Its first use is noted before the door goes on.
        held = await tokens.listed(company.forge, account.party)
        return held[0].last_used_at is not None

    async def slowly():
        yield body[:-2]
        while not await is_let_in():
            pass  # Each look awaits the database, so the door goes on meanwhile.
        await meanwhile()
        yield body[-2:]

    return await door.session.request(
        method,
        f"{door.url}/mic/v1{path}",
        data=slowly(),
        headers={"Authorization": f"Bearer {door.token}"},
    )


UNDER_WAY = {
    "a project": ("POST", "/accounts/ada/projects", {"handle": "new"}),
    "another visibility": ("PATCH", "/projects/ada/book", {"visibility": "private"}),
    "a member": ("POST", "/projects/ada/book/members", {"handle": "bob", "role": "maintainer"}),
    "an organization": ("POST", "/organizations", {"handle": "club"}),
    "a token": ("POST", "/account/tokens", {"name": "later", "scopes": ["write"]}),
    "a token of a project": (
        "POST",
        "/projects/ada/book/tokens",
        {"name": "later", "scopes": ["session:land"]},
    ),
    "a transfer": ("POST", "/projects/ada/book/transfer", {"to": "bob"}),
}


@pytest.mark.parametrize("what", UNDER_WAY)
async def test_a_token_that_is_revoked_while_the_body_comes_in_does_nothing(forge, what):
    async with a_company(forge) as company:
        ada = company.accounts["ada"]

        async def revoke():
            for one in await tokens.listed(forge, ada.party):
                await tokens.revoke(forge, ada.party, one.key)

        method, path, body = UNDER_WAY[what]
        said = json.dumps(body).encode()
        answer = await broken_by(company, ada, method, path, said, revoke)
        assert (await answer.json())["error"]["code"] == "auth.ended"
        assert await tokens.listed(forge, ada.party) == []


async def test_an_account_that_is_closed_meanwhile_makes_no_organization(forge):
    async with a_company(forge) as company:
        bob = company.accounts["bob"]

        async def close():
            # What closing does to an account, without the seven days.
            def work(tx):
                signin.end_all(tx, bob.key, forge.now())
                access.remove_all(tx, bob.key)
                accounts.close(tx, bob.key, forge.now())

            await forge.db.write(work)

        method, path, body = UNDER_WAY["an organization"]
        answer = await broken_by(company, bob, method, path, json.dumps(body).encode(), close)
        assert (await answer.json())["error"]["code"] == "auth.ended"


async def test_a_landing_whose_token_is_revoked_meanwhile_does_not_land(forge):
    async with a_company(forge) as company:
        ada = company.accounts["ada"]
        book = await projects.get(forge, ada.party, "ada", "book")
        body = Hand(book, forge.keys.person(ada.did)).landing(session_id(9), {"x": b"x"}).body()

        async def revoke():
            for one in await tokens.listed(forge, ada.party):
                await tokens.revoke(forge, ada.party, one.key)

        where = "/projects/ada/book/landings"
        answer = await broken_by(company, ada, "POST", where, body, revoke)
        assert (await answer.json())["error"]["code"] == "auth.ended"
        assert (await company.as_("stranger").get("/projects/ada/book/head")).json["position"] == 1
