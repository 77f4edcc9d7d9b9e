"""What happened to somebody: told once, read or not, and forgotten in the end."""
