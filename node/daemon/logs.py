"""Log lines: what happened, and the fields that say to what; never a secret or a body."""

import logging
import sys

_USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class _Line(logging.Formatter):
    """One line of time, level, place and event, then the fields as name=value.

    What others wrote may be part of the event: it begins no line of its own and commands nothing.
    """

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  logging's own name
        fields = {name: value for name, value in vars(record).items() if name not in _USUAL}
        line = super().formatMessage(record)
        line = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in line)
        return " ".join([line, *(f"{name}={value!r}" for name, value in fields.items())])


def to_stderr(level: str) -> None:
    """Send the log of the whole process to stderr, from `level` up."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Line("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=level, handlers=[handler])
