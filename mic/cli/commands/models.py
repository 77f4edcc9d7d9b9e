"""`mic org models`: which models the projects of an account may name."""

import argparse

from msgspec import UNSET

from mic.cli.answers import Answer, plural
from mic.cli.context import Context
from mic.client import people
from mic.client.connection import Connection
from mic.errors import Invalid
from mic.wire.people import LlmChanges, Llms


def listed(context: Context, given: argparse.Namespace) -> Answer:
    """List the models of an account."""
    return _answer(people.models(_signed_in(context), given.account))


def change(context: Context, given: argparse.Namespace) -> Answer:
    """Change what is named and leave the rest."""
    if given.any and given.allow:
        raise Invalid("Give --any or --allow, not both.", code="usage")
    changes = LlmChanges(
        llm_models=given.allow or ([] if given.any else UNSET),
        llm_default_model=UNSET if given.default is None else given.default,
    )
    if changes == LlmChanges():
        raise Invalid(
            "There is nothing to change.",
            code="models.nothing-to-change",
            hint="Give --allow MODEL, --any or --default MODEL",
        )
    return _answer(people.set_models(_signed_in(context), given.account, changes))


def _answer(found: Llms) -> Answer:
    names, default = found.llm_models, found.llm_default_model
    lines = [f"{one}\tdefault" if one == default else one for one in names]
    if names:
        return Answer(found, "\n".join(lines), plural(len(names), "model") + ".")
    note = f"Any model is allowed; a new project names {default or 'none'} by itself."
    return Answer(found, "", note)


def _signed_in(context: Context) -> Connection:
    connection = context.connect()
    context.need_token(connection)
    return connection
