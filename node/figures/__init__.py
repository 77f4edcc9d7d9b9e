"""The node as a whole in figures: how much there is, what is newest, what the public may find."""
