"""The first question: whether a code is genuine and in date. Pure: bytes and time in, a finding out."""
