"""The program `micelio`: the only package that sees all the others, because it joins them.

It builds one `Forge`, gives it to the front ends and runs them under one task group.
"""
