"""Structures at work: what seats see and want, how they talk, what is decided, and the minutes of it."""
