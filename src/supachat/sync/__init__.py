"""The core: what to believe, what to show, what to ask, what to keep. Values in, values out."""
