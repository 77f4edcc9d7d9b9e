"""Who did what on this node, in a log that shows tampering."""
