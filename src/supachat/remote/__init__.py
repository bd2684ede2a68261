"""The only room with supabase, realtime, httpx and keyring. Its face is `project.Project`.

Nothing here may be imported before the first frame: supabase alone costs 0.3 s.
"""
