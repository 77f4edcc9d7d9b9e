"""OAuth for programs that have no browser: the device flow, its tokens, and registration."""
