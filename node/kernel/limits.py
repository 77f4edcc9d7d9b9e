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
    blame: int = 4 << 20
    projects_per_account: int = 25
    bytes_per_account: int = 5 << 30
