"""How the queue does: how many tasks stand where, what waits, why and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypedDict

from sqlalchemy import text
from sqlalchemy.orm import Session

from catalogtool.sync.models import STATUSES, TASK_TYPES
from catalogtool.sync.queue.control import is_paused

Reason = Literal["quota", "youtube", "paused", "token", "retry"]

# A position beyond this one is told as this one.
FARTHEST = 10_000

_COUNTS = text(
    """
    SELECT task_type, status, sum(tasks)::bigint AS tasks FROM queue_count
    GROUP BY task_type, status HAVING sum(tasks) <> 0
    """
)
_LAST_ENDED = text(
    """
    SELECT completed_at FROM processing_queue WHERE completed_at IS NOT NULL
    ORDER BY completed_at DESC, id DESC LIMIT 1
    """
)
# By type: until when it rests and why, and whether any of it is ready. One look at the index each;
# as EXISTS it would be answered by a list of all that is ready.
_WAITING = text(
    """
    SELECT type.name AS task_type, wait.reason, wait.until,
        (SELECT q.id FROM processing_queue q
            WHERE q.task_type = type.name AND q.status = 'pending' AND q.run_at IS NULL
            ORDER BY q.priority DESC, q.id LIMIT 1) IS NOT NULL AS ready
    FROM unnest(cast(:types AS text[])) AS type(name)
    LEFT JOIN sync_wait wait ON wait.task_type = type.name AND wait.until > now()
    """
)
_FIRST_RETRY = text(
    "SELECT min(run_at) FROM processing_queue WHERE status = 'pending' AND run_at IS NOT NULL"
)
_LAST_ERROR = text(
    "SELECT error, at FROM sync_wait WHERE error IS NOT NULL ORDER BY at DESC LIMIT 1"
)
_AHEAD = text(
    """
    SELECT count(*) FROM unnest(cast(:types AS text[])) AS type(name), LATERAL (
        (SELECT id FROM processing_queue
        WHERE task_type = type.name AND status = 'pending' AND run_at IS NULL
          AND priority > :priority LIMIT :farthest)
        UNION ALL
        (SELECT id FROM processing_queue
        WHERE task_type = type.name AND status = 'pending' AND run_at IS NULL
          AND priority = :priority AND id < :id LIMIT :farthest)
    ) AS ahead
    """
)
_TASK = text("SELECT id, priority, status FROM processing_queue WHERE id = :id")


class QueueFigures(TypedDict):
    """Tasks by type and status, and over all types."""

    by_type: dict[str, dict[str, int]]
    pending: int
    processing: int
    completed: int
    failed: int
    last_ended: datetime | None


@dataclass(frozen=True)
class Waiting:
    """Why waiting tasks do not go on, and until when if that is known; None: they do."""

    reason: Reason | None = None
    until: datetime | None = None


class LastError(TypedDict):
    """The latest reason for which the work had to rest."""

    error: str
    at: datetime


def queue_figures(session: Session) -> QueueFigures:
    """How many tasks stand where, from the ledger: fast, however many there are."""
    by_type = {name: dict.fromkeys(STATUSES, 0) for name in TASK_TYPES}
    for task_type, status, tasks in session.execute(_COUNTS):
        by_type[task_type][status] = tasks
    over_all = {status: sum(figures[status] for figures in by_type.values()) for status in STATUSES}
    return QueueFigures(
        by_type=by_type,
        pending=over_all["pending"],
        processing=over_all["processing"],
        completed=over_all["completed"],
        failed=over_all["failed"],
        last_ended=session.execute(_LAST_ENDED).scalar(),
    )


def waiting_for(session: Session, figures: QueueFigures | None = None) -> Waiting:
    """What the waiting tasks wait for; nothing if some of them can go on, or if there are none."""
    figures = figures or queue_figures(session)
    if not figures["pending"]:
        return Waiting()
    if is_paused(session):
        return Waiting("paused")
    rows = session.execute(_WAITING, {"types": list(TASK_TYPES)}).mappings().all()
    ready = [row for row in rows if row["ready"]]
    if any(row["reason"] is None for row in ready):
        return Waiting()
    if ready:
        first = min(ready, key=lambda row: row["until"])
        return Waiting(first["reason"], first["until"])
    return Waiting("retry", session.execute(_FIRST_RETRY).scalar())


def last_error(session: Session) -> LastError | None:
    """Why the work rested last, whether it has gone on since or not."""
    row = session.execute(_LAST_ERROR).mappings().first()
    return LastError(error=row["error"], at=row["at"]) if row else None


def queue_position(session: Session, task_id: int) -> int:
    """1 for the task that is next, 0 for one that does not wait any more; 10,001 at most."""
    task = session.execute(_TASK, {"id": task_id}).mappings().first()
    if task is None or task["status"] != "pending":
        return 0
    given = {**task, "types": list(TASK_TYPES), "farthest": FARTHEST}
    return min(FARTHEST, int(session.execute(_AHEAD, given).scalar_one())) + 1
