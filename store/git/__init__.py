"""git's side of the bytes: its program, its objects, its histories; nothing of forges."""
