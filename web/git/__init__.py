"""git's own door: clone, fetch and push over smart HTTP, with git as the client."""
