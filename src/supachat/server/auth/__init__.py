"""GoTrue, as far as e-mail goes: `app` lists the paths; `accounts`, `sessions`, `codes` keep the rows."""
