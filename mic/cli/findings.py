"""What `mic doctor` finds: one thing that was looked at, and how it is."""

from typing import Literal, NamedTuple

from mic.errors import MicFault

Level = Literal["ok", "warn", "fail"]
PATIENCE = 10.0
"""Seconds that a node has to answer."""


class Check(NamedTuple):
    """What was looked at, how it is, and what to do if it is not well."""

    name: str
    level: Level
    message: str
    advice: str = ""
    fault: MicFault | None = None
    """What failed, where that was told as a fault: it decides on the exit code."""
