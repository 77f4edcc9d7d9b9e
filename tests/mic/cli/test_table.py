"""The table of commands is whole: each row can be imported, parsed and explained."""

import importlib
import inspect

import pytest

from mic.cli import arguments
from mic.cli import help as helping
from mic.cli.table import COMMANDS, find
from mic.errors import Invalid

each = pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)


@each
def test_a_command_has_a_function_that_takes_context_and_arguments(command):
    name, _, function = command.module.partition(".")
    module = importlib.import_module(f"mic.cli.commands.{name}")
    assert len(inspect.signature(getattr(module, function or "run")).parameters) == 2


@each
def test_a_command_is_found_by_its_name_with_words_behind_it(command):
    assert find([*command.name.split(" "), "word"]) == (command, ["word"])


@each
def test_help_has_usage_every_option_and_an_example(command):
    text = helping.of(command)
    assert f"Usage: mic {command.name}" in text
    assert all(option.name in text and option.help in text for option in command.options)
    assert all(f"mic {command.name}" in example for example, _ in command.examples)
    assert command.examples


@each
def test_usage_names_every_word_that_must_be_given(command):
    required = [o.name for o in command.options if o.name.isupper() and not o.many]
    assert all(name in command.usage for name in required)


@each
def test_an_unknown_flag_is_refused_with_the_usage(command):
    with pytest.raises(Invalid) as refused:
        arguments.parse(command, ["--no-such-flag", "a", "b", "c"])
    assert command.usage in refused.value.hint


def test_names_are_unique():
    assert len({command.name for command in COMMANDS}) == len(COMMANDS)


def test_the_overview_lists_every_command():
    text = helping.overview()
    assert all(f"  {command.name} " in text for command in COMMANDS)


@pytest.mark.parametrize(
    "words", [["diff", "a/b", "--names", "1", "2"], ["diff", "--names", "a/b", "1", "2"]]
)
def test_flags_may_stand_between_words(words):
    command, rest = find(words)
    given = arguments.parse(command, rest)
    assert (given.words, given.names) == (["a/b", "1", "2"], True)
