"""The export of what belongs to an account: a zip that is read without Micelio."""
