"""Housekeeping is tested in a world of two people and two projects."""

from tests.support.worlds import empty, world

__all__ = ["empty", "world"]
