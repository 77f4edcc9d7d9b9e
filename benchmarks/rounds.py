"""Both sides in turn, in one run: what a benchmark here does.

Machines drift: what one side measured an hour ago says nothing about the other now. So each round
runs every side once, in an order that turns from round to round, and the medians are compared.
"""

import statistics
import time
from collections.abc import Callable, Mapping

ROUNDS = 5


def seconds(work: Callable[[], object]) -> float:
    """Return how long `work` takes, in wall seconds."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def in_turn(
    sides: Mapping[str, Callable[[], float]], rounds: int = ROUNDS
) -> dict[str, list[float]]:
    """Return what each side measured in each round."""
    measured: dict[str, list[float]] = {name: [] for name in sides}
    names = list(sides)
    for number in range(rounds):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            measured[name].append(sides[name]())
    return measured


def report(title: str, unit: str, measured: Mapping[str, list[float]]) -> dict[str, float]:
    """Print median and range of each side; return the medians."""
    print(f"\n{title}")
    medians = {name: statistics.median(values) for name, values in measured.items()}
    width = max(map(len, measured))
    for name, values in measured.items():
        low, high = min(values), max(values)
        print(f"  {name:<{width}}  {medians[name]:>10.4g} {unit}  ({low:.4g} to {high:.4g})")
    return medians
