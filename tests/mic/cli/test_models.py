"""What `mic org models` asks for and prints, at a node."""

import asyncio
import io

import pytest

from mic.cli import arguments
from mic.cli.console import Console
from mic.cli.context import Context
from mic.cli.running import run
from mic.cli.table import COMMANDS
from mic.client.home import Home
from mic.errors import Invalid
from tests.support.forges import an_account
from tests.support.wire import a_door, a_token

COMMAND = {command.name: command for command in COMMANDS}


@pytest.fixture
async def ask(forge, tmp_path):
    """A function that runs `mic org models` as ada, and returns what is answered."""
    token = await a_token(forge, await an_account(forge))
    async with a_door(forge) as door:

        async def asked(name, *words):
            console = Console(json=False, colour=False, out=io.StringIO(), err=io.StringIO())
            context = Context(
                console=console, home=Home(tmp_path), cwd=tmp_path, node=door.url, token=token
            )
            command = COMMAND[f"org models {name}"]
            given = arguments.parse(command, words)
            answer = await asyncio.to_thread(run, command, context, given)
            return answer.text, answer.note

        yield asked


async def test_a_list_is_set_in_part_and_printed_one_a_line(ask):
    nothing = "Any model is allowed; a new project names none by itself."
    assert await ask("list", "ada") == ("", nothing)
    await ask("set", "ada", "--allow", "m-1", "--allow", "m-2")
    out, said = await ask("set", "ada", "--default", "m-2")
    assert (out, said) == ("m-1\nm-2\tdefault", "2 models.")
    assert await ask("list", "ada") == (out, said)
    assert "names m-2 by itself" in (await ask("set", "ada", "--any"))[1]
    assert "names none by itself" in (await ask("set", "ada", "--default", ""))[1]


@pytest.mark.parametrize(
    ("words", "code"), [((), "models.nothing-to-change"), (("--any", "--allow", "m-1"), "usage")]
)
async def test_what_says_nothing_or_two_things_is_refused(ask, words, code):
    with pytest.raises(Invalid) as refused:
        await ask("set", "ada", *words)
    assert refused.value.code == code
