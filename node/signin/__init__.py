"""How a person, a program or a device proves who it is."""
