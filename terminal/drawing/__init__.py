"""Drawing: turns a screen's state into pixels. Pure except for loading the fonts."""
