"""Copies of this node's projects at others: what their holders signed, and what they proved."""
