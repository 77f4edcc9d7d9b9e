"""What people and organizations say of themselves: a few words, where else they are, a picture."""
