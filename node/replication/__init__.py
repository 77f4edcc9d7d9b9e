"""What this node holds for others, and who else holds what: facts, and no network."""
