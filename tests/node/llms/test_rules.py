"""A list of models holds names, each once, and its default is one of them."""

import pytest

from node.llms import rules
from node.llms.model import BadModels, Llms, UnsupportedModel

TWO = Llms(("m-1", "m-2"), "m-1")


def test_names_are_kept_tidy_and_once():
    said = Llms((" m-2", "m-1 ", "", "m-2"), " m-1 ")
    assert rules.checked(said) == Llms(("m-2", "m-1"), "m-1")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (Llms(("a\nb",)), "models.bad-name"),
        (Llms(("x" * 256,)), "models.bad-name"),
        (Llms((), "a\u202eb"), "models.bad-name"),
        (Llms(tuple(map(str, range(51)))), "models.too-many"),
        (Llms(("m-1",), "m-2"), "models.default-not-allowed"),
        (Llms(("m-1",), "M-1"), "models.default-not-allowed"),
    ],
)
def test_what_cannot_be_is_refused(said, code):
    with pytest.raises(BadModels) as refused:
        rules.checked(said)
    assert refused.value.code == code


def test_without_a_list_any_model_is_allowed_and_any_default():
    assert rules.checked(Llms((), "m-9")) == Llms((), "m-9")
    assert rules.chosen(Llms(), "guild", "m-9") == "m-9"
    assert rules.chosen(Llms(), "guild", "") == ""


@pytest.mark.parametrize(
    ("llms", "asked", "model"),
    [(TWO, "", "m-1"), (TWO, "m-2", "m-2"), (Llms(("m-1",)), "", ""), (Llms((), "m-3"), "", "m-3")],
)
def test_a_new_project_without_a_model_takes_the_default(llms, asked, model):
    assert rules.chosen(llms, "guild", asked) == model


def test_a_model_that_the_list_lacks_is_refused_by_name_with_those_that_are_allowed():
    with pytest.raises(UnsupportedModel) as refused:
        rules.chosen(TWO, "guild", "m-3")
    fault = refused.value
    assert fault.code == "project.unsupported-model"
    assert fault.details == {"model": "m-3", "allowed": ["m-1", "m-2"]}
    assert fault.message == (
        "The projects of guild may not use the model 'm-3'. Allowed: m-1, m-2."
    )


@pytest.mark.parametrize(
    ("llms", "before", "model"),
    [(TWO, "m-2", "m-2"), (TWO, "m-3", "m-1"), (TWO, "", "m-1"), (Llms(), "m-3", "m-3")],
)
def test_what_is_made_after_another_project_takes_its_model_or_the_default(llms, before, model):
    assert rules.inherited(llms, before) == model
