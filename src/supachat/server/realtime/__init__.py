"""Realtime as a Supabase project speaks it: Phoenix frames, channels, presence, changes of tables.

`app` is its face. Must never decide by itself who may hear: the database's policies do.
"""
