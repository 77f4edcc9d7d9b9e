"""What can go wrong, in six families that every front end knows.

    Fault
    ├── Missing      nothing there, or not for your eyes
    ├── Denied       we know you, and no
    ├── Invalid      the request cannot mean anything
    ├── Conflict     true when you asked, no longer
    ├── Exhausted    too much, try later
    └── Unreachable  somebody else did not answer

A fault carries a stable `code` in the form `subject.condition`, a message that says what did not
happen and why, and `details` that a program can read. Front ends map the family to a status or an
exit code in one table each; they never look at messages.
"""

from collections.abc import Mapping


class Fault(Exception):
    """The root; raise one of the families."""

    def __init__(self, code: str, message: str, **details: object) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.details: Mapping[str, object] = details


class Missing(Fault):
    """There is no such thing, or the asker may not know that there is."""


class Denied(Fault):
    """The asker is known, and may not."""


class Invalid(Fault):
    """The request cannot mean anything."""


class Conflict(Fault):
    """The world moved since the asker looked at it."""


class Exhausted(Fault):
    """A limit is reached."""


class Unreachable(Fault):
    """Somebody else did not answer."""
