"""Enqueueing on the caller's own connection: the job exists when the change is committed, or never.

A worker hears of it at the commit, by PostgreSQL's notification, and starts at once.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import psycopg
from procrastinate import SyncPsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import JobDeferrer
from procrastinate.manager import JobManager
from procrastinate.tasks import configure_task
from procrastinate.utils import utcnow
from sqlalchemy import text
from sqlalchemy.orm import Session

from catalogtool.jobs.app import declared

# Never opened: every statement runs on the connection of a caller's session.
_manager = JobManager(SyncPsycopgConnector())

# The job that waits must not start before the caller has committed, or it would not see the
# change: its row is held until then (a worker skips held rows), and workers are told afterwards.
_HOLD_WAITING = text(
    """
    WITH waiting AS (
        SELECT id, queue_name FROM procrastinate_jobs
        WHERE queueing_lock = :queueing_lock AND status = 'todo'
        FOR SHARE
    )
    SELECT id, pg_notify(
        'procrastinate_queue_v1#' || queue_name,
        json_build_object('type', 'job_inserted', 'job_id', id)::text
    ) FROM waiting
    """
)


def defer(
    session: Session,
    name: str,
    *,
    queue: str | None = None,
    queueing_lock: str | None = None,
    lock: str | None = None,
    schedule_in: timedelta | None = None,
    priority: int = 0,
    **arguments: Any,
) -> int | None:
    """Enqueue the job `name` in the session's transaction; the id of the job.

    None if a job with the same `queueing_lock` is waiting already: it will see this change too.
    Jobs with one `lock` run one after the other. A name that this process has not imported needs
    its `queue` here. `arguments` are JSON values. Higher priority first, then older first.
    """
    known = declared.get(name)
    queueing_lock = queueing_lock or (known.queueing_lock if known else None)
    deferrer = configure_task(
        name=name,
        job_manager=_manager,
        queue=queue or (known.queue if known else None),
        lock=lock or (known.lock if known else None),
        queueing_lock=queueing_lock,
        schedule_at=utcnow() + schedule_in if schedule_in else None,
        priority=priority,
        task_kwargs=arguments,
        connection=_connection(session),
    )
    if queueing_lock is None:
        return deferrer.defer()
    return _defer_once(session, deferrer, queueing_lock)


def _defer_once(session: Session, deferrer: JobDeferrer, queueing_lock: str) -> int | None:
    while True:
        try:
            with session.connection().begin_nested():
                return deferrer.defer()
        except AlreadyEnqueued:
            if session.execute(_HOLD_WAITING, {"queueing_lock": queueing_lock}).first():
                return None
            # It started between the two statements, perhaps too early to see our change.


def _connection(session: Session) -> psycopg.Connection[Any]:
    connection = session.connection().connection.driver_connection
    if not isinstance(connection, psycopg.Connection):
        raise TypeError("jobs are enqueued through psycopg 3")
    return connection
