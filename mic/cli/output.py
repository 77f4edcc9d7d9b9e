"""How an answer or a fault is printed: as text for people, or as one JSON object."""

from typing import Any

import msgspec

from mic.cli.answers import Answer
from mic.cli.console import Console, harmless
from mic.cli.names import CONTROLS, escaped, quoted
from mic.errors import MicFault

HINTS = {
    "auth.required": "Run `mic auth login`, or set MIC_TOKEN.",
    "auth.bad-token": "The sign-in was ended on the node. Run `mic auth login`.",
    "landing.paths-moved": "1. `mic diff` shows your changes. 2. `mic sync` brings in theirs and "
    "merges. 3. Then land again.",
    "project.another": "Your files are untouched. Move .mic away, then tie them to a project with"
    " `mic link ACCOUNT/PROJECT`, or share them anew with `mic share`.",
    "project.moved": "Name it by that address; in a workspace, `mic link` with it remembers it.",
    "fork.conflicts": "Keep the fork's with `--ours PATH`, or take the origin's with"
    " `--theirs PATH`. To have parts of both, land the merged file first, then `--ours`.",
    "landing.unknown-key": "Run `mic auth login` again: it registers this device's key.",
}
"""What to do next, where the node names the condition and cannot know our commands."""


def print_answer(console: Console, answer: Answer) -> None:
    """Print what a command has returned."""
    if console.json:
        _object(console, {"ok": True, "data": answer.data, "warnings": console.warnings})
        return
    if isinstance(answer.text, bytes):
        console.out.flush()
        console.out.buffer.write(answer.text)
        console.out.buffer.flush()
    elif answer.text:
        console.out.write(harmless(answer.text.rstrip("\n"), console.out) + "\n")
        console.out.flush()
    if answer.note:
        console.talk(answer.note)


def print_fault(console: Console, fault: MicFault) -> None:
    """Print why a command has failed, and what to do next."""
    hint = fault.hint or HINTS.get(fault.code, "")
    if console.json:
        _object(console, failure(fault))
        return
    console.talk(f"mic: {escaped(fault.message)}")
    reasons = fault.details.get("reasons", {})
    for path in fault.details.get("paths", ())[:200]:
        reason = f": {escaped(str(reasons[path]))}" if path in reasons else ""
        console.talk(f"  ! {quoted(str(path))}{reason}")
    if hint:
        console.talk(hint)


def failure(fault: MicFault) -> dict[str, Any]:
    """Return what a failed command says as JSON."""
    hint = fault.hint or HINTS.get(fault.code, "")
    details = fault.details | ({"hint": hint} if hint else {})
    error = {"code": fault.code, "message": fault.message, "details": details}
    return {"ok": False, "error": error}


def encoded(value: Any) -> str:
    """Return the JSON of an answer, written so that it commands no terminal either.

    JSON escapes the controls below U+0020 only; a terminal obeys those of U+0080 to U+009F too.
    """
    return CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", _encoded(value))


def _encoded(value: Any) -> str:
    try:
        return msgspec.json.encode(value, enc_hook=_plain).decode()
    except UnicodeEncodeError:
        # Surrogates stand for the bytes of a name that is not UTF-8; JSON can write them escaped.
        import json

        return json.dumps(msgspec.to_builtins(value, enc_hook=_plain))


def _object(console: Console, value: Any) -> None:
    console.out.write(encoded(value) + "\n")
    console.out.flush()


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, frozenset | set) else str(value)
