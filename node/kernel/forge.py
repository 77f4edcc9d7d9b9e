"""What a verb may touch, as one frozen value built by `node.daemon` and by tests."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from keys.ed25519 import PrivateKey
from node.kernel.bell import Bell
from node.kernel.clock import HybridClock
from node.kernel.guesses import Guesses
from node.kernel.ids import Ids
from node.kernel.keys import KeyStore
from node.kernel.limits import Limits
from node.kernel.reach import Reach
from store.database import Database
from store.objects import Objects


@dataclass(frozen=True, slots=True)
class Operator:
    """Who keeps this node, as the pages say it; both are empty where nothing was chosen."""

    name: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class NodeIdentity:
    """This node to others: its key, the name it goes by and the address of its pages."""

    key: PrivateKey
    name: str
    url: str
    operator: Operator = Operator()

    @property
    def did(self) -> str:
        """The node's `did:key`."""
        return self.key.did

    @property
    def number(self) -> int:
        """32 bits of the public key, for clock stamps."""
        return int.from_bytes(self.key.public.raw[:4], "big")


@dataclass(frozen=True, slots=True)
class Forge:
    """The node's parts."""

    db: Database
    objects: Objects
    node: NodeIdentity
    keys: KeyStore
    clock: HybridClock
    now: Callable[[], int]
    """Unix milliseconds."""
    cache: Path
    """A directory of what can be made again; whoever removes it loses time, nothing else."""
    reach_private: bool = False
    """Whether the node may speak to addresses that are not public because somebody asks it to."""
    ids: Ids = field(default_factory=Ids)
    limits: Limits = field(default_factory=Limits)
    guesses: Guesses = field(default_factory=Guesses)
    reach: Reach = field(default_factory=Reach)
    bell: Bell = field(default_factory=Bell)
    """Rings after each commit, for pages that are watched."""
