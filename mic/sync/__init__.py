"""The node's side of `/mic/v1`: decode, one verb, encode.

It decides nothing that another front end would have to decide as well; what it owns is the wire:
limits before parsing, bodies streamed in bounded memory in both directions, one answer per fault.
"""
