"""What people may do to the queue: pause it, resume it, ask again for what failed, cancel."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from catalogtool.core.errors import ConcurrencyError, NotFoundError
from catalogtool.sync.models import ProcessingQueue, SyncControl
from catalogtool.sync.queue.enqueue import enqueue_video
from catalogtool.sync.queue.waking import wake

_SET = text(
    """
    INSERT INTO sync_control (id, paused, paused_by, paused_at)
    VALUES (1, :paused, :user_id, CASE WHEN :paused THEN now() END)
    ON CONFLICT (id) DO UPDATE
    SET paused = excluded.paused, paused_by = excluded.paused_by, paused_at = excluded.paused_at
    WHERE sync_control.paused <> excluded.paused
    """
)
_AGAIN = text(
    """
    UPDATE processing_queue
    SET status = 'pending', retry_count = 0, run_at = NULL, started_at = NULL, completed_at = NULL,
        error_message = NULL, result = NULL, priority = greatest(priority, :priority)
    WHERE id = :id
    """
)
# What a failed task was to do is done by a new one, or by that which waits already.
_ALL_AGAIN = text(
    """
    WITH failed AS (
        DELETE FROM processing_queue
        WHERE status = 'failed' AND (cast(:task_type AS text) IS NULL OR task_type = :task_type)
        RETURNING id, video_id, task_type, priority, payload, created_by
    ), again AS (
        INSERT INTO processing_queue (video_id, task_type, priority, payload, created_by)
        SELECT DISTINCT ON (task_type, video_id) video_id, task_type, priority, payload, created_by
        FROM failed ORDER BY task_type, video_id, id DESC
        ON CONFLICT (video_id, task_type) WHERE status = 'pending' DO NOTHING
    )
    SELECT count(*) FROM failed
    """
)


class Control(NamedTuple):
    """Whether the work is paused, by whom (a user's id) and since when."""

    paused: bool = False
    paused_by: int | None = None
    paused_at: object = None


def pause(session: Session, user_id: int | None) -> None:
    """From this commit on nothing more is asked of YouTube, except what is under way."""
    session.execute(_SET, {"paused": True, "user_id": user_id})
    wake(session)


def resume(session: Session) -> None:
    """Go on at once."""
    session.execute(_SET, {"paused": False, "user_id": None})
    wake(session)


def is_paused(session: Session) -> bool:
    """Whether people have paused the work."""
    control = session.get(SyncControl, 1)
    return control is not None and control.paused


def retry_task(session: Session, task_id: int, *, priority: int) -> int:
    """Let a failed task wait again; the id of the task that will do it.

    Another id if a newer task for the same video waits already. NotFoundError; ConcurrencyError if
    it has not failed.
    """
    task = _locked(session, task_id)
    if task.status != "failed":
        raise ConcurrencyError(
            "Only a failed task can be tried again.", {"task_id": task_id, "status": task.status}
        )
    try:
        with session.begin_nested():
            session.execute(_AGAIN, {"id": task_id, "priority": priority})
    except IntegrityError:
        found, _ = enqueue_video(
            session,
            task.video_id,
            task.task_type,
            user_id=task.created_by,
            priority=priority,
            payload=task.payload,
            again=True,
        )
        session.delete(task)
        return found.id
    wake(session)
    return task_id


def retry_failed(session: Session, task_type: str | None = None) -> int:
    """Let all failed tasks (of this type) wait again, one for each video; how many had failed."""
    retried = session.execute(_ALL_AGAIN, {"task_type": task_type}).scalar_one()
    wake(session)
    return int(retried)


def cancel_task(session: Session, task_id: int) -> None:
    """Take a waiting task away; NotFoundError; ConcurrencyError if it does not wait any longer."""
    task = _locked(session, task_id)
    if task.status != "pending":
        raise ConcurrencyError(
            "Only a waiting task can be cancelled.", {"task_id": task_id, "status": task.status}
        )
    session.delete(task)


def _locked(session: Session, task_id: int) -> ProcessingQueue:
    task = session.get(ProcessingQueue, task_id, with_for_update=True, populate_existing=True)
    if task is None:
        raise NotFoundError("There is no such task.", {"task_id": task_id})
    return task
