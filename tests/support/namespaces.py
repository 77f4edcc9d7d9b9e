"""Machines that are network namespaces: two switches, a cable between them that can be pulled.

Each machine has its own network and one address in 10.77.0.0/24, which nothing outside can reach.
Making them needs CAP_NET_ADMIN; where a test has no right to it, it is skipped, and says so.
"""

import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

CAP_NET_ADMIN = 12
CAP_SYS_ADMIN = 21
TRUNK = "trunk"


def may() -> bool:
    """Whether this process may make networks: its capabilities say so, nothing is tried."""
    (line,) = [
        line
        for line in Path("/proc/self/status").read_text().splitlines()
        if line.startswith("CapEff:")
    ]
    has = int(line.split()[1], 16)
    return bool(has >> CAP_NET_ADMIN & 1 and has >> CAP_SYS_ADMIN & 1)


needed = pytest.mark.skipif(
    not may(), reason="NOT TESTED HERE: networks that are cut need CAP_NET_ADMIN (run as root)"
)


def ip(*words: str, at: str | None = None) -> None:
    """Run `ip`, in the namespace `at` if one is named."""
    line = [*(within(at) if at else ()), "ip", *words]
    done = subprocess.run(line, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 0, (words, done.stderr)


def within(name: str) -> tuple[str, str]:
    """Return what a command is put behind to run in a namespace.

    `ip -n` and `ip netns exec` make a mount namespace too, which fails in a chroot.
    """
    return ("nsenter", f"--net=/run/netns/{name}")


@dataclass(frozen=True)
class Machine:
    """A namespace with one address."""

    name: str
    address: str

    @property
    def through(self) -> tuple[str, ...]:
        """What a command is put behind to run there."""
        return within(self.name)


class Cable:
    """What joins the two switches."""

    def __init__(self, hub: str) -> None:
        self._hub = hub

    def pull(self) -> None:
        ip("link", "set", TRUNK, "down", at=self._hub)

    def plug(self) -> None:
        ip("link", "set", TRUNK, "up", at=self._hub)


@contextmanager
def machines(sides: Sequence[int]) -> Iterator[tuple[list[Machine], Cable]]:
    """So many machines on each side of one cable; all of it is gone afterwards."""
    assert shutil.which("ip"), "the package iproute2 is missing"
    prefix = f"mic{os.getpid() % 10_000}{secrets.token_hex(2)}"
    hub, made = f"{prefix}hub", list[str]()
    try:
        ip("netns", "add", hub)
        made.append(hub)
        _switches(hub, len(sides))
        found = []
        for side, count in enumerate(sides):
            for _ in range(count):
                machine = Machine(f"{prefix}n{len(found)}", f"10.77.0.{len(found) + 1}")
                ip("netns", "add", machine.name)
                made.append(machine.name)
                _connect(hub, machine, len(found), side)
                found.append(machine)
        yield found, Cable(hub)
    finally:
        for name in made:
            ip("netns", "del", name)


def _switches(hub: str, count: int) -> None:
    for side in range(count):
        ip("link", "add", f"switch{side}", "type", "bridge", at=hub)
        ip("link", "set", f"switch{side}", "up", at=hub)
    ip("link", "add", TRUNK, "type", "veth", "peer", "name", "other", at=hub)
    for end, side in ((TRUNK, 0), ("other", 1)):
        ip("link", "set", end, "master", f"switch{side}", "up", at=hub)


def _connect(hub: str, machine: Machine, number: int, side: int) -> None:
    port = f"port{number}"
    ip("link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", machine.name, at=hub)
    ip("link", "set", port, "master", f"switch{side}", "up", at=hub)
    ip("address", "add", f"{machine.address}/24", "dev", "eth0", at=machine.name)
    for link in ("lo", "eth0"):
        ip("link", "set", link, "up", at=machine.name)
