"""The program `mic`: from the words of a command line to an exit status.

This is the only place that reads the environment. It imports next to nothing before it knows which
command is meant, so that help costs no more than starting Python.
"""

import gc
import io
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, cast

from mic.cli import table

if TYPE_CHECKING:
    from argparse import Namespace
    from types import ModuleType

    from mic.cli.answers import Answer
    from mic.cli.console import Console
    from mic.cli.context import Context
    from mic.cli.table import Command
    from mic.client.home import Home
    from mic.errors import MicFault

HELP = frozenset({"-h", "--help"})
GLOBAL = frozenset({"--json", *HELP})


def main(argv: list[str] | None = None) -> int:
    """Run `mic` and return its exit status; as the program itself, end with it at once.

    Taking the interpreter apart would free, one by one, what the system frees in one go.
    """
    if argv is not None:
        return _fenced(argv)
    status = _fenced(sys.argv[1:])
    with suppress(BrokenPipeError, ValueError):
        sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def _fenced(words: list[str]) -> int:
    # A command makes many values and few cycles, and ends soon: collecting at the usual pace finds
    # nothing and takes a tenth of the time.
    gc.set_threshold(100_000, 50, 50)
    # A stream that the caller has closed is None here: what it would get goes nowhere.
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        return _run(words)
    except BrokenPipeError:
        # Safe because whoever read our output has read enough of it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        sys.stderr.write("\nInterrupted.\n")
        return 130


def _run(words: list[str]) -> int:
    flags, words = _global_flags(words)
    if words[:1] == ["--version"]:
        return _version(json="--json" in flags)
    if words[:1] == ["help"]:
        flags, words = flags | {"--help"}, words[1:]
    found = table.find(words)
    if found is None:
        return _no_command(words, json="--json" in flags and not flags & HELP)
    if flags & HELP:
        return _tell(found[0])
    _load_msgspec()
    return _command(found[0], found[1], json="--json" in flags)


def _load_msgspec() -> None:
    """Import msgspec without `typing_extensions`, which it asks before `typing`.

    That costs a tenth of `mic status`, and what it has for msgspec, `typing` has as well.
    """
    if "typing_extensions" in sys.modules:
        return
    sys.modules["typing_extensions"] = cast("ModuleType", None)
    try:
        import msgspec  # noqa: F401
    finally:
        del sys.modules["typing_extensions"]


def _global_flags(words: list[str]) -> tuple[set[str], list[str]]:
    """Take the flags that every command has out of `words`; behind `--` all are words."""
    end = words.index("--") if "--" in words else len(words)
    flags = {word for word in words[:end] if word in GLOBAL}
    return flags, [word for word in words[:end] if word not in GLOBAL] + words[end:]


def _tell(command: "Command") -> int:
    from mic.cli import help as helping

    sys.stdout.write(helping.of(command))
    return 0


def _version(*, json: bool) -> int:
    from importlib.metadata import version

    from mic.cli.answers import Answer

    number = version("micelio")
    _print(_console(json=json), Answer({"version": number}, f"mic {number}"))
    return 0


def _no_command(words: list[str], *, json: bool) -> int:
    from mic.cli import help as helping

    family = table.group(words[0]) if words else ()
    if not words and json:
        return _nothing()
    if not words:
        sys.stdout.write(helping.overview())
        return 0
    if family and not json:
        sys.stdout.write(helping.overview(family))
        return 0 if len(words) == 1 else 2
    return _unknown(words, json=json)


def _nothing() -> int:
    from mic.errors import Invalid

    return _fail(
        _console(json=True),
        Invalid("No command is named.", code="usage.command", hint="See `mic --help`."),
    )


def _unknown(words: list[str], *, json: bool) -> int:
    import difflib

    from mic.cli import help as helping
    from mic.errors import Invalid

    near = difflib.get_close_matches(words[0], [command.name for command in table.COMMANDS], 3)
    hint = f"Did you mean: {', '.join(near)}?" if near else "See `mic --help`."
    fault = Invalid(f"There is no command {' '.join(words[:2])}.", code="usage.command", hint=hint)
    if not json:
        sys.stderr.write(helping.overview() + "\n")
    return _fail(_console(json=json), fault)


def _command(command: "Command", words: list[str], *, json: bool) -> int:
    from mic.errors import MicFault

    console = _console(json=json)
    try:
        answer = _answer(command, words, console)
        _print(console, answer)
    except MicFault as fault:
        return _fail(console, fault)
    except BrokenPipeError:
        raise
    except Exception as problem:  # noqa: BLE001  # the fence of the program
        return _fail(console, _translated(problem))
    return 0


def _answer(command: "Command", words: list[str], console: "Console") -> "Answer":
    from mic.cli import running

    return running.run(command, _context(command, console), _given(command, words))


def _given(command: "Command", words: list[str]) -> "Namespace":
    from types import SimpleNamespace

    if not words and not command.options:
        return cast("Namespace", SimpleNamespace())
    from mic.cli import arguments

    return arguments.parse(command, words)


def _context(command: "Command", console: "Console") -> "Context":
    from pathlib import Path

    from mic.cli.context import Context
    from mic.client.home import Home

    home = Home(Path(os.environ.get("MIC_HOME") or Path.home() / ".mic"))
    _prefer(home, console, command)
    return Context(
        console=console,
        home=home,
        cwd=Path.cwd(),
        node=os.environ.get("MIC_NODE") or None,
        token=os.environ.get("MIC_TOKEN") or None,
        editor=os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi",
        epoch_batch=os.environ.get("MIC_EPOCH_BATCH_SIZE") or None,
    )


def _prefer(home: "Home", console: "Console", command: "Command") -> None:
    """Let the console answer as the settings say; `mic doctor` says what is wrong with them."""
    from mic.errors import MicFault

    try:
        preferences = home.config().preferences
    except MicFault:
        if command.name == "doctor":
            return
        raise
    if preferences.output_format == "json" and not command.is_raw:
        console.json, console.colour = True, False
    elif preferences.color is not None and not console.json:
        from mic.cli.console import wants_colour

        console.colour = wants_colour(os.environ, sys.stdout, preferred=preferences.color)


def _console(*, json: bool) -> "Console":
    from mic.cli.console import Console, wants_colour

    return Console(json=json, colour=not json and wants_colour(os.environ, sys.stdout))


def _print(console: "Console", answer: "Answer") -> None:
    from mic.cli import output

    output.print_answer(console, answer)


def _fail(console: "Console", fault: "MicFault") -> int:
    from mic.cli import exits, output

    output.print_fault(console, fault)
    return exits.status(fault)


def _translated(problem: Exception) -> "MicFault":
    """Return what `store`, `keys` or the system refused as one of our faults."""
    from mic.cli import exits

    if os.environ.get("MIC_DEBUG"):
        import traceback

        traceback.print_exception(problem)
    return exits.translated(problem)
