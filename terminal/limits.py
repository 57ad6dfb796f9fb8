"""Times that several packages share: rules of the wire format, and defaults of settings."""

from __future__ import annotations

DAY_S = 86_400
RECENT_CHECK_S = 600
"""A check is recent for ten minutes: its late answer is recorded, and its alarm has a screen of its own (wire
format, section 5).
"""

FRAME_BUDGET_MS = 15
"""`[camera] budget_ms`: CPU time for reading a frame."""
FRAME_BUDGET_S = 1e-3 * FRAME_BUDGET_MS
TRUST_FRESH_H, TRUST_USABLE_H = 24, 168
"""`[checks] trust_fresh_h`, `trust_usable_h`: ages at most of a fresh and a usable trust set (section 4)."""
OFFLINE_USABLE_DAYS = 35
"""`[checks] offline_usable_days`: greatest age of an offline list whose entries count (section 7)."""
VERDICT_FADES_S, VERDICT_HIDES_S = 60, 180
"""`[checks] verdict_fades_s`, `verdict_hides_s`: ages at which a verdict loses its colour and is hidden."""
DISPLAY_RESTS_S = 120
"""`[display] rests_s`: time without a press, a touch or a code after which display and camera rest."""
SESSION_LOCKS_S = 300
"""`[sign_in] locks_s`: time without a press or a check after which the session locks."""
RETENTION_DAYS = 30
"""`[upload] retention_days`: time that a record stays after its receipt (section 6)."""
