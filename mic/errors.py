"""What can keep `mic` from doing what it was asked.

    MicFault                 anything below; exit code 1
      Invalid                the request cannot mean anything; 2
      Missing                nothing there, or not for your eyes; 3
      Denied                 we know you, and no; 4
      Conflict               true when you asked, no longer; 5
      Exhausted              too much, or not now; 6
      Unreachable            the node did not answer; 7

The six families are the node's own (they cross the wire as an HTTP status and a code), so that one
table in `mic.cli.exits` serves both. A fault says what did not happen and why; `hint` says what to
do next.
"""

from typing import Any, ClassVar


class MicFault(Exception):
    """Something `mic` could not do: a stable code, a sentence, typed facts, and advice."""

    code: str = "unexpected"
    family: ClassVar[str] = "unexpected"

    def __init__(
        self, message: str, *, code: str | None = None, hint: str = "", **details: Any
    ) -> None:
        message = _one_stop(message)
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.hint = hint
        self.details = details


class Invalid(MicFault):
    """The request cannot mean anything."""

    code = "invalid"
    family = "invalid"


class Missing(MicFault):
    """Nothing is there, or it is not for this reader's eyes."""

    code = "missing"
    family = "missing"


class Denied(MicFault):
    """The node knows who asks, and refuses."""

    code = "denied"
    family = "denied"


class Conflict(MicFault):
    """The request was true when it was made, and no longer is."""

    code = "conflict"
    family = "conflict"


class Exhausted(MicFault):
    """A limit is reached."""

    code = "exhausted"
    family = "exhausted"


class Unreachable(MicFault):
    """The node did not answer."""

    code = "unreachable"
    family = "unreachable"


def _one_stop(message: str) -> str:
    """Return a sentence that quotes another one, full stop and all, with one stop at its end."""
    doubled = message.endswith("..") and not message.endswith("...")
    return message[:-1] if doubled else message
