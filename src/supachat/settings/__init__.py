"""What a person wrote down: workspaces and taste, in one TOML file, and where everything lies on disk.

The file is theirs: comments and order survive whatever we add, and a mistake in it is named with its
line. Holds no secret (a publishable key is public). Must never import a dialect or the network, since
the first frame waits for this room; for the same reason writing (`edit`) is imported by those who write.
"""

from __future__ import annotations

from supachat.settings.choose import choose
from supachat.settings.file import Settings, load
from supachat.settings.places import Places, places
from supachat.settings.project import Workspace

__all__ = ["Places", "Settings", "Workspace", "choose", "load", "places"]
