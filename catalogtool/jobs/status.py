"""How the queue does, seen from the database: for the screens, the health check and metrics."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

from sqlalchemy import text
from sqlalchemy.orm import Session

# A worker says every few seconds that it lives; after this long it counts as gone.
ALIVE_SECONDS = 20

_WORKERS = text(
    """
    SELECT count(*) FROM procrastinate_workers
    WHERE last_heartbeat > now() - make_interval(secs => :seconds)
    """
)
_JOBS = text("SELECT queue_name, status::text, count(*) FROM procrastinate_jobs GROUP BY 1, 2")
_LAST_ACTIVITY = text(
    """
    SELECT at FROM procrastinate_events
    WHERE type NOT IN ('scheduled', 'deferred') ORDER BY id DESC LIMIT 1
    """
)


class QueueStatus(TypedDict):
    """`jobs`: queue → status (`todo`, `doing`, `succeeded`, `failed`, …) → number of jobs."""

    workers: int
    running: bool
    last_activity: datetime | None
    jobs: dict[str, dict[str, int]]


def read_status(session: Session) -> QueueStatus:
    """Workers that are alive (one for each queue of each process), and the jobs by status."""
    workers = int(session.execute(_WORKERS, {"seconds": ALIVE_SECONDS}).scalar_one())
    jobs: dict[str, dict[str, int]] = {}
    for queue, status, number in session.execute(_JOBS):
        jobs.setdefault(queue, {})[status] = number
    return {
        "workers": workers,
        "running": workers > 0,
        "last_activity": session.execute(_LAST_ACTIVITY).scalar_one_or_none(),
        "jobs": jobs,
    }


def count_jobs(session: Session, queue: str | None = None) -> dict[str, int]:
    """Number of jobs per status, of one queue or of all."""
    counts: dict[str, int] = {}
    for name, status, number in session.execute(_JOBS):
        if queue in (None, name):
            counts[status] = counts.get(status, 0) + number
    return counts
