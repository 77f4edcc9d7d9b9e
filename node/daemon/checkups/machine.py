"""Whether the machine gives the node what it needs: room, files, time, git."""

import os
import platform
import resource
import shutil
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from node.daemon.building import DATABASE, shown_time
from node.daemon.checkups.model import Line, bad, doubtful, well
from store.copies import ENGINE
from store.git import program

_FULL = 64 << 20
_TIGHT = 1 << 30
_FEW = 1024
_SLACK_MS = 60_000


def disk(data: Path) -> Line:
    """Look how much room is left, also for a copy of the database."""
    room = os.statvfs(data)
    free, files = room.f_bavail * room.f_frsize, room.f_favail
    size = (data / DATABASE).stat().st_size
    what = f"{free:,} bytes are free where {data} lies"
    if free < _FULL or (room.f_files and not files):
        return bad("disk", f"{what}: nothing more can land.", "Make room, or move the directory.")
    if free < max(_TIGHT, size):
        return doubtful("disk", f"{what}.", "Make room before it is full.")
    return well("disk", f"{what}.")


def clock(now: int, newest: int) -> Line:
    """Compare the clock with the newest event."""
    if now + _SLACK_MS < newest:
        return bad(
            "time",
            f"The clock says {shown_time(now)}, before the newest event ({shown_time(newest)}).",
            "Set the clock; let it follow a time server.",
        )
    return well("time", f"The clock says {shown_time(now)}.")


def files(packs: int) -> Line:
    """Look how many files may be open: one for each pack and each connection."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = _FEW + packs
    if most != resource.RLIM_INFINITY and most < needed:
        return doubtful(
            "open files",
            f"{most:,} files may be open; the node may need {needed:,}.",
            "Raise `ulimit -n`, or LimitNOFILE of its service.",
        )
    shown = "Any number of" if most == resource.RLIM_INFINITY else f"{most:,}"
    return well("open files", f"{shown} files may be open.")


def git() -> Line:
    """Look for the program that serves clones and takes pushes."""
    found = shutil.which("git")
    wanted = "Install git {}.{} or newer: ".format(*program.OLDEST)
    if found is None:
        todo = f"{wanted}without it nobody can clone, push or import with git."
        return doubtful("git", "There is no git.", todo)
    told = program.version_said()
    if program.is_too_old(told):
        what = f"{found} is too old: {told or 'it says nothing'}."
        todo = f"{wanted}this one does not keep to the address that it is given to import from."
        return doubtful("git", what, todo)
    return well("git", f"{told} is at {found}.")


def versions() -> Line:
    """Say what is installed."""
    try:
        own = version("micelio")
    except PackageNotFoundError:
        own = "from a checkout"
    python = platform.python_version()
    system = f"{platform.system()} {platform.release()}"
    return well("versions", f"Micelio {own}, Python {python}, SQLite {ENGINE}, {system}.")
