"""Lists of models as values."""

from collections.abc import Sequence
from dataclasses import dataclass

from node.kernel.errors import Invalid


@dataclass(frozen=True, slots=True)
class Llms:
    """The models that an account's projects may name, in the order of its list.

    With no list they may name any. `default` is what a new project gets that names none; it may be
    empty.
    """

    allowed: tuple[str, ...] = ()
    default: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is said."""
        return self == Llms()

    def allows(self, model: str) -> bool:
        """Return whether a project may name `model`; naming none is always allowed."""
        return not (model and self.allowed) or model in self.allowed


class UnsupportedModel(Invalid):
    """A project is to name a model that its owner's list lacks."""

    def __init__(self, account: str, model: str, allowed: Sequence[str]) -> None:
        super().__init__(
            "project.unsupported-model",
            f"The projects of {account} may not use the model {model!r}."
            f" Allowed: {', '.join(allowed)}.",
            model=model,
            allowed=list(allowed),
        )


class BadModels(Invalid):
    """A list, or a default, that cannot be."""

    def __init__(self, condition: str, message: str) -> None:
        super().__init__(f"models.{condition}", message)
