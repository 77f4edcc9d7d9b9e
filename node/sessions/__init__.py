"""Sessions: a goal, what was said and decided on the way, and what became of it."""
