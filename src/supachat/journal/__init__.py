"""What this program writes down about itself: one log, and a report when it breaks.

Both may be mailed to a stranger, so neither may ever hold a token, a key or a message body, nor a byte
that steers a terminal. Knows no screen, no setting and no network; folders are arguments. Must never
raise: trouble with the log is not trouble for the person who chats.
"""
