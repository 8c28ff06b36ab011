"""Signs of life, and putting back the jobs of those who give none any more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import LiteralString

from catalogtool.core.log import get_logger
from catalogtool.jobs.connection import PatientConnector
from catalogtool.jobs.running import Running

log = get_logger(__name__)

# The sign of life, and the jobs that are ours as far as PostgreSQL knows, in one round trip.
_HEARTBEAT: LiteralString = """
    WITH alive AS (
        UPDATE procrastinate_workers SET last_heartbeat = now() WHERE id = ANY(%(workers)s)
    )
    SELECT id FROM procrastinate_jobs WHERE status = 'doing' AND worker_id = ANY(%(workers)s)
"""

# While the server was down nobody could give a sign of life: it must be up long enough first.
_ABANDONED: LiteralString = """
    SELECT job.id FROM procrastinate_jobs AS job
    LEFT JOIN procrastinate_workers AS worker ON worker.id = job.worker_id
    WHERE job.status = 'doing' AND (
        worker.id IS NULL
        OR greatest(worker.last_heartbeat, pg_postmaster_start_time())
            < now() - make_interval(secs => %(dead_after)s)
        OR job.id = ANY(%(orphans)s)
    )
    ORDER BY job.id
"""

# If a job of the same queueing lock waits already, that one does the work of both. A job that was
# abandoned ten times may be what kills its workers: it comes back a little later each time.
_PUT_BACK: LiteralString = """
    WITH abandoned AS MATERIALIZED (
        SELECT * FROM procrastinate_jobs WHERE id = %(id)s AND status = 'doing'
        FOR UPDATE SKIP LOCKED
    ), judged AS MATERIALIZED (
        SELECT abandoned.*, EXISTS (
            SELECT FROM procrastinate_jobs AS other
            WHERE other.status = 'todo' AND other.queueing_lock = abandoned.queueing_lock
        ) AS superseded
        FROM abandoned
    )
    SELECT id, task_name, attempts, pg_notify(
        'procrastinate_queue_v1#' || queue_name,
        json_build_object('type', 'job_inserted', 'job_id', id)::text
    ), CASE WHEN superseded THEN procrastinate_finish_job_v1(id, 'aborted', false)::text
        ELSE procrastinate_retry_job_v2(
            id, now() + least(30, greatest(0, attempts - 10)) * interval '1 second',
            NULL, NULL, NULL
        )::text END
    FROM judged
"""


class Upkeep:
    """The side work of a worker process, every `interval` seconds."""

    def __init__(
        self,
        connector: PatientConnector,
        running: Running,
        workers: Callable[[], list[int]],
        *,
        interval: float,
        dead_after: float,
    ) -> None:
        self._connector = connector
        self._running = running
        self._workers = workers
        self._interval = interval
        self._dead_after = dead_after
        self._suspects: set[int] = set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self._round()
            except Exception:
                log.exception("upkeep_failed")
            await asyncio.sleep(self._interval)

    async def _round(self) -> None:
        held = await self._connector.execute_query_all_async(_HEARTBEAT, workers=self._workers())
        orphans = self._orphans({row["id"] for row in held})
        found = await self._connector.execute_query_all_async(
            _ABANDONED, dead_after=self._dead_after, orphans=orphans
        )
        for row in found:
            await self._put_back(row["id"])

    def _orphans(self, held: set[int]) -> list[int]:
        """Jobs that PostgreSQL gave us but we never heard of: the answer was lost on the way.

        They must look so twice, since an answer may be on its way just now.
        """
        now = held - self._running.jobs.keys()
        before, self._suspects = self._suspects, now
        return sorted(before & now)

    async def _put_back(self, job_id: int) -> None:
        for row in await self._connector.execute_query_all_async(_PUT_BACK, id=job_id):
            log.warning(
                "job_of_dead_worker_put_back",
                job_id=row["id"],
                job=row["task_name"],
                attempts=row["attempts"],
            )
