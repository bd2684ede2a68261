"""supachat: a terminal chat client for conversations that live in a Supabase project."""

__version__ = "0.1.0"
