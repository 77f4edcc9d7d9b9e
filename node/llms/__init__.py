"""Which models the agents of an account's projects may be told to use."""
