"""Releases of the image: which bundle may be installed, and what becomes of a release after a boot."""
