"""The local server: sign-in, tables and realtime over a PostgreSQL of its own, as a Supabase project has.

It runs any project's migrations. Must never import anything of ours, and has never heard of chat.
"""
