"""A data directory that has lost a part is refused, and nothing in it is touched."""

from pathlib import Path

import pytest

from node.daemon import building, config
from store.records import Kind, make


async def a_node(data):
    """Make a node with one object in a pack, and stop it."""
    settings = config.read({"data": str(data), "no_register": True}, {}, Path("/nowhere"))
    async with building.opened(settings, "http://here") as forge:
        await forge.objects.ingest([make(Kind.BLOB, b"precious")])
    return settings


async def refused(settings, reason):
    with pytest.raises(building.DataUnusable, match=reason):
        async with building.opened(settings, "http://here"):
            pass


async def test_packs_outlive_the_loss_of_their_database(tmp_path):
    settings = await a_node(tmp_path)
    packs = {path: path.read_bytes() for path in tmp_path.glob("objects/packs/*.pack")}
    for path in tmp_path.glob("node.db*"):
        path.unlink()
    await refused(settings, r"packs and no node\.db")
    assert packs
    assert {path: path.read_bytes() for path in packs} == packs
    assert not (tmp_path / "node.db").exists()


async def test_a_node_never_takes_another_key(tmp_path):
    settings = await a_node(tmp_path)
    (tmp_path / "keys/node.key").unlink()
    await refused(settings, r"no keys/node\.key")
    assert not (tmp_path / "keys/node.key").exists()


async def test_a_first_start_that_was_cut_short_goes_on(tmp_path):
    settings = await a_node(tmp_path)
    for path in (*tmp_path.glob("node.db*"), *tmp_path.glob("objects/packs/*")):
        path.unlink()
    async with building.opened(settings, "http://here") as forge:
        assert forge.node.did


async def test_an_emptied_database_beside_packs_is_refused(tmp_path):
    settings = await a_node(tmp_path)
    for path in tmp_path.glob("node.db*"):
        path.unlink()
    (tmp_path / "node.db").touch()
    await refused(settings, r"packs and no node\.db")
    assert (tmp_path / "node.db").stat().st_size == 0
