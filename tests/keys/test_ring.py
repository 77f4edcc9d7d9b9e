"""A key file is made once, is read only by its owner, and is refused when others can reach it."""

import multiprocessing
import os

import pytest

from keys.errors import BadKey, KeyFileUnsafe
from keys.ring import load, load_or_make


def test_a_key_is_made_once_and_found_again(tmp_path):
    path = tmp_path / "deep" / "node.key"
    key = load_or_make(path)
    assert load_or_make(path).seed == key.seed
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert [each.name for each in path.parent.iterdir()] == ["node.key"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o610, 0o666])
def test_a_key_that_others_can_reach_is_refused(tmp_path, mode):
    path = tmp_path / "node.key"
    load_or_make(path)
    path.chmod(mode)
    with pytest.raises(KeyFileUnsafe, match="0600"):
        load_or_make(path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_key_of_another_user_is_refused(tmp_path):
    path = tmp_path / "node.key"
    load_or_make(path)
    os.chown(path, 65534, 65534)
    with pytest.raises(KeyFileUnsafe, match="another user"):
        load_or_make(path)


def test_a_link_or_a_directory_is_refused(tmp_path):
    real = tmp_path / "real.key"
    load_or_make(real)
    link = tmp_path / "link.key"
    link.symlink_to(real)
    for path in (link, tmp_path):
        with pytest.raises(KeyFileUnsafe):
            load_or_make(path)


def test_a_pipe_is_refused_without_waiting(tmp_path):
    path = tmp_path / "pipe.key"
    os.mkfifo(path, 0o600)
    with pytest.raises(KeyFileUnsafe):
        load_or_make(path)


@pytest.mark.parametrize("line", [b"", b"00\n", b"zz" * 32, b"00" * 33, "é".encode() * 32])
def test_a_file_that_holds_no_key_is_refused_and_left_alone(tmp_path, line):
    path = tmp_path / "node.key"
    path.write_bytes(line)
    path.chmod(0o600)
    with pytest.raises(BadKey):
        load_or_make(path)
    assert path.read_bytes() == line


def test_loading_makes_nothing(tmp_path):
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "node.key")


def _seed(path):
    return load_or_make(path).seed


@pytest.mark.slow
def test_processes_that_make_a_key_at_once_agree(tmp_path):
    with multiprocessing.get_context("spawn").Pool(8) as pool:
        seeds = pool.map(_seed, [tmp_path / "node.key"] * 16, chunksize=1)
    assert len(set(seeds)) == 1
    assert len(list(tmp_path.iterdir())) == 1
