"""`mic` answers in one shape and ends with one status for each family of faults."""

import errno
import io
import json
import subprocess
import sys

import pytest

from keys.errors import KeysFault
from mic.cli import exits
from mic.cli.console import Console, wants_colour
from mic.cli.main import main
from mic.cli.progress import Progress
from mic.errors import Conflict, Denied, Exhausted, Invalid, MicFault, Missing, Unreachable
from store.errors import StoreFault


@pytest.fixture
def mic(tmp_path, monkeypatch, capsys):
    """Run mic in an empty directory with a home of its own; return status, stdout, stderr."""
    for name in ("MIC_NODE", "MIC_TOKEN", "MIC_COLOR", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MIC_HOME", str(tmp_path / "home"))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")

    def run(*words):
        status = main(list(words))
        return status, *capsys.readouterr()

    return run


@pytest.mark.parametrize("words", [[], ["--help"], ["-h"], ["help"]])
def test_help_goes_to_stdout_and_is_no_fault(mic, words):
    status, out, err = mic(*words)
    assert (status, err) == (0, "")
    assert "mic COMMAND" in out


@pytest.mark.parametrize("words", [["land", "--help"], ["help", "land"], ["land", "x", "-h"]])
def test_each_command_explains_itself(mic, words):
    status, out, _ = mic(*words)
    assert status == 0
    assert out.startswith("mic land:")


def test_a_family_of_commands_lists_its_members(mic):
    status, out, _ = mic("session")
    assert status == 0
    assert "session note" in out
    assert "clone" not in out


def test_an_unknown_command_gets_help_and_the_nearest_name(mic):
    status, out, err = mic("stauts")
    assert (status, out) == (2, "")
    assert "Did you mean: status?" in err


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        (["stauts"], 2, "usage.command"),
        (["land"], 2, "usage"),
        (["status"], 3, "workspace.none"),
        (["clone", "no-slash"], 2, "address.invalid"),
        (["clone", "a/b"], 2, "node.none"),
        (["clone", "http://127.0.0.1:9/a/b"], 7, "unreachable"),
        (["share", "absent"], 3, "share.missing"),
        (["log", "a/b", "--limit", "0"], 2, "log.limit"),
        (["log", "a/b", "--limit", "many"], 2, "usage"),
        (["auth", "login", "http://127.0.0.1:9", "--token", ""], 2, "auth.no-token"),
        (["config", "get", "nothing"], 3, "config.no-such-key"),
        (["config", "set", "aliases.e", "nonsense"], 2, "address.invalid"),
        (["config", "set", "preferences.output_format", "xml"], 2, "config.invalid"),
        (["server", "use", "nowhere"], 3, "server.unknown"),
        (["server", "add", "bad", "not-a-url"], 2, "address.invalid"),
        (["session", "status"], 3, "workspace.none"),
        (["land", "x", "--origin", "human", "--model", "m"], 2, "origin.contradiction"),
    ],
)
def test_a_fault_is_one_object_with_a_code_and_its_status(mic, words, status, code):
    got, out, err = mic(*words, "--json")
    fault = json.loads(out)
    assert (got, err) == (status, "")
    assert fault["ok"] is False
    assert fault["error"]["code"] == code
    assert fault.keys() == {"ok", "error"}
    assert fault["error"].keys() == {"code", "message", "details"}


def test_a_fault_is_told_to_people_on_stderr_with_what_to_do(mic):
    status, out, err = mic("clone", "http://127.0.0.1:9/a/b")
    assert (status, out) == (7, "")
    assert "http://127.0.0.1:9 does not answer" in err
    assert "micelio up" in err


def test_a_success_is_one_object_with_data_and_warnings(mic):
    _, out, _ = mic("config", "set", "aliases.e", "ada/engine", "--json")
    assert json.loads(out) == {"ok": True, "data": {"aliases.e": "ada/engine"}, "warnings": []}


def test_words_behind_two_dashes_are_never_flags(mic):
    status, out, _ = mic("config", "get", "--", "--json")
    assert (status, out) == (3, "")


def test_words_that_are_not_utf8_are_refused_as_any_other(mic):
    status, out, _ = mic("clone", "\udcff/x", "--json")
    assert status == 2
    assert json.loads(out)["error"]["details"]["given"] == "\udcff/x"
    assert mic("clone", "\udcff/x")[0] == 2
    assert mic("config", "set", "aliases.\udcff", "a/b")[0] == 2


def test_a_preference_for_json_holds_without_the_flag(mic):
    mic("config", "set", "preferences.output_format", "json")
    status, out, _ = mic("status")
    assert status == 3
    assert json.loads(out)["error"]["code"] == "workspace.none"


@pytest.mark.parametrize(
    ("family", "status"),
    [
        (MicFault, 1),
        (Invalid, 2),
        (Missing, 3),
        (Denied, 4),
        (Conflict, 5),
        (Exhausted, 6),
        (Unreachable, 7),
    ],
)
def test_each_family_has_its_status(family, status):
    assert exits.status(family("no")) == status


@pytest.mark.parametrize(
    ("problem", "status"),
    [
        (OSError(errno.ENOSPC, "full", "file"), 6),
        (OSError(errno.EFBIG, "too large", "file"), 6),
        (PermissionError(errno.EACCES, "no", "file"), 4),
        (FileNotFoundError(errno.ENOENT, "no", "file"), 3),
        (OSError(errno.EIO, "broken"), 1),
        (StoreFault("bad"), 2),
        (KeysFault("bad"), 2),
        (RuntimeError("ours"), 1),
    ],
)
def test_what_others_refuse_has_a_status_too(problem, status):
    assert exits.status(exits.translated(problem)) == status


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("environment", "terminal", "wanted"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"NO_COLOR": "1", "MIC_COLOR": "always", "FORCE_COLOR": "1"}, True, False),
        ({"MIC_COLOR": "always"}, False, True),
        ({"MIC_COLOR": "never"}, True, False),
        ({"MIC_COLOR": "auto"}, True, True),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"FORCE_COLOR": "0"}, True, False),
        ({"TERM": "dumb"}, True, False),
        ({"CI": "true"}, True, False),
    ],
)
def test_colour_follows_the_environment(environment, terminal, wanted):
    stream = Terminal() if terminal else io.StringIO()
    assert wants_colour(environment, stream) is wanted


def test_a_preference_against_colour_counts_unless_forced():
    assert not wants_colour({}, Terminal(), preferred=False)
    assert wants_colour({"FORCE_COLOR": "1"}, Terminal(), preferred=False)


def test_progress_is_drawn_on_a_terminal_only():
    quiet, drawn = io.StringIO(), Terminal()
    for stream in (quiet, drawn):
        console = Console(json=False, colour=False, out=stream, err=stream)
        with console.progress("Sending", 2, 2) as bar:
            bar._due = 0
            bar(1, 1)
    assert quiet.getvalue() == ""
    assert "50%" in drawn.getvalue()
    assert drawn.getvalue().endswith("\r\x1b[K")


def test_progress_is_never_drawn_beside_json():
    drawn = Terminal()
    with Console(json=True, colour=False, out=drawn, err=drawn).progress("Sending", 2, 2) as bar:
        bar._due = 0
        bar(1, 1)
    assert drawn.getvalue() == ""


def test_progress_of_unknown_length_counts():
    bar = Progress("Receiving", 0, 0, None)
    bar(3, 1_048_576)
    assert bar.line() == "Receiving 3 · 1.0 MiB"


@pytest.mark.slow
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_a_closed_stream_changes_no_status(closed):
    code = "from mic.cli.main import main; main()"
    words = ["sh", "-c", f'exec "$0" "$@" {closed}', sys.executable, "-c", code, "stauts"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_help_imports_no_client_and_no_codec():
    """Half of what help may cost would go into either."""
    code = (
        "import sys; from mic.cli.main import main; main(['--help']); "
        "print(sorted({'urllib3', 'msgspec', 'argparse', 'nacl', 'pygit2'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
