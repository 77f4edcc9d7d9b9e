"""A bundle that there is no room for leaves nothing, and is named."""

import resource

import pytest

from mic.cli import bundling, exits

ROOM = 1 << 16


@pytest.fixture
def room():
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.usefixtures("room")
def test_a_bundle_that_finds_no_room_is_named(tmp_path):
    path = tmp_path / "garden.bundle"

    def write():
        with bundling._named(path), bundling._beside(path, is_private=True) as file:
            file.write(bytes(2 * ROOM))
            file.write(b"more")

    with pytest.raises(OSError, match="File too large") as problem:
        write()
    assert exits.of_system(problem.value).message == f"{path}: File too large."
    assert list(tmp_path.iterdir()) == []
