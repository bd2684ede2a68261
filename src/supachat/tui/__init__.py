"""The screen: the only folder with Textual.

Must never import the core, the cache, the network, a dialect or the server.
"""

import os

# Textual paints from a timer, and reads its rate when it is first imported: twice as often halves the wait.
os.environ.setdefault("TEXTUAL_FPS", "120")
