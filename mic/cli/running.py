"""A command, carried out: the way from its row and its values to its answer."""

from argparse import Namespace
from importlib import import_module

from mic.cli.answers import Answer
from mic.cli.context import Context
from mic.cli.table import Command
from mic.errors import Conflict


def run(command: Command, context: Context, given: Namespace) -> Answer:
    """Do what `command` says; once more where the workspace's project has moved meanwhile."""
    name, _, function = command.module.partition(".")
    act = getattr(import_module(f"mic.cli.commands.{name}"), function or "run")
    answer: Answer
    try:
        answer = act(context, given)
    except Conflict as fault:
        from mic.cli import moving

        if not moving.follow(context, fault):
            raise
        answer = act(context, given)
    return answer
