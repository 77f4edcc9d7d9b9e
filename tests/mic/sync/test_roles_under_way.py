"""What is landing is decided by the roles at the moment of the write, not of the request."""

from node.projects import members
from node.projects import verbs as projects
from tests.support.roles import a_company
from tests.support.wire import Hand, session_id


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
