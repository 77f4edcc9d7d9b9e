"""One thing that was looked at."""

from dataclasses import dataclass

OK, WARN, FAIL = "ok", "warn", "fail"


@dataclass(frozen=True, slots=True)
class Line:
    """How something is: `level` is ok, warn or fail, `advice` what to do about it."""

    name: str
    level: str
    message: str
    advice: str = ""


def well(name: str, message: str) -> Line:
    """Return the line of something that is as it should be."""
    return Line(name, OK, message)


def doubtful(name: str, message: str, advice: str) -> Line:
    """Return the line of something that works, and should be seen to."""
    return Line(name, WARN, message, advice)


def bad(name: str, message: str, advice: str) -> Line:
    """Return the line of something that keeps the node from its work."""
    return Line(name, FAIL, message, advice)
