"""`mic cat`: a file's content, as a position has it."""

import argparse
import base64

from mic.cli import targets
from mic.cli.answers import Answer
from mic.cli.context import Context
from mic.errors import Invalid


def run(context: Context, given: argparse.Namespace) -> Answer:
    """Write a file's bytes to standard output; as JSON, in base64 where they are no text."""
    target = targets.target(context, given.words, 1)
    path, at = pathed(context, target, given.position)
    content = target.remote.file(path, at)
    if not context.console.json:
        return Answer(None, content)
    data = {"project": target.remote.name, "path": path, "position": at, "size": len(content)}
    try:
        return Answer(data | {"encoding": "utf-8", "content": content.decode()})
    except UnicodeDecodeError:
        encoded = base64.b64encode(content).decode()
        return Answer(data | {"encoding": "base64", "content": encoded})


def pathed(
    context: Context, target: targets.Target, position: str | None
) -> tuple[str, int | None]:
    """Return the path that is meant, and the position to look at."""
    at = targets.named(target.remote, position) if position else target.base
    path = target.words[0]
    if target.workspace:
        path = target.workspace.path(context.cwd, path)
    if not path.strip("/"):
        raise Invalid("No path is named.", code="path.invalid")
    return path.strip("/"), at
