"""Commands: arguments in; words, JSON and an exit code out.

Every import is late, so that a command loads what it needs and nothing else. Must never import the core,
the network or the cache: the client, the assembly and the doctor stand before them.
"""
