"""Searching the node: projects, code, and the reasons behind landings."""
