"""Micelio on the command line, and the protocol that it speaks with a node."""
