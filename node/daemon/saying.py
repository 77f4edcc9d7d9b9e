"""How the commands of `micelio` answer, and what most of them need first."""

import json
import os
import re
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TextIO

from node.daemon import building
from node.daemon.config import Config
from node.kernel.errors import Missing

_COMMANDS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""What commands a terminal: peers and visitors choose their names."""


class NoNode(Missing):
    """There is no node in this directory."""

    def __init__(self, data: Path) -> None:
        super().__init__(
            "node.missing",
            f"There is no node in {data}."
            " --data names another directory; `micelio up` makes a node.",
            data=str(data),
        )


def say(
    facts: Mapping[str, object] | Sequence[object],
    text: str,
    *,
    as_json: bool,
    to: TextIO | None = None,
) -> None:
    """Print the result: for a program or for a person; `to` is stdout unless that is taken."""
    out = to or sys.stdout
    try:
        print(json.dumps(facts) if as_json else _COMMANDS.sub("\ufffd", text), file=out, flush=True)
    except BrokenPipeError:
        # Safe because whoever read it has read enough; a node goes on without an audience.
        os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())


def how_to_start(config: Config) -> str:
    """Return the command that starts this node, wherever its data is."""
    return f"`micelio up --data {shlex.quote(str(config.data))}`"


def must_exist(config: Config) -> None:
    """Raise `NoNode` unless there is a node in the data directory."""
    if not (config.data / building.DATABASE).exists():
        raise NoNode(config.data)
