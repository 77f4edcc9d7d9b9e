"""`mic` as a person or an agent types it."""
