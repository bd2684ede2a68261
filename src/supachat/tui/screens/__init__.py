"""Screens: they hear Changes, show widgets and call the client.

Must never import the core, the cache, the network or a dialect: the client is all they know of the world.
"""
