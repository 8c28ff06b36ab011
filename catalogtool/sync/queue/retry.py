"""When a task that failed is tried again, and when what waits for its time is ready."""

from __future__ import annotations

import random

from sqlalchemy import text
from sqlalchemy.orm import Session

MOST_RETRIES = 5
FIRST_SECONDS = 2.0
GROWTH = 3.0
MOST_AT_ONCE = 5_000

_PROMOTE = text(
    """
    WITH due AS MATERIALIZED (
        SELECT id FROM processing_queue
        WHERE status = 'pending' AND run_at IS NOT NULL AND run_at <= clock_timestamp()
        ORDER BY run_at LIMIT :limit FOR UPDATE SKIP LOCKED
    )
    UPDATE processing_queue SET run_at = NULL WHERE id = ANY(ARRAY(SELECT id FROM due))
    """
)


def seconds_until(retry: int) -> float:
    """How long the first, second, … retry waits: about 2 s, 6 s, 18 s, 54 s, 160 s.

    A third of it is left to chance, so that what failed together does not come back together.
    """
    return FIRST_SECONDS * GROWTH ** (retry - 1) * random.uniform(0.8, 1.2)  # noqa: S311


def promote_due(session: Session) -> int:
    """Make those ready whose time has come; how many there were."""
    done = session.execute(_PROMOTE, {"limit": MOST_AT_ONCE})
    return done.rowcount  # type: ignore[attr-defined,no-any-return]
