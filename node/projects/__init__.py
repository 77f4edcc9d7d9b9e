"""Projects: a name in somebody's namespace, and the signed document behind it."""
