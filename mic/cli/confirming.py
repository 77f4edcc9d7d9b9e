"""What is hard to take back is confirmed by typing its name; without a terminal, by `--yes`."""

import sys

from mic.cli.context import Context
from mic.errors import Denied, Invalid


def confirm(context: Context, handle: str, what: str, code: str = "unconfirmed") -> None:
    """Return once `handle` has been typed; raise `Invalid` or `Denied` if it was not."""
    if not context.console.is_terminal:
        raise Invalid(
            f"Nothing was done to {handle}: nobody is here to confirm it.",
            code=code,
            hint="Say --yes.",
        )
    context.console.talk(f"Type {handle} to {what}:")
    if sys.stdin.readline().strip() != handle:
        raise Denied(f"Nothing was done to {handle}: what you typed differs.", code=code)
