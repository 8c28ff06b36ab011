"""What people see of the queue: its tasks, newest first, however many have ended.

Each status of each type is read through an index of its own, so that a page of the few that failed
costs the same beside millions that did not.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from catalogtool.catalog.search.parameters import refuse
from catalogtool.core.db import plan_for_reading
from catalogtool.core.errors import NotFoundError
from catalogtool.sync.models import STATUSES, TASK_TYPES
from catalogtool.sync.queue.status import queue_figures

# Further down only a narrower question reaches.
DEEPEST = 10_000

_ENDED = """
    SELECT id FROM processing_queue
    WHERE completed_at IS NOT NULL AND status = '{status}' AND task_type = '{task_type}'
    ORDER BY id DESC LIMIT :reach"""
_IN_HAND = """
    SELECT id FROM processing_queue
    WHERE lease_id IS NOT NULL AND status = 'processing' AND task_type = '{task_type}'
    ORDER BY id DESC LIMIT :reach"""
# What waits is in the order in which it will be taken. There are a handful of priorities; within
# each the newest is the last.
_READY = "task_type = '{task_type}' AND status = 'pending' AND run_at IS NULL"
_PENDING = f"""
    SELECT newest.id FROM (
        WITH RECURSIVE step AS (
            SELECT (SELECT max(priority) FROM processing_queue WHERE {_READY}) AS priority
            UNION ALL
            SELECT (SELECT max(priority) FROM processing_queue
                WHERE {_READY} AND priority < step.priority)
            FROM step WHERE step.priority IS NOT NULL)
        SELECT priority FROM step WHERE priority IS NOT NULL) AS known,
    LATERAL (SELECT id FROM processing_queue WHERE {_READY} AND priority = known.priority
        ORDER BY id DESC LIMIT :reach) AS newest
    UNION ALL
    (SELECT id FROM processing_queue
    WHERE status = 'pending' AND run_at IS NOT NULL AND task_type = '{{task_type}}'
    ORDER BY id DESC LIMIT :reach)"""
_BY_STATUS = {
    "pending": _PENDING,
    "processing": _IN_HAND,
    "completed": _ENDED,
    "failed": _ENDED,
}
_ALL = "SELECT id FROM processing_queue ORDER BY id DESC LIMIT :reach"
_OF_VIDEO = """
    SELECT id FROM processing_queue
    WHERE video_id = :video_id AND status = ANY (:statuses) AND task_type = ANY (:task_types)
    ORDER BY id DESC LIMIT :reach"""
_SHOWN = text(
    """
    SELECT q.id, q.video_id, v.title AS video_title, q.task_type, q.status, q.priority,
        q.created_at, q.started_at, q.completed_at, q.run_at, q.retry_count, q.error_message,
        q.result, u.email AS user
    FROM processing_queue q JOIN video v ON v.video_id = q.video_id
    LEFT JOIN "user" u ON u.id = q.created_by
    WHERE q.id = ANY (:ids) ORDER BY q.id DESC
    """
)


@dataclass(frozen=True)
class Wanted:
    """Which tasks; None is no restriction."""

    status: str | None = None
    task_type: str | None = None
    video_id: str | None = None

    @property
    def statuses(self) -> list[str]:
        """The statuses that are meant."""
        return [self.status] if self.status else list(STATUSES)

    @property
    def task_types(self) -> list[str]:
        """The types that are meant."""
        return [self.task_type] if self.task_type else list(TASK_TYPES)


def list_tasks(session: Session, wanted: Wanted, page: int, per_page: int) -> dict[str, Any]:
    """A page of the tasks, newest first, at most 10,000 deep; `total` counts all of them."""
    reach = page * per_page
    if reach > DEEPEST:
        refuse("page", f"at most {DEEPEST} tasks deep; narrow the search instead")
    plan_for_reading(session)
    if wanted.video_id is None:
        ids = _ids(session, _statement(wanted), reach=reach)
        total = _total(session, wanted)
    else:
        given = {"statuses": wanted.statuses, "task_types": wanted.task_types}
        ids = _ids(session, _OF_VIDEO, reach=DEEPEST + 1, video_id=wanted.video_id, **given)
        total = len(ids)
    return {
        "tasks": _shown(session, ids[reach - per_page : reach]),
        "total": total,
        "total_is_exact": wanted.video_id is None or total <= DEEPEST,
        "pages": min(-(-total // per_page), DEEPEST // per_page),
        "current_page": page,
    }


def get_task(session: Session, task_id: int) -> dict[str, Any]:
    """One task; NotFoundError if there is none."""
    session.flush()
    found = _shown(session, [task_id])
    if not found:
        raise NotFoundError("There is no such task.", {"task_id": task_id})
    return found[0]


def _statement(wanted: Wanted) -> str:
    if wanted.status is None and wanted.task_type is None:
        return _ALL
    parts = [
        f"({_BY_STATUS[status].format(status=status, task_type=task_type)})"
        for status, task_type in product(wanted.statuses, wanted.task_types)
    ]
    return f"SELECT id FROM ({' UNION ALL '.join(parts)}) AS found ORDER BY id DESC LIMIT :reach"


def _ids(session: Session, statement: str, **given: Any) -> list[int]:
    return list(session.execute(text(statement), given).scalars())


def _total(session: Session, wanted: Wanted) -> int:
    by_type = queue_figures(session)["by_type"]
    chosen = product(wanted.task_types, wanted.statuses)
    return sum(by_type[task_type][status] for task_type, status in chosen)


def _shown(session: Session, ids: list[int]) -> list[dict[str, Any]]:
    return [dict(row) for row in session.execute(_SHOWN, {"ids": ids}).mappings()]
