"""Two nodes never share a data directory."""

import pytest

from node.daemon import lock
from node.daemon.lock import DataInUse


def test_a_held_directory_is_refused_and_free_afterwards(tmp_path):
    assert not lock.is_held(tmp_path)
    with lock.hold(tmp_path):
        assert lock.is_held(tmp_path)
        with pytest.raises(DataInUse), lock.hold(tmp_path):
            pass
        assert lock.is_held(tmp_path)
    with lock.hold(tmp_path):
        pass
