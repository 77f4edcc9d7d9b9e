"""One thing that was looked at."""

from dataclasses import dataclass

OK, WARN, FAIL = "ok", "warn", "fail"


@dataclass(frozen=True, slots=True)
class Line:
    """How something is: `state` is ok, warn or fail, `todo` what to do about it."""

    name: str
    state: str
    what: str
    todo: str = ""


def well(name: str, what: str) -> Line:
    """Return the line of something that is as it should be."""
    return Line(name, OK, what)


def doubtful(name: str, what: str, todo: str) -> Line:
    """Return the line of something that works, and should be seen to."""
    return Line(name, WARN, what, todo)


def bad(name: str, what: str, todo: str) -> Line:
    """Return the line of something that keeps the node from its work."""
    return Line(name, FAIL, what, todo)
