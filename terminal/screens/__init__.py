"""Screens: state, transitions and drawing."""
