"""Videos of one asset are enriched by the same answer, and so belong into the same batch."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import text
from sqlalchemy.orm import Session

from catalogtool.sync.queue.handler import Batch, Task

# Assets of thousands of videos do not make a batch of any size.
MOST_TASKS = 1_000

_RETURNED = "task.id, task.video_id, task.payload, task.retry_count, task.created_by, task.priority"
_TAKE = """
    WITH chosen AS MATERIALIZED ({chosen})
    UPDATE processing_queue AS task
    SET status = 'processing', started_at = clock_timestamp(), lease_id = :lease_id
    WHERE task.id = ANY(ARRAY(SELECT id FROM chosen))
    RETURNING {returned}
"""
# As in `put_back`, only the index of the videos can be used.
_OF_THE_SAME_ASSETS = """
    SELECT q.id FROM processing_queue taken
    JOIN video v ON v.video_id = taken.video_id
    JOIN video sibling ON sibling.asset_id = v.asset_id
    JOIN processing_queue q ON q.video_id = sibling.video_id
    WHERE taken.lease_id = :lease_id AND q.task_type = :task_type AND q.status || '' = 'pending'
      AND q.run_at IS NULL
    LIMIT :limit FOR UPDATE OF q SKIP LOCKED
"""
_NEXT = """
    SELECT q.id FROM processing_queue q
    WHERE q.status = 'pending' AND q.run_at IS NULL AND q.task_type = :task_type
    ORDER BY q.priority DESC, q.id LIMIT :limit FOR UPDATE OF q SKIP LOCKED
"""
_SIBLINGS = text(_TAKE.format(chosen=_OF_THE_SAME_ASSETS, returned=_RETURNED))
_MORE = text(_TAKE.format(chosen=_NEXT, returned=_RETURNED))
_ASSETS = text("SELECT video_id, asset_id FROM video WHERE video_id = ANY(:video_ids)")


def take_siblings(session: Session, batch: Batch, assets: int) -> Batch:
    """The batch with all waiting tasks of its assets, filled up to so many different assets.

    Each task's payload then says its video's asset, as `asset_id`.
    """
    given = {"lease_id": batch.lease_id, "task_type": batch.task_type}
    tasks = list(batch.tasks)
    while True:
        room = MOST_TASKS - len(tasks)
        siblings = session.execute(_SIBLINGS, {**given, "limit": max(0, room)})
        tasks += [Task(**row) for row in siblings.mappings()]
        assets_of = _assets(session, tasks)
        lacking = assets - len(set(assets_of.values()))
        if lacking <= 0 or len(tasks) >= MOST_TASKS:
            break
        more = session.execute(_MORE, {**given, "limit": lacking}).mappings().all()
        if not more:
            break
        tasks += [Task(**row) for row in more]
    named = (
        replace(task, payload={**task.payload, "asset_id": assets_of.get(task.video_id)})
        for task in tasks
    )
    return replace(batch, tasks=tuple(named))


def _assets(session: Session, tasks: list[Task]) -> dict[str, str | None]:
    rows = session.execute(_ASSETS, {"video_ids": [task.video_id for task in tasks]})
    return {row.video_id: row.asset_id for row in rows}
