"""The demo: a server of its own, people in five systems, a past to read, and a screen.

Three processes that end together: `house` and `keeper` start and end them, `seed` writes the past, one
statement for each system, `people` lives in the second one: the two who are there with clients like the
screen's, everybody else `backstage`. Must never touch the person's settings or keyring, start the server
as an import, show a screen itself, or name a table or column of a system: `dialects/demo/` does.
"""
