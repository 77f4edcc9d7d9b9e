"""Starts libp2p, watches it, and starts it again when it ends or does not answer."""

import asyncio
import logging
import random
from typing import Protocol

from p2p.transport.bridge import Bridge
from p2p.transport.errors import TransportFault
from p2p.transport.limits import Settings
from p2p.transport.model import Started

log = logging.getLogger(__name__)


class Kept(Protocol):
    """Whose libp2p is kept running: the network."""

    settings: Settings

    def bridge(self) -> Bridge:
        """Return a new bridge, not started."""

    async def came_up(self, bridge: Bridge, started: Started) -> None:
        """Go on with a libp2p that runs."""

    def went_down(self, reason: str) -> None:
        """Do without."""


async def keep_up(network: Kept) -> None:
    """Keep libp2p running until cancelled."""
    settings = network.settings
    pause = settings.first_pause
    while True:
        bridge = network.bridge()
        began = asyncio.get_running_loop().time()
        try:
            reason = await _run(network, bridge)
        finally:
            await _stop(bridge, settings.stop_seconds)
        network.went_down(reason)
        if asyncio.get_running_loop().time() - began > settings.longest_pause:
            pause = settings.first_pause
        log.error("libp2p stopped: %s; it starts again in %.1f s", reason.rstrip("."), pause)
        await asyncio.sleep(pause * random.uniform(0.8, 1.2))  # noqa: S311  it spreads restarts
        pause = min(pause * 2, settings.longest_pause)


async def _run(network: Kept, bridge: Bridge) -> str:
    """Run libp2p once; return why it ended."""
    settings = network.settings
    try:
        bridge.start()
        async with asyncio.timeout(settings.start_seconds):
            started = await asyncio.shield(asyncio.wrap_future(bridge.started))
            await network.came_up(bridge, started)
    except TimeoutError:
        return f"it did not start within {settings.start_seconds:g} s"
    except Exception as fault:  # noqa: BLE001  the fence of the thread: libp2p raises anything
        return _reason(fault)
    return await _watch(bridge, settings)


async def _watch(bridge: Bridge, settings: Settings) -> str:
    """Return why libp2p ended, or that it does not answer."""
    ended = asyncio.wrap_future(bridge.ended)
    answers = True
    while answers:
        done, _ = await asyncio.wait({ended}, timeout=settings.watch_seconds)
        answers = not done and await _answers(bridge, settings.stall_seconds)
    # Who is ending does not answer either.
    await asyncio.wait({ended}, timeout=settings.stop_seconds)
    if not ended.done():
        return f"it did not answer for {settings.stall_seconds:g} s"
    fault = ended.exception()
    return "it ended by itself" if fault is None else _reason(fault)


async def _answers(bridge: Bridge, seconds: float) -> bool:
    try:
        call = bridge.submit(lambda host: host.alive(), seconds, urgent=True)
        async with asyncio.timeout(seconds):
            await asyncio.wrap_future(call)
    except TimeoutError:
        return False
    except Exception:  # noqa: BLE001  it answered, if with a fault; its end is told otherwise
        return True
    return True


async def _stop(bridge: Bridge, seconds: float) -> None:
    bridge.ask_to_stop()
    ended = asyncio.wrap_future(bridge.ended)
    await asyncio.wait({ended}, timeout=seconds)
    if not ended.done():
        bridge.abandon()
        return
    ended.exception()  # taken note of, so that nobody warns
    bridge.join(seconds)


def _reason(fault: BaseException) -> str:
    """Return why it ended, in a line; the log has the whole of what libp2p raised."""
    if isinstance(fault, TransportFault):
        return str(fault)
    log.error("libp2p failed", exc_info=fault)
    while isinstance(fault, BaseExceptionGroup):
        fault = fault.exceptions[0]
    return f"{type(fault).__name__}: {fault}"[:300]
