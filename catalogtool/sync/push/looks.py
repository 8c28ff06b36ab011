"""A write is a look as well: what YouTube was heard to say before it is not its latest word.

Answers that were asked for earlier, and reports of earlier days, would otherwise bring the old
value back. What else has changed on YouTube is asked for a little later, when every server of
theirs has heard of the write.
"""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from catalogtool.sync.push.answer import Asked, Told
from catalogtool.sync.queue.enqueue import PRIORITY, enqueue_video

LATER_SECONDS = 30

_VIDEO = text(
    """
    INSERT INTO video_look AS look (video_pk, metadata_at)
    SELECT id, clock_timestamp() FROM video WHERE video_id = :video_id
    ON CONFLICT (video_pk) DO UPDATE SET metadata_at = excluded.metadata_at
    """
)
_ASSET = text("UPDATE asset SET looked_at = clock_timestamp() WHERE asset_id = :asset_id")
_LATER = text(
    """
    UPDATE processing_queue SET run_at = now() + :seconds * interval '1 second' WHERE id = :id
    """
)


def note_writes(session: Session, asked: Asked, told: Told) -> None:
    """Note when this was, and queue another look at what was written."""
    given = {"video_id": asked.video_id, "asset_id": asked.asset_id}
    for wishes, note, task_type in (
        (asked.on_video, _VIDEO, "metadata_sync"),
        (asked.on_asset, _ASSET, "asset_enrichment"),
    ):
        if any(wish.field in told.sent for wish in wishes):
            session.execute(note, given)
            _look_later(session, asked.video_id, task_type)


def _look_later(session: Session, video_id: str, task_type: str) -> None:
    task, state = enqueue_video(
        session, video_id, task_type, user_id=None, priority=PRIORITY["high"], again=True
    )
    if state == "new":
        session.execute(_LATER, {"id": task.id, "seconds": LATER_SECONDS})
