"""Organizations: accounts that several people act for."""
