"""What people did, in the order in which it happened: feeds of people, and of what one follows."""
