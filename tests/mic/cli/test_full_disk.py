"""A bundle that there is no room for leaves nothing, and is named."""

import resource

import pytest

from mic.cli import bundling, exits, room

ROOM = 1 << 16


@pytest.fixture
def little_room():
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.usefixtures("little_room")
def test_a_bundle_that_finds_no_room_is_named(tmp_path):
    path = tmp_path / "garden.bundle"

    def write():
        with room.named(path), bundling._beside(path, is_private=True) as file:
            file.write(bytes(2 * ROOM))
            file.write(b"more")

    with pytest.raises(OSError, match="File too large") as problem:
        write()
    assert exits.of_system(problem.value).message == f"{path}: File too large."
    assert list(tmp_path.iterdir()) == []


def test_what_has_a_name_keeps_it_and_other_problems_stay_as_they_are(tmp_path):
    for problem in (OSError(28, "No space left on device", "/else"), OSError(5, "I/O error")):
        with pytest.raises(OSError, match=problem.strerror) as told, room.named(tmp_path):
            raise problem
        assert told.value is problem
