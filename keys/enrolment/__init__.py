"""Enrolment of terminals: one-time code, exchange of keys and certificate, renewal, withdrawal."""
