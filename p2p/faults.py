"""What can go wrong with a holder.

Unreachable
└── HolderFault        it did not help; `offence` says what is held against it
    ├── NoAnswer       nobody there, or the connection broke: nobody's fault
    ├── Refused        it answered no, with a code
    └── Misbehaved     what it sent is not what it should be
"""

from node.kernel.errors import Unreachable
from p2p.scores import Offence


class HolderFault(Unreachable):
    """A holder did not help."""

    offence: Offence = Offence.FAILED
    is_signed: bool = False
    """The home signed it so; who keeps the newest contents alone passes it on and cannot know."""


class NoAnswer(HolderFault):
    """A holder is not there, or went away in the middle."""

    def __init__(self, where: str, reason: str) -> None:
        message = f"{where} does not answer: {reason.rstrip('.')}."
        super().__init__("peer.no-answer", message, peer=where)


class Refused(HolderFault):
    """A holder said no."""

    def __init__(
        self, where: str, status: int, code: str, message: str, notice: str | None = None
    ) -> None:
        super().__init__("peer.refused", f"{where} refused: {message}", peer=where, said=code)
        self.status = status
        self.said = code
        self.why = message
        self.notice = notice
        """What the home signed about a project that is gone, in base64, unproven."""


class Misbehaved(HolderFault):
    """What a holder sent is not what it should be."""

    def __init__(self, where: str, offence: Offence, reason: str) -> None:
        super().__init__(f"peer.{offence.code}", f"{where} sent {reason}.", peer=where)
        self.offence = offence
