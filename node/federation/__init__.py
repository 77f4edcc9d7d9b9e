"""Which nodes are followed by their actor documents: facts, and no network."""
