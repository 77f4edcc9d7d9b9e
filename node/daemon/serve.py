"""One node from start to stop, under one task group.

Order of a start: lock, socket, store, owner, doors. The socket is bound before the store opens, so
that a busy port is told before anything is touched and early visitors wait instead of being
refused; the address is told only when the doors answer.
Order of a stop: no new connections, answers under way get a few seconds, then the store closes.
"""

import asyncio
import os
import resource
import signal
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from aiohttp import web

from activitypub import following
from node.accounts.model import Account
from node.daemon import (
    building,
    dispatcher,
    first_start,
    http,
    lock,
    memory,
    peering,
    presence,
    steady,
    threads,
    worker,
)
from node.daemon.config import Config
from node.daemon.features import FEATURES
from node.daemon.health import Metrics
from node.daemon.presence import Presence
from node.kernel.errors import Conflict, Invalid
from node.kernel.forge import Forge
from node.signin import verbs as signin

BACKLOG = 512
LAST_RESORT_SECONDS = 4.5


@dataclass(frozen=True, slots=True)
class Running:
    """A node that answers; `note` says what the start could not do."""

    url: str
    owner: str
    signin_url: str
    note: str | None
    peer_id: str | None = None
    p2p_addresses: tuple[str, ...] = ()
    p2p_fault: str | None = None


class CannotListen(Conflict):
    """Somebody else has the port."""

    def __init__(self, config: Config, reason: str) -> None:
        address = f"{config.host}:{config.port}"
        super().__init__(
            "node.cannot-listen",
            f"The node cannot listen on {address}: {reason}. Choose another with --listen.",
            listen=address,
        )


async def serve(
    config: Config, announce: Callable[[Running], None], *, peers_seconds: float = 0.0
) -> None:
    """Run the node until SIGTERM or SIGINT; `announce` is called once, when it answers.

    That may wait `peers_seconds` for peers to reach it, too.
    """
    stop = asyncio.Event()
    _allow_files()
    memory.use_few_arenas()
    memory.collect_seldom()
    threads.take_short_turns()
    building.make_directory(config.data)
    with lock.hold(config.data), _stopped_by_signals(stop), _listening(config) as door:
        last = presence.read(config.data)
        url = config.url or _url(config, door)
        async with building.opened(config, url) as forge:
            owner = await first_start.owner(forge, config)
            presence.write(config.data, Presence(url, os.getpid(), forge.now()))
            note = await _register(forge, config, owner, last)
            forge.reach.fault = peering.fault(config)

            async def tell(up: asyncio.Event) -> None:
                await _first(up, stop, peers_seconds if config.p2p else 0.0)
                await _announce(forge, owner, note, announce)

            await _run(forge, config, door, stop, tell)


def _allow_files() -> None:
    """Open as many files as the system lets us: packs and connections are many."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


async def _run(
    forge: Forge,
    config: Config,
    door: socket.socket,
    stop: asyncio.Event,
    tell: Callable[[asyncio.Event], Awaitable[None]],
) -> None:
    metrics, up = Metrics(), asyncio.Event()
    runner = http.runner(http.application(forge, metrics), forge.limits)
    await runner.setup()
    try:
        await web.SockSite(runner, door, backlog=BACKLOG).start()
        host = str(door.getsockname()[0])
        async with asyncio.TaskGroup() as group:
            woken = asyncio.Event()
            background = [
                group.create_task(dispatcher.run(forge, FEATURES, woken), name="dispatcher"),
                group.create_task(worker.run(forge, FEATURES, woken), name="worker"),
                group.create_task(memory.tidy(), name="memory"),
                group.create_task(
                    steady.repeat("followed nodes", lambda: following.step(forge)), name="actors"
                ),
                group.create_task(peering.run(forge, config, host, metrics, up), name="peers"),
            ]
            await tell(up)
            await stop.wait()
            for task in background:
                task.cancel()
    finally:
        await runner.cleanup()


async def _first(up: asyncio.Event, stop: asyncio.Event, seconds: float) -> None:
    """Wait until one of them is set, or so many seconds."""
    try:
        async with asyncio.timeout(seconds), asyncio.TaskGroup() as group:
            waits = [group.create_task(one.wait()) for one in (up, stop)]
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            for one in waits:
                one.cancel()
    except TimeoutError:
        pass


async def _register(
    forge: Forge, config: Config, owner: Account, last: Presence | None
) -> str | None:
    if config.mic_home is None:
        return None
    return await first_start.register(forge, owner, config.mic_home, last.url if last else None)


async def _announce(
    forge: Forge, owner: Account, note: str | None, announce: Callable[[Running], None]
) -> None:
    link = signin_url(forge.node.url, await signin.make_link(forge, owner))
    reach = forge.reach
    running = Running(
        forge.node.url, owner.handle, link, note, reach.peer_id, reach.addresses, reach.fault
    )
    announce(running)


def signin_url(url: str, secret: str) -> str:
    """Return the address that a one-time link stands for."""
    return f"{url}/sign-in/{secret}"


@contextmanager
def _listening(config: Config) -> Iterator[socket.socket]:
    """Bind the address; raise `CannotListen`, or `Invalid` for a host that is none."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            config.host, config.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError as fault:
        raise Invalid(
            "config.bad-setting",
            f"There is no host {config.host!r} to listen on.",
            host=config.host,
        ) from fault
    with socket.socket(family, kind, protocol) as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind(address)
            door.listen(BACKLOG)
        except OSError as fault:
            raise CannotListen(config, fault.strerror or str(fault)) from fault
        door.setblocking(False)
        yield door


def _url(config: Config, door: socket.socket) -> str:
    """Return the address under which this machine reaches the node."""
    port = door.getsockname()[1]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(config.host, config.host)  # noqa: S104
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@contextmanager
def _stopped_by_signals(stop: asyncio.Event) -> Iterator[None]:
    """Set `stop` on SIGTERM and SIGINT; the process ends soon after, whatever hangs."""
    loop = asyncio.get_running_loop()

    def ask() -> None:
        stop.set()
        # Safe because what was acknowledged is on disk: this end is no worse than a power cut.
        last_resort = threading.Timer(LAST_RESORT_SECONDS, os._exit, (1,))
        last_resort.daemon = True
        last_resort.start()

    for one in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(one, ask)
    try:
        yield
    finally:
        for one in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(one)
