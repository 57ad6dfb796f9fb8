"""Verification of inspection credentials: bytes and time in, a finding out. Pure."""
