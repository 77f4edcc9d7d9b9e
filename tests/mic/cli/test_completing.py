"""What may come next on a command line: by the table, and in the shells themselves."""

import io
import os
import pty
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mic.cli import completing
from mic.cli.commands.completion import SCRIPTS
from mic.cli.console import Console
from mic.cli.context import Context
from mic.cli.settings import with_alias, with_server
from mic.cli.table import COMMANDS
from mic.client.home import Home, Token
from tests.support.processes import environment


@pytest.fixture
def context(tmp_path):
    console = Console(json=True, colour=False, out=io.StringIO(), err=io.StringIO())
    home = Home(tmp_path / "home")
    home.change_config(lambda config: with_alias(config, "eng", "ada/engine"))
    home.change_config(lambda config: with_server(config, "work", "http://127.0.0.1:9"))
    home.change_config(lambda config: with_server(config, "local:1", "http://127.0.0.1:9"))
    home.keep_token("http://127.0.0.1:9", Token("mut_1", "ada"))
    return Context(console=console, home=home, cwd=tmp_path)


@pytest.fixture
def words(context):
    """The words that may stand in the place of the last one."""
    return lambda *typed: [one.word for one in completing.candidates(context, list(typed))]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_each_command_and_each_of_its_flags_is_reached_word_by_word(words, command):
    names = command.name.split(" ")
    for depth, name in enumerate(names):
        assert name in words(*names[:depth], name[:2])
        assert name in words("help", *names[:depth], "")
    flags = {one.name for one in command.options if one.name.startswith("--")}
    assert set(words(*names, "-")) == flags | {"--json", "--help"}


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (["sess"], ["session"]),
        (["session", "st"], ["start", "status"]),
        (["--v"], ["--version"]),
        (["land", "x", "--origin", "ai-"], ["ai-assisted", "ai-generated"]),
        (["land", "--origin", "human", "--o"], []),
        (["sync", "-s", "t"], ["theirs"]),
        (["completion", ""], ["bash", "zsh", "fish"]),
        (["clone", "e"], ["eng"]),
        (["alias", "remove", ""], ["eng"]),
        (["server", "default", ""], ["local:1", "work"]),
        (["config", "get", "preferences."], ["preferences.color", "preferences.output_format"]),
        (["cat", ""], ["eng", completing.FILES]),
        (["cat", "eng", ""], [completing.FILES]),
        (["clone", "eng", ""], [completing.DIRECTORIES]),
        (["land", ""], []),
        (["nonsense", ""], []),
        (["status", "--", "-"], []),
    ],
)
def test_what_fits(words, typed, expected):
    assert words(*typed) == expected


def test_a_node_that_does_not_answer_is_left_out_soon(words):
    began = time.monotonic()
    assert words("log", "") == ["eng"]
    assert words("show", "eng", "") == ["latest"]
    assert time.monotonic() - began < 10


def test_what_a_node_says_cannot_command_a_terminal(context, monkeypatch):
    hostile = (
        completing.Candidate("ada/\x1b[2J", "goal"),
        completing.Candidate("7", "a\x1b]0;b\n\tc"),
    )
    monkeypatch.setitem(completing._SOURCES, "PROJECT", lambda *_: iter(hostile))
    found = list(completing.candidates(context, ["log", ""]))
    assert [str(one) for one in found] == ["7\ta ]0;b c"]


# ------------------------------------------------------------------------------- in the shells

INTERACTIVE = {
    "bash": ["bash", "--norc", "--noprofile", "-i"],
    "zsh": ["zsh", "-f", "-i"],
    "fish": ["fish", "--private", "--no-config", "-i"],
}
READY = {
    "bash": 'PS1="> "; eval "$(mic completion bash)"; bind "set bell-style none"',
    "zsh": 'PS1="> "; autoload -Uz compinit; compinit -u -D; eval "$(mic completion zsh)"',
    "fish": "mic completion fish | source",
}


class Shell:
    """A shell at a terminal, with `mic` on its path."""

    def __init__(self, shell: str, home: Path, **more: str) -> None:
        program = home / "bin/mic"
        program.parent.mkdir(parents=True)
        code = "from mic.cli.main import main; main()"
        program.write_text(f"#!/bin/sh\nexec {sys.executable} -c '{code}' \"$@\"\n")
        program.chmod(0o755)
        path = f"{program.parent}:/usr/bin:/bin"
        known = environment(HOME=str(home), PATH=path, TERM="dumb", **more)
        self.master, slave = pty.openpty()
        self.process = subprocess.Popen(
            ["setsid", "-c", *INTERACTIVE[shell]],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=known,
            cwd=home,
        )
        os.close(slave)
        self.shell = shell

    def ready(self) -> None:
        """Teach the shell to complete."""
        self.type(READY[self.shell] + "; echo rea''dy\r")
        self.await_("ready")

    def type(self, keys: str) -> None:
        os.write(self.master, keys.encode())

    def await_(self, text: str, patience: float = 60) -> str:
        """Read until `text` has come."""
        seen, end = "", time.monotonic() + patience
        while text not in seen and time.monotonic() < end:
            if select.select([self.master], [], [], 0.5)[0]:
                seen += os.read(self.master, 4096).decode(errors="replace")
        assert text in seen, seen
        return seen

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.master)


@pytest.fixture
def shell(request, tmp_path, context):
    name = request.param
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    running = Shell(name, tmp_path / "user", MIC_HOME=str(context.home.path))
    try:
        running.ready()
        yield running
    finally:
        running.close()


@pytest.mark.slow
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"], indirect=True)
def test_a_shell_completes_commands_and_what_is_known_by_name(shell):
    shell.type("mic session aba\t --help\r")
    shell.await_("mic session abandon: give the session up")
    shell.type("mic alias remove e\t\r")
    shell.await_("Forgot eng")
    shell.type("mkdir -p deep; echo > deep/unlikely\r")
    shell.type("mic write deep/unl\t\r")
    shell.await_("is not in a workspace")
    shell.type("mic config get preferences.col\t\r")
    shell.await_("(not set)")
    shell.type("mic server remove local:\t\r")
    shell.await_("Forgot local:1, http://127.0.0.1:9")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_a_script_has_no_mistake_in_its_grammar(name, tmp_path):
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    script = tmp_path / "script"
    script.write_text(SCRIPTS[name])
    subprocess.run([name, "-n", script], check=True)
