"""Which failed jobs are run again, and when."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import psycopg
from procrastinate.jobs import Job
from procrastinate.retry import BaseRetryStrategy, RetryDecision
from procrastinate.utils import utcnow
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from catalogtool.core.errors import AppException

MAX_ATTEMPTS = 4
# A database may be away for some minutes; after that the job is not the one to blame either.
MAX_ATTEMPTS_TRANSIENT = 30
LONGEST_WAIT_SECONDS = 30.0


class Requeue(Exception):  # noqa: N818 (a wish, not an error)
    """The job gives its turn back; any worker may go on with it from its saved cursor."""

    def __init__(self, delay: timedelta = timedelta()):
        self.delay = delay
        super().__init__(f"run again in {delay.total_seconds():g} s")


class KeepTrying(BaseRetryStrategy):
    """At once for a job that was interrupted; growing waits after errors; then it has failed."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """Called by the worker when a job has raised."""
        seconds = self.wait_seconds(exception, job.attempts)
        if seconds is None:
            return None
        return RetryDecision(retry_at=utcnow() + timedelta(seconds=seconds) if seconds else None)

    def wait_seconds(self, error: BaseException, attempts: int) -> float | None:
        """Seconds until the next attempt, None for never; `attempts` were made before this one."""
        if isinstance(error, Requeue):
            return error.delay.total_seconds()
        if isinstance(error, asyncio.CancelledError):
            return 0.0
        if isinstance(error, AppException) and error.status < 500:
            return None
        limit = MAX_ATTEMPTS_TRANSIENT if is_transient(error) else MAX_ATTEMPTS
        if attempts + 1 >= limit:
            return None
        return min(2.0 ** min(attempts, 10), LONGEST_WAIT_SECONDS)


def is_transient(error: BaseException) -> bool:
    """Whether the database was away, overloaded, or had to break a deadlock."""
    cause: BaseException | None = error.orig if isinstance(error, DBAPIError) else error
    return isinstance(
        cause,
        psycopg.OperationalError | psycopg.InterfaceError | DisconnectionError | PoolTimeoutError,
    )
