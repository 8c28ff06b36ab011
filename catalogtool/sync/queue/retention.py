"""Tasks that have ended leave the queue after a while, a chunk at a time."""

from __future__ import annotations

from sqlalchemy import text

from catalogtool.core.db import unit_of_work
from catalogtool.jobs import stop_requested

CHUNK = 5_000

# Failed ones stay longer, so that people can ask for them again; they are few among the others.
_DELETE = text(
    """
    WITH old AS MATERIALIZED (
        SELECT id FROM processing_queue
        WHERE completed_at < now() - make_interval(days => :days)
          AND (status = 'completed' OR completed_at < now() - interval '30 days')
        ORDER BY completed_at, id LIMIT :chunk
        FOR UPDATE SKIP LOCKED
    )
    DELETE FROM processing_queue WHERE id = ANY(ARRAY(SELECT id FROM old))
    """
)


def delete_old_tasks(days: int = 7) -> int:
    """Delete what ended long ago, in short transactions; how many tasks."""
    deleted = 0
    while not stop_requested():
        with unit_of_work() as session:
            done = session.execute(_DELETE, {"days": days, "chunk": CHUNK})
        deleted += done.rowcount  # type: ignore[attr-defined]
        if done.rowcount < CHUNK:  # type: ignore[attr-defined]
            break
    return deleted
