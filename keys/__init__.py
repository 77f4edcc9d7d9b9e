"""Who signs: Ed25519 keys, their names, envelopes and statements.

Pure: no SQL, no network, and nothing of the other packages is imported here.
"""
