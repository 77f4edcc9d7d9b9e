"""The client of `/mic/v1`: what `mic` asks of a node, over HTTP.

Synchronous, because a command does one thing; urllib3, because it is imported in a fraction of the
time of an asynchronous client. What runs at the same time (hashing beside sending) runs in threads.
"""
