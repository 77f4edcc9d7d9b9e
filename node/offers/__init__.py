"""Landings that were offered to a mirror, and go to the home of their project."""
