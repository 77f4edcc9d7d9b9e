"""What can go wrong between this process and a peer.

TransportFault
├── BadAddress        not an address of a peer that we understand
├── NotRunning        libp2p does not run in this process now, or does not answer
├── CannotListen      an address to listen on is taken, or is none of this machine's
├── PeerUnreachable   nobody answered there, or not in time
│   └── WrongPeer     somebody answered who is not the one that was asked for
├── PeerBanned        the peer is not spoken to for a while
└── TooMany           a limit of ours: streams, dials, calls under way
"""

from typing import ClassVar


class TransportFault(Exception):
    """The root of what this package raises on purpose."""

    code: ClassVar[str] = "p2p.fault"


class BadAddress(TransportFault):
    """The text is no address of a peer."""

    code: ClassVar[str] = "p2p.bad-address"


class NotRunning(TransportFault):
    """libp2p does not run here, has stopped, or does not answer in time."""

    code: ClassVar[str] = "p2p.not-running"


class CannotListen(TransportFault):
    """An address cannot be listened on."""

    code: ClassVar[str] = "p2p.cannot-listen"


class PeerUnreachable(TransportFault):
    """Nobody speaks our protocol at this address, or not in time."""

    code: ClassVar[str] = "p2p.peer-unreachable"


class WrongPeer(PeerUnreachable):
    """Who answers proves another key than the one that was asked for."""

    code: ClassVar[str] = "p2p.wrong-peer"


class PeerBanned(TransportFault):
    """The peer misbehaved and is not spoken to until the ban expires."""

    code: ClassVar[str] = "p2p.peer-banned"


class TooMany(TransportFault):
    """As much of this is under way as we allow."""

    code: ClassVar[str] = "p2p.too-many"
