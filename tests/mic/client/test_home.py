"""What mic keeps is readable by its owner alone, replaced whole, and explained when damaged."""

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from keys.errors import KeyFileUnsafe
from mic.client.home import Config, Home, Server, Token
from mic.errors import Invalid


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "mic")


def test_an_absent_home_is_empty_and_is_not_made_by_looking(home):
    assert home.config() == Config()
    assert home.token("http://node") is None
    assert not home.path.exists()


def test_registering_a_node_makes_it_the_default_and_keeps_the_others(home):
    home.register("one", "http://one", Token("mut_1", "ada"))
    home.register("two", "http://two", None)
    assert home.config().servers == {"one": Server("http://one"), "two": Server("http://two")}
    assert home.config().default_url == "http://two"
    assert home.token("http://one") == Token("mut_1", "ada")
    assert home.token("http://two") is None


def test_every_file_is_for_its_owner_alone(home):
    home.register("one", "http://one", Token("mut_1"))
    home.key()
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in home.path.iterdir()}
    assert {modes[name] for name in ("config.json", "tokens.json", "device.key")} == {0o600}
    assert stat.S_IMODE(home.path.stat().st_mode) == 0o700


def test_the_device_key_is_made_once(home):
    assert home.key().did == home.key().did


def test_a_key_that_others_can_read_is_refused(home):
    home.key()
    (home.path / "device.key").chmod(0o644)
    with pytest.raises(KeyFileUnsafe):
        home.key()


def test_forgetting_a_token_leaves_the_others(home):
    home.keep_token("http://one", Token("1"))
    home.keep_token("http://two", Token("2"))
    assert home.forget_token("http://one")
    assert not home.forget_token("http://one")
    assert home.tokens() == {"http://two": Token("2")}


def test_writers_at_the_same_time_lose_nothing(home):
    urls = [f"http://node{number}" for number in range(20)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda url: home.keep_token(url, Token(url)), urls))
    assert home.tokens().keys() == set(urls)
    assert not list(home.path.glob(".tokens.json.*"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"servers": {},\n "aliases": }', "line 2"),
        ('{"servers": 3}', "$.servers"),
        ("\xff", "UTF-8"),
        (" " * (1024 * 1024 + 1), "larger"),
    ],
)
def test_a_damaged_config_is_refused_with_its_place(home, text, told):
    home.path.mkdir()
    (home.path / "config.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(Invalid) as refused:
        home.config()
    assert told in refused.value.message
    assert "config.json" in refused.value.message
