"""Histories of git: brought in as landings, and given out as git again."""
