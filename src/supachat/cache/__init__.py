"""What is kept on disk between runs. `store` is the door, `rows` its tables.

Must never be known to the core or to a screen: the client asks it.
"""
