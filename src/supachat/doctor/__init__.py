"""`supachat doctor`: one check a line, each failure with its cure.

Finds out, changes nothing, and shows no secret. Every check has a deadline; those that need nothing of
each other run at once; one whose need failed says that it was not made, and why. Knows the network by
`assemble.examine` alone.
"""
