"""A node keeps its own key and one per person, a file each that only its user can read."""

import stat

import pytest

from keys.errors import KeyFileUnsafe
from node.kernel.errors import Missing
from node.kernel.keys import KeyStore


def test_keys_are_the_same_when_the_node_starts_again(tmp_path):
    store = KeyStore(tmp_path)
    node, ada, bob = store.node(), store.make_person(), store.make_person()
    again = KeyStore(tmp_path)
    assert again.node().did == node.did
    assert [again.person(key.did).seed for key in (ada, bob)] == [ada.seed, bob.seed]
    assert len({node.did, ada.did, bob.did}) == 3


def test_a_key_is_for_the_nodes_user_only(tmp_path):
    store = KeyStore(tmp_path)
    store.node()
    store.make_person()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == 2
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_a_key_that_others_can_read_is_not_used(tmp_path):
    ada = KeyStore(tmp_path).make_person()
    next(tmp_path.rglob("accounts/*.key")).chmod(0o640)
    with pytest.raises(KeyFileUnsafe):
        KeyStore(tmp_path).person(ada.did)


def test_a_key_that_is_not_here_is_missing_and_never_made_up(tmp_path):
    ada = KeyStore(tmp_path).make_person()
    next(tmp_path.rglob("accounts/*.key")).unlink()
    with pytest.raises(Missing) as missing:
        KeyStore(tmp_path).person(ada.did)
    assert missing.value.code == "key.missing"
    assert list(tmp_path.rglob("accounts/*.key")) == []
