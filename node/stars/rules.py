"""In which order projects trend."""

import math
from collections.abc import Iterable

from node.stars.model import Activity

DAY_MS = 86_400_000
DAYS = 7
WEIGHT_OF_STARS = 3
WEIGHT_OF_LANDINGS = 2


def score(one: Activity) -> float:
    """Return how much a project trends: what happened lately, and a little of what was before."""
    lately = one.new_stars * WEIGHT_OF_STARS + one.new_landings * WEIGHT_OF_LANDINGS
    return lately + math.log2(1 + one.stars)


def trending(found: Iterable[Activity]) -> list[int]:
    """Return the keys of projects, those that trend most first, then the newest."""
    ordered = sorted(found, key=lambda one: (-score(one), -one.created_at, -one.key))
    return [one.key for one in ordered]
