"""A feature as data: what it does in the background, wired by one line in the daemon's list."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from node.kernel.events import Event
from node.kernel.forge import Forge
from node.kernel.jobs import Job

Subscriber = Callable[[Forge, Event], Awaitable[None]]
Worker = Callable[[Forge, Job], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Feature:
    """`subscribers` by durable name, `jobs` by kind, `periodic` by kind with a pause in ms.

    `long` are the kinds of jobs that take minutes: they wait for each other, and nothing for them.
    """

    name: str
    subscribers: Mapping[str, Subscriber] = field(default_factory=dict)
    jobs: Mapping[str, Worker] = field(default_factory=dict)
    periodic: Mapping[str, int] = field(default_factory=dict)
    long: frozenset[str] = frozenset()
