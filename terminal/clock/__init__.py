"""The time that the terminal relies on: its floor, what set it right, and how it survives a restart."""
