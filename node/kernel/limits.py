"""Sizes and counts that the domain refuses to exceed; bytes unless said."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """One node's limits, with their defaults."""

    goal: int = 65_535
    note: int = 64 << 10
    paths_in_landing: int = 200_000
    changes_list: int = 64 << 20
    transcript: int = 4 << 20
    file: int = 16 << 30
    push: int = 8 << 30
    blame: int = 4 << 20
    projects_per_account: int = 25
    bytes_per_account: int = 5 << 30
    organizations_per_account: int = 10
    connections: int = 512
    head_seconds: float = 30.0
    """How long the head of a request may take from its first byte on."""
    stalled_seconds: float = 60.0
    """How long a body may stand still, on its way in or out."""
    git_cache: int = 20 << 30
    seeds: int = 100 << 30
    """What all projects of other nodes together may hold here; contents used least go first."""
