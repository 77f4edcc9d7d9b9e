"""Programs and machines that sign in without a browser of their own: OAuth's device flow."""
