"""A seed becomes what its home has: the same trees, records and bytes, and nothing unproven."""

import random

import pytest

from tests.support.forges import a_forge
from tests.support.mirrors import a_home, head_of, pulled, seeded


@pytest.fixture
async def home(tmp_path):
    async with a_home(tmp_path / "home") as made:
        await made.land(readme=b"# A book\n", src__one=b"one\n" * 100)
        await made.land(src__two=b"two\n", src__one=b"one\n" * 99 + b"1\n")
        yield made


@pytest.fixture
async def holder(tmp_path):
    async with a_forge(tmp_path / "holder") as forge:
        yield forge


async def test_a_seed_becomes_what_its_home_has(home, holder):
    seed = await pulled(holder, await seeded(holder, home.address))
    assert (seed.state, seed.error, seed.position) == ("verified", None, 2)
    assert seed.id == home.project.id
    there, here = await head_of(home.forge, home.project.key), await head_of(holder, seed.project)
    assert (here.id, here.tree, here.position) == (there.id, there.tree, there.position)


async def test_what_landed_since_comes_with_the_next_pull(home, holder):
    seed = await pulled(holder, await seeded(holder, home.address))
    await home.land(src__two=None, src__three=b"three\n" * 1000)
    seed = await pulled(holder, seed)
    assert (seed.state, seed.position) == ("verified", 3)


async def test_a_large_file_comes_in_pieces(home, holder):
    big = random.Random(1).randbytes(9 << 20)
    await home.land(big=big)
    seed = await pulled(holder, await seeded(holder, home.address))
    assert (seed.state, seed.error) == ("verified", None)
    assert seed.bytes > 9 << 20
