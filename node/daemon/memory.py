"""Memory that was needed once goes back to the system.

What a large landing frees, the C library keeps for the next one, in an arena for each thread; on a
machine that does other things too, that is memory taken for nothing. So there are few arenas, and
what lies free in them is given back every now and then. Only glibc has both; elsewhere nothing of
this happens.
"""

import asyncio
import ctypes
import gc
import os
from pathlib import Path

PAUSE_SECONDS = 20.0
NEW_OBJECTS = 5_000
"""How many more objects there are before the collector of garbage looks at the new ones.

It looks at all of them a hundred times as seldom, and that takes 10 to 20 ms: with the usual 700, a
page in twenty waited for it.
"""
ARENAS = 2
_M_ARENA_MAX = -8
_PAGE = os.sysconf("SC_PAGESIZE")


def resident() -> int:
    """Return the bytes of memory that the process has of its own, files apart; 0 if unknown."""
    try:
        _, all_, shared, *_ = Path("/proc/self/statm").read_text(encoding="ascii").split()
    except OSError:
        return 0
    return (int(all_) - int(shared)) * _PAGE


def use_few_arenas() -> None:
    """Have threads share their free memory; to be called before there are many of them."""
    _of_glibc("mallopt", _M_ARENA_MAX, ARENAS)


def collect_seldom() -> None:
    """Have the collector of garbage look less often; to be called when the process starts."""
    gc.set_threshold(NEW_OBJECTS)


def give_back() -> None:
    """Give what lies free back to the system."""
    _of_glibc("malloc_trim", 0)


def settle() -> None:
    """Have the collector of garbage leave alone what is there: it stays, and takes long to see."""
    gc.collect()
    gc.freeze()


async def tidy() -> None:
    """Give back again and again, as long as there is any change, until cancelled."""
    settle()
    kept, is_settled = -1, False
    while True:
        await asyncio.sleep(PAUSE_SECONDS)
        if not is_settled:  # what peers and the first pages need is loaded by now
            settle()
            is_settled = True
        if resident() != kept:
            await asyncio.to_thread(give_back)
            kept = resident()


def _of_glibc(name: str, *numbers: int) -> None:
    function = getattr(ctypes.CDLL(None), name, None)
    if function is not None:
        function(*numbers)
