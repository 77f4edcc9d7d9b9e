"""A whole node in one file, taken while it runs, and back."""
