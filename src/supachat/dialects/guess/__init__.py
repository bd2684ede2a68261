"""A stranger's tables in, a map out: which of them is a chat, with a confidence for each guess.

Pure: what the tables are is looked at elsewhere and comes in as `seen.Table`s. Knows the words that people
use for a chat's parts, never a schema; whatever it is not sure of it says, so that a person can be asked.
"""
