"""Who may do what: one decision for every door."""
