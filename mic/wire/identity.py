"""A project by its id, beside the name in the address of a request.

A name can be given to another project; an id cannot. Whoever knows the id says it in a header, and
the node answers for that project or not at all.
"""

from typing import Final

HEADER: Final = "Micelio-Project"
"""Holds the id, `mic:z…`, that the addressed project must have."""

MOVED: Final = "project.moved"
"""The project has another address now: `account` and `project` in the details say which."""
