"""What is said under a signature: projects, landings, contributions, delegations, notices and more.

Each module gives the value and its two directions. Sealing writes canonical JSON (RFC 8785) and
refuses what opening would refuse; opening checks the signature first and the meaning second.
"""
