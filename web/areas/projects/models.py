"""The models that are offered where a project is made, and what was typed of a list of them."""

from collections.abc import Sequence

from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.llms import verbs as llms
from node.llms.model import Llms
from web import forms


async def offered(forge: Forge, who: Party, namespaces: Sequence[str]) -> list[tuple[str, Llms]]:
    """Return those of the accounts that say something of models, and what they say."""
    found = [(one, await llms.get(forge, who, one)) for one in namespaces]
    return [(one, said) for one, said in found if not said.is_empty]


def typed(form: forms.Typed) -> Llms:
    """Return the list that was typed, one model a line, as it was typed."""
    return Llms(
        tuple(forms.text(form, "llm_models").splitlines()), forms.text(form, "llm_default_model")
    )
