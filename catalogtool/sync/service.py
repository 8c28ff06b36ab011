"""All writes to the queue of work that is owed to YouTube."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

# Once per video: a task that exists, whatever became of it, is not asked for again.
_ENQUEUE_ENRICHMENT = text(
    """
    INSERT INTO processing_queue (video_id, task_type, payload)
    SELECT v.video_id, 'asset_enrichment', jsonb_build_object('asset_id', v.asset_id)
    FROM video v
    WHERE v.asset_id IS NOT NULL AND (v.upc IS NULL OR v.isrc IS NULL)
      AND NOT EXISTS (
        SELECT FROM processing_queue q
        WHERE q.video_id = v.video_id AND q.task_type = 'asset_enrichment')
    ORDER BY v.id
    ON CONFLICT DO NOTHING
    """
)


def enqueue_enrichment(session: Session) -> int:
    """Queue every video that has an asset but lacks a code; how many are new in the queue."""
    return session.execute(_ENQUEUE_ENRICHMENT).rowcount  # type: ignore[attr-defined,no-any-return]
