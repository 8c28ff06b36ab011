"""Tasks enter the queue: one for a video, or one statement for a million of them.

Whoever enqueues does it in the transaction of the change that needs it; workers hear of it at the
commit.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal

from sqlalchemy import RowMapping, text
from sqlalchemy.orm import Session

from catalogtool.core.errors import VideoNotFoundError
from catalogtool.sync.queue.handler import Task
from catalogtool.sync.queue.payloads import Payload, merged
from catalogtool.sync.queue.waking import wake

State = Literal["new", "waiting", "running"]

PRIORITY = {"high": 100, "normal": 50, "low": 0}
# A person waits for the answer.
PERSON_PRIORITY = 200

_COLUMNS = "id, video_id, payload, retry_count, created_by, priority"
_RUNNING = text(
    f"""
    SELECT {_COLUMNS} FROM processing_queue
    WHERE video_id = :video_id AND task_type = :task_type AND status = 'processing'
    ORDER BY id DESC LIMIT 1
    """
)
_WAITING = text(
    f"""
    SELECT {_COLUMNS} FROM processing_queue
    WHERE video_id = :video_id AND task_type = :task_type AND status = 'pending'
    FOR UPDATE
    """
)
_HURRY = text(
    f"""
    UPDATE processing_queue
    SET priority = greatest(priority, :priority), payload = cast(:payload AS jsonb), run_at = NULL,
        created_by = coalesce(created_by, :user_id)
    WHERE id = :id RETURNING {_COLUMNS}
    """
)
_INSERT = text(
    f"""
    INSERT INTO processing_queue (video_id, task_type, priority, payload, created_by)
    VALUES (:video_id, :task_type, :priority, cast(:payload AS jsonb), :user_id)
    ON CONFLICT (video_id, task_type) WHERE status = 'pending' DO NOTHING
    RETURNING {_COLUMNS}
    """
)
_VIDEO = text("SELECT FROM video WHERE video_id = :video_id FOR KEY SHARE")

# A video that is being worked on gets no second task, except to push what was edited since. By
# NOT IN, since those are looked up in memory, however few the planner takes them for.
_INSERT_MATCHING = """
    INSERT INTO processing_queue (video_id, task_type, priority, created_by)
    SELECT v.video_id, cast(:task_type AS text), :priority, cast(:user_id AS integer)
    FROM video v
    WHERE ({where}) AND (cast(:task_type AS text) = 'metadata_push' OR v.video_id NOT IN (
        SELECT q.video_id FROM processing_queue q
        WHERE q.lease_id IS NOT NULL AND q.task_type = cast(:task_type AS text)))
    ORDER BY v.id
    ON CONFLICT (video_id, task_type) WHERE status = 'pending'
"""
_ONLY_NEW = f"{_INSERT_MATCHING} DO NOTHING"
_OR_HURRY = f"""
    WITH queued AS (
        {_INSERT_MATCHING}
        DO UPDATE SET priority = excluded.priority
        WHERE processing_queue.priority < excluded.priority
        RETURNING (xmax = 0) AS is_new
    )
    SELECT count(*) FILTER (WHERE is_new) FROM queued
"""
_CAN_BE_HURRIED = text(
    """
    SELECT EXISTS (SELECT FROM processing_queue WHERE task_type = :task_type
            AND status = 'pending' AND run_at IS NULL AND priority < :priority)
        OR EXISTS (SELECT FROM processing_queue WHERE task_type = :task_type
            AND status = 'pending' AND run_at IS NOT NULL AND priority < :priority)
    """
)


def enqueue_video(
    session: Session,
    video_id: str,
    task_type: str,
    *,
    user_id: int | None,
    priority: int = PERSON_PRIORITY,
    payload: Payload | None = None,
    again: bool = False,
) -> tuple[Task, State]:
    """A task for one video, that which waits or runs already, or a new one; VideoNotFoundError.

    One that waits takes the higher priority, does not wait for its retry any longer, and does what
    both payloads say (`payloads.MERGES`). `again`: one that runs already will not do, because it
    began before the change that this one is about. `{"single": true}` asks for events.
    """
    asked = payload or {}
    where = {"video_id": video_id, "task_type": task_type}
    if session.execute(_VIDEO, {"video_id": video_id}).first() is None:
        raise VideoNotFoundError(details={"video_id": video_id})
    if not again and (running := session.execute(_RUNNING, where).mappings().first()):
        return _task(running), "running"
    given = {**where, "priority": priority, "user_id": user_id}
    while True:
        if waiting := session.execute(_WAITING, where).mappings().first():
            both = json.dumps(merged(task_type, waiting["payload"], asked))
            hurried = session.execute(_HURRY, {**given, "id": waiting["id"], "payload": both})
            wake(session)
            return _task(hurried.mappings().one()), "waiting"
        new = session.execute(_INSERT, {**given, "payload": json.dumps(dict(asked))})
        if found := new.mappings().first():
            wake(session)
            return _task(found), "new"


def enqueue_matching(
    session: Session,
    task_type: str,
    where_sql: str,
    parameters: Mapping[str, Any],
    *,
    user_id: int | None,
    priority: int = PRIORITY["normal"],
) -> int:
    """A task for every video `v` for which this SQL condition holds; how many are new.

    One statement, however many videos. A task that waits already takes the higher priority.
    `parameters` are the condition's; task_type, priority and user_id are taken.
    """
    given = {**parameters, "task_type": task_type, "priority": priority, "user_id": user_id}
    wake(session)
    if session.execute(_CAN_BE_HURRIED, given).scalar_one():
        return int(session.execute(text(_OR_HURRY.format(where=where_sql)), given).scalar_one())
    # Nothing is to be told row by row, which is cheaper.
    done = session.execute(text(_ONLY_NEW.format(where=where_sql)), given)
    return done.rowcount  # type: ignore[attr-defined,no-any-return]


# Once per asset: what YouTube was asked for and did not know is not asked for again.
_LACKS_CODES = """
    v.asset_id IS NOT NULL AND (v.upc IS NULL OR v.isrc IS NULL)
    AND NOT EXISTS (
        SELECT FROM asset a WHERE a.asset_id = v.asset_id AND a.looked_at IS NOT NULL)
    AND NOT EXISTS (
        SELECT FROM processing_queue old
        WHERE old.video_id = v.video_id AND old.task_type = 'asset_enrichment')
"""


def enqueue_enrichment(session: Session) -> int:
    """Queue every video that has an asset but lacks a code; how many are new in the queue."""
    return enqueue_matching(
        session, "asset_enrichment", _LACKS_CODES, {}, user_id=None, priority=PRIORITY["low"]
    )


def _task(row: RowMapping) -> Task:
    return Task(**row)
