"""Scenarios: scripts of a shift, and the player that runs one on a simulated rig."""
