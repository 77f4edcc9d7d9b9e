"""A node's settings add up from flags, environment and file, in that order."""

from pathlib import Path

import pytest

from node.daemon import config
from node.daemon.errors import BadSetting
from node.kernel.limits import Limits

HOME = Path("/users/ada")


def read(tmp_path, flags=None, environment=None):
    return config.read({"data": str(tmp_path)} | (flags or {}), environment or {}, HOME)


def test_without_any_setting_the_node_listens_on_this_machine_only(tmp_path):
    found = read(tmp_path)
    assert (found.host, found.port) == ("127.0.0.1", 7070)
    assert found.mic_home == HOME / ".mic"


def test_a_flag_wins_over_the_environment_and_that_over_the_file(tmp_path):
    (tmp_path / "node.toml").write_text('name = "file"\nowner = "file"\nlisten = "[::1]:3"\n')
    environment = {"MICELIO_NAME": "environment", "MICELIO_OWNER": "environment"}
    found = read(tmp_path, {"name": "flag"}, environment)
    assert (found.name, found.owner, found.host, found.port) == ("flag", "environment", "::1", 3)


def test_the_data_directory_follows_the_users_data_home():
    assert config.data_directory(None, {}, HOME) == HOME / ".local/share/micelio"
    assert config.data_directory(None, {"XDG_DATA_HOME": "/x"}, HOME) == Path("/x/micelio")
    assert config.data_directory(None, {"MICELIO_DATA": "/y"}, HOME) == Path("/y")
    assert config.data_directory("/z", {"MICELIO_DATA": "/y"}, HOME) == Path("/z")


def test_no_register_leaves_mic_alone(tmp_path):
    assert read(tmp_path, {"no_register": True}).mic_home is None
    assert read(tmp_path, {}, {"MIC_HOME": "/m"}).mic_home == Path("/m")


@pytest.mark.parametrize(
    "address", ["7070", "host", "host:", "host:http", "h:65536", "h:-1", "h:٣"]
)
def test_an_address_that_is_none_is_named(tmp_path, address):
    with pytest.raises(BadSetting, match="is not HOST:PORT"):
        read(tmp_path, {"listen": address})


def test_a_broken_settings_file_is_named(tmp_path):
    (tmp_path / "node.toml").write_text("name = [")
    with pytest.raises(BadSetting, match=r"node\.toml is not a settings file"):
        read(tmp_path)


def test_a_data_directory_that_is_a_file_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(BadSetting, match=r"file/node\.toml cannot be read"):
        read(tmp_path / "file")


def test_limits_stand_in_the_file_in_sizes_and_numbers(tmp_path):
    (tmp_path / "node.toml").write_text(
        '[limits]\nprojects = 3\nstorage = "2 GiB"\nfile = 1000\nlanding_paths = 10\n'
    )
    found = read(tmp_path).limits
    assert (found.projects_per_account, found.bytes_per_account) == (3, 2 << 30)
    assert (found.file, found.paths_in_landing) == (1000, 10)
    assert found.goal == Limits().goal


@pytest.mark.parametrize(
    "text",
    [
        "limits = 3",
        "[limits]\npeople = 3",
        "[limits]\nprojects = -1",
        '[limits]\nprojects = "3"',
        "[limits]\nprojects = true",
        '[limits]\nstorage = "5 GB"',
        '[limits]\nstorage = "-1"',
    ],
)
def test_a_limit_that_cannot_be_is_refused(tmp_path, text):
    (tmp_path / "node.toml").write_text(text)
    with pytest.raises(BadSetting):
        read(tmp_path)


@pytest.mark.parametrize(
    ("text", "name", "email"),
    [
        ("Ada Example <ada@example.org>", "Ada Example", "ada@example.org"),
        ("ada@example.org", "", "ada@example.org"),
        ("The grove society", "The grove society", ""),
        ("", "", ""),
    ],
)
def test_who_keeps_the_node_is_a_name_an_address_or_both(tmp_path, text, name, email):
    found = read(tmp_path, {}, {"MICELIO_OPERATOR": text}).operator
    assert (found.name, found.email) == (name, email)


@pytest.mark.parametrize("text", ["Ada\nBcc: x@y", "a" * 201])
def test_an_operator_that_is_none_is_named(tmp_path, text):
    with pytest.raises(BadSetting, match="operator is written as"):
        read(tmp_path, {}, {"MICELIO_OPERATOR": text})
