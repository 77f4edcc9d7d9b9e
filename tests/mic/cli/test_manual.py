"""The manual page says what the table says, in roff that the formatters accept."""

import shutil
import subprocess

import pytest

from mic.cli import exits, manual
from mic.cli.main import main
from mic.cli.table import COMMANDS, general


@pytest.fixture
def formatted(tmp_path):
    """The page as a terminal shows it."""
    if shutil.which("man") is None:
        pytest.skip("man is not installed")
    page = tmp_path / "mic.1"
    page.write_text(manual.page("1.2.3"))
    ran = subprocess.run(
        ["man", "--warnings", "-E", "UTF-8", "-l", page],
        env={"MANWIDTH": "500", "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stderr == ""
    return ran.stdout


def test_every_command_option_and_example_is_shown_as_it_is_typed(formatted):
    shown = {command.usage for command in COMMANDS}
    shown |= {example for command in COMMANDS for example, _ in command.examples}
    shown |= {option.name for command in COMMANDS for option in command.options}
    assert {one for one in shown if one not in formatted} == set()


def test_what_holds_for_all_is_there(formatted):
    rows = (*general.FLAGS, *general.ENVIRONMENT, *manual.FILES)
    assert [term for term, _ in rows if term not in formatted] == []
    assert "mic 1.2.3" in formatted


def test_the_statuses_are_those_that_commands_end_with():
    told = {number for number, _, _ in general.STATUSES}
    assert told == {exits.DONE, exits.UNEXPECTED, *(number for _, number in exits.STATUS)}


def test_it_is_the_page_whatever_format_is_preferred(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("MIC_HOME", str(tmp_path))
    assert main(["config", "set", "preferences.output_format", "json"]) == 0
    capsys.readouterr()
    assert main(["man"]) == 0
    assert capsys.readouterr().out.startswith(".TH MIC 1")


@pytest.mark.skipif(shutil.which("mandoc") is None, reason="mandoc is not installed")
def test_the_other_formatter_has_nothing_to_object_to(tmp_path):
    page = tmp_path / "mic.1"
    page.write_text(manual.page("1.2.3"))
    ran = subprocess.run(
        ["mandoc", "-T", "lint", "-W", "error", page], capture_output=True, text=True, check=False
    )
    assert (ran.stdout, ran.returncode) == ("", 0)
