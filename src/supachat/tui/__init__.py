"""The screen: the only folder with Textual."""

import os

# Textual paints from a timer, and reads its rate when it is first imported: twice as often halves the wait.
os.environ.setdefault("TEXTUAL_FPS", "120")
