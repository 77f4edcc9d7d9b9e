"""What `micelio doctor` looks at: the node's directory, the machine, and what is owed."""
