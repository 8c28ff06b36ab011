"""Jobs that the clock starts; each run is enqueued once, however many workers there are."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import text

from catalogtool.core.db import unit_of_work
from catalogtool.core.log import get_logger
from catalogtool.jobs.app import Declaration, declare

log = get_logger(__name__)

_DELETE_OLD = text(
    """
    DELETE FROM procrastinate_jobs AS job
    WHERE job.status IN ('succeeded', 'failed', 'cancelled', 'aborted')
      AND NOT EXISTS (
        SELECT FROM procrastinate_events AS event
        WHERE event.job_id = job.id
          AND event.at > now() - CASE job.status
              WHEN 'failed' THEN interval '30 days' ELSE interval '1 day' END
      )
    """
)


def periodic(
    name: str, cron: str, *, queue: str = "default"
) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Declare a function without arguments as a job that the clock starts (cron syntax, UTC).

    A run that was missed because no worker was there is made up for within a day. If the last
    run still waits, no second one is enqueued.
    """

    def register(function: Callable[[], None]) -> Callable[[], None]:
        declare(Declaration(name, function, queue, lock=name, queueing_lock=name, cron=cron))
        return function

    return register


@periodic("delete_old_jobs", "17 * * * *")
def delete_old_jobs() -> None:
    """Remove finished jobs after a day, failed ones after a month: the queue stays small."""
    with unit_of_work() as session:
        deleted = session.execute(_DELETE_OLD)
        log.info("old_jobs_deleted", jobs=deleted.rowcount)  # type: ignore[attr-defined]
