"""Forks: projects that go on from a position of another one, with all that came before it."""
