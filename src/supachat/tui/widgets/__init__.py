"""Widgets: they draw values and say what the person did.

Must never know the client, a screen, or what becomes of what they say.
"""
