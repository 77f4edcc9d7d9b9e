"""A checked-out directory: what it holds, what changed in it, and how it is brought up to date.

Pure but for the file system: nothing here speaks to a node.
"""
