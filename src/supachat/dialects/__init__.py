"""A chat schema as data: what it calls a thread, a message, a person, and how they are asked for.

No code path outside this folder names a table or a column, and no Python in it names those of one schema.
"""
