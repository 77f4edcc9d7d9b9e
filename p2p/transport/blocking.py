"""The network for a program without a loop: `mic` asks a peer from a plain thread.

The thread of libp2p starts at the first call and ends with the process. It listens on nothing, and
its key is made for this process: a peer learns nothing from it.
"""

import atexit
import socket
import threading
from concurrent.futures import TimeoutError as TooLate
from typing import NoReturn

from keys.ed25519 import PrivateKey
from p2p.transport import addresses
from p2p.transport.bridge import Bridge
from p2p.transport.errors import NotRunning, PeerUnreachable, TransportFault
from p2p.transport.limits import Settings
from p2p.transport.outside import Outside

SETTINGS = Settings(gossip=False, serves=False)
ANSWER_SECONDS = 2.0
"""How much longer than its deadline a call may take to come back."""

_lock = threading.Lock()
_bridges: dict[str, Bridge] = {}
_own_key: list[PrivateKey] = []


def dial(address: str, key: PrivateKey | None = None) -> socket.socket:
    """Return a connected socket to the peer; it speaks HTTP/1.1.

    Raises `BadAddress`, `PeerUnreachable`, `WrongPeer`, `NotRunning`.
    """
    where = addresses.of_peer(address)
    bridge = _running(key or _key())
    call = bridge.submit(lambda host: host.dial(where), SETTINGS.dial_seconds)
    try:
        return call.result(SETTINGS.dial_seconds + ANSWER_SECONDS)
    except TooLate as fault:
        call.cancel()
        raise PeerUnreachable(f"{address} did not answer in time.") from fault


def stop() -> None:
    """End what `dial` started; the sockets that it returned end too."""
    with _lock:
        bridges = list(_bridges.values())
        _bridges.clear()
    for bridge in bridges:
        bridge.ask_to_stop()
    for bridge in bridges:
        bridge.join(SETTINGS.stop_seconds)


def _key() -> PrivateKey:
    with _lock:
        if not _own_key:
            _own_key.append(PrivateKey.generate())
        return _own_key[0]


def _running(key: PrivateKey) -> Bridge:
    with _lock:
        bridge = _bridges.get(key.did)
        if bridge is None or bridge.ended.done():
            bridge = Bridge(_outside(key), SETTINGS.limits.calls)
            bridge.start()
            if not _bridges:
                atexit.register(stop)
            _bridges[key.did] = bridge
    try:
        bridge.started.result(SETTINGS.start_seconds)
    except TooLate as fault:
        raise NotRunning("libp2p did not start in time.") from fault
    except TransportFault:
        raise
    except Exception as fault:
        raise NotRunning(f"libp2p does not start: {fault}") from fault
    return bridge


def _outside(key: PrivateKey) -> Outside:
    def refuse(sock: socket.socket, _did: str) -> NoReturn:
        sock.close()
        raise NotRunning("Nothing is served here.")

    return Outside(key, (), SETTINGS, refuse, lambda _: None, lambda _did, _what: None)
