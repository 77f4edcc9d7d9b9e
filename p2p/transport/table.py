"""libp2p's distributed hash table, with little of what strangers put into it.

What is replaced here, and why: libp2p keeps fifty thousand values of up to a mebibyte that nobody
of ours ever asks for, under any name, and of who says to provide something all addresses, for as
many keys as anybody thinks of.
"""

from libp2p.host.basic_host import BasicHost
from libp2p.kad_dht import kad_dht, value_store
from libp2p.kad_dht.kad_dht import DHTMode, KadDHT
from libp2p.kad_dht.provider_store import ProviderStore
from libp2p.peer.peerinfo import PeerInfo

MESSAGE = 64 << 10
"""Bytes of what is asked of us."""
VALUES, VALUE = 100, 4 << 10
"""Values that are kept, and bytes of each."""
PROVIDERS = 20_000
"""Who says to provide what, in all; the oldest give way."""
ADDRESSES, LONGEST = 8, 256


class FewProviders(ProviderStore):
    """Keeps a few addresses of each, and so many in all."""

    def add_provider(self, key: bytes, provider: PeerInfo) -> None:
        """Note that somebody says to provide `key`."""
        some = [one for one in provider.addrs[:ADDRESSES] if len(one.to_bytes()) <= LONGEST]
        super().add_provider(key, PeerInfo(provider.peer_id, some))
        while sum(map(len, self.providers.values())) > PROVIDERS:
            del self.providers[next(iter(self.providers))]


class SmallTable(KadDHT):
    """A table that costs the same whatever strangers send."""

    def __init__(self, host: BasicHost) -> None:
        # Safe because these modules look their numbers up as they are asked; a test sends more.
        vars(kad_dht).update(MAX_DHT_MESSAGE_SIZE=MESSAGE, MAX_RECORD_SIZE=VALUE)
        vars(value_store).update(MAX_VALUE_STORE_SIZE=VALUES)
        super().__init__(host, DHTMode.SERVER, strict_validation=True)
        self.provider_store = FewProviders(host=host, peer_routing=self.peer_routing)
