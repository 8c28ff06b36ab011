"""Numbers of advisory locks that more than one room takes."""

from __future__ import annotations

# Held by whoever writes to many videos at once, for one short transaction.
MERGE_LOCK = 7_240_002
