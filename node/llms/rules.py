"""What a list of models may hold, and which model a project gets by it."""

from node.llms.model import BadModels, Llms, UnsupportedModel

LONGEST = 255
MOST = 50


def is_name(text: str) -> bool:
    """Return whether `text` can name a model, or none."""
    return len(text) <= LONGEST and text.isprintable()


def checked(said: Llms) -> Llms:
    """Return a list as it is kept: names without space around them, each once; raise `BadModels`.

    The default is one that the list allows.
    """
    names = (one.strip() for one in said.allowed)
    allowed, default = tuple(dict.fromkeys(filter(None, names))), said.default.strip()
    if not all(map(is_name, (*allowed, default))):
        raise BadModels("bad-name", f"A model's name has at most {LONGEST} printable characters.")
    if len(allowed) > MOST:
        raise BadModels("too-many", f"A list has at most {MOST} models; this one has more.")
    kept = Llms(allowed, default)
    if not kept.allows(default):
        raise BadModels(
            "default-not-allowed",
            f"The default {default!r} is not in the list. Put it there, or choose another one.",
        )
    return kept


def chosen(llms: Llms, account: str, asked: str) -> str:
    """Return the model of a new project of `account`; raise `UnsupportedModel`."""
    model = asked or llms.default
    require(llms, account, model)
    return model


def inherited(llms: Llms, model: str) -> str:
    """Return the model of a project that is made after another one, which named `model`.

    Nobody chose it here, so one that the list lacks gives way to the default.
    """
    return model if model and llms.allows(model) else llms.default


def require(llms: Llms, account: str, model: str) -> None:
    """Raise `UnsupportedModel` if a project of `account` may not name `model`."""
    if not llms.allows(model):
        raise UnsupportedModel(account, model, llms.allowed)
