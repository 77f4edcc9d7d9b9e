"""What can be wrong with what the operator chose."""

from node.kernel.errors import Invalid


class BadSetting(Invalid):
    """A flag, a variable or a line of the settings file cannot mean anything."""

    def __init__(self, message: str, **details: object) -> None:
        super().__init__("config.bad-setting", message, **details)
