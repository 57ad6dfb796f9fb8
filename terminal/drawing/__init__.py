"""Drawing: a screen's state to pixels. Pure but for the fonts that it loads."""
