"""A worker may only finish or put back a job that is still its own.

Procrastinate ends a job by its id alone. A worker that was frozen, cut off, or that lost an answer
would then end a job that meanwhile runs elsewhere; here the attempt and the worker must match too.
"""

from __future__ import annotations

import datetime
from typing import LiteralString

from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager

from catalogtool.jobs.connection import PatientConnector
from catalogtool.jobs.running import Running

_FINISH: LiteralString = """
    WITH mine AS MATERIALIZED (
        SELECT id FROM procrastinate_jobs
        WHERE id = %(id)s AND attempts = %(attempts)s AND worker_id = %(worker)s
          AND status = 'doing'
        FOR UPDATE
    )
    SELECT procrastinate_finish_job_v1(id, %(status)s::procrastinate_job_status, %(delete)s)
    FROM mine
"""
_PUT_BACK: LiteralString = """
    WITH mine AS MATERIALIZED (
        SELECT id, queue_name FROM procrastinate_jobs
        WHERE id = %(id)s AND attempts = %(attempts)s AND worker_id = %(worker)s
          AND status = 'doing'
        FOR UPDATE
    )
    SELECT procrastinate_retry_job_v2(
        id, %(retry_at)s::timestamptz, %(priority)s::integer, %(queue)s::varchar, %(lock)s::varchar
    ), pg_notify(
        'procrastinate_queue_v1#' || queue_name,
        json_build_object('type', 'job_inserted', 'job_id', id)::text
    ) FROM mine
"""


class OwnJobs(JobManager):
    """The job manager of a worker: knows which jobs it runs, and touches no other worker's."""

    def __init__(self, connector: PatientConnector, running: Running) -> None:
        super().__init__(connector)
        self._running = running

    async def fetch_job(self, queues: list[str] | None, worker_id: int) -> Job | None:  # type: ignore[override]
        """Take the next waiting job."""
        job = await super().fetch_job(queues, worker_id)
        if job is not None and job.id is not None:
            self._running.jobs[job.id] = job
        return job

    async def finish_job(self, job: Job, status: Status, delete_job: bool) -> None:
        """Write the final state, if the job is still ours."""
        try:
            await self.connector.execute_query_async(
                _FINISH, **_identity(job), status=status.value, delete=delete_job
            )
        finally:
            self._forget(job)

    async def retry_job(
        self,
        job: Job,
        retry_at: datetime.datetime | None = None,
        priority: int | None = None,
        queue: str | None = None,
        lock: str | None = None,
    ) -> None:
        """Put the job back into its queue, if it is still ours, and tell all workers."""
        try:
            await self.connector.execute_query_async(
                _PUT_BACK,
                **_identity(job),
                retry_at=retry_at,
                priority=priority,
                queue=queue,
                lock=lock,
            )
        finally:
            self._forget(job)

    def _forget(self, job: Job) -> None:
        # If we lost the job and took it up again, its entry belongs to the newer run.
        if job.id is not None and self._running.jobs.get(job.id) is job:
            del self._running.jobs[job.id]


def _identity(job: Job) -> dict[str, int | None]:
    return {"id": job.id, "attempts": job.attempts, "worker": job.worker_id}
