"""What people think of projects: stars, what they looked at, and the order that follows from it."""
