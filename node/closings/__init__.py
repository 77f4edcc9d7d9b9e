"""Closing an account: asked for, undone within seven days, then done for good."""
