"""The demo: a server of its own, two people who are there, a past to read, and a screen.

Three processes that end together: `house` starts and ends them, `seed` writes the past in one statement,
`people` lives in the second one. Must never touch the person's settings or keyring, start the server as
an import, or show a screen itself.
"""
