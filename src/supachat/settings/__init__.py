"""What a person wrote down: workspaces and taste, in one TOML file, and where everything lies on disk.

The file is theirs: comments and order survive whatever we add, and a mistake in it is named with its
line. Holds no secret (a publishable key is public). Must never import a dialect or the network, since
the first frame waits for this room.
"""

from __future__ import annotations

from supachat.settings.choose import choose
from supachat.settings.edit import keep_choice, keep_workspace
from supachat.settings.file import Settings, load
from supachat.settings.places import Places, places
from supachat.settings.project import Workspace

__all__ = ["Places", "Settings", "Workspace", "choose", "keep_choice", "keep_workspace", "load", "places"]
