"""Tasks that were in hand wait again: after a failure, for their turn, or because a worker died.

Meanwhile somebody may have asked for the same video anew, and only one task of a type may wait for
it. Then the older one stands for both, and whoever waits for the newer one hears of it too.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import RowMapping, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from catalogtool.sync.queue.payloads import merged
from catalogtool.sync.queue.retry import MOST_RETRIES

ATTEMPTS = 5


@dataclass(frozen=True)
class PutBack:
    """How tasks wait again: after so many seconds; with a reason; whether it counts as a failure.

    What counts and has been tried often enough does not wait again, it has failed.
    """

    seconds: float | None = None
    error: str | None = None
    counts: bool = False


class Waits(NamedTuple):
    """A task after it was put back; `status` is `pending` or `failed`."""

    id: int
    video_id: str
    status: str
    run_at: datetime | None


_GIVE_UP = text(
    """
    UPDATE processing_queue
    SET status = 'failed', completed_at = clock_timestamp(), lease_id = NULL, error_message = :error
    WHERE id = ANY(:ids) AND lease_id = ANY(:leases) AND retry_count >= :most
    RETURNING id, video_id, status, run_at
    """
)
_WAIT = text(
    """
    UPDATE processing_queue
    SET status = 'pending', lease_id = NULL, started_at = NULL,
        run_at = clock_timestamp() + make_interval(secs => :seconds),
        retry_count = retry_count + :counts,
        error_message = coalesce(:error, error_message)
    WHERE id = ANY(:ids) AND lease_id = ANY(:leases)
    RETURNING id, video_id, status, run_at
    """
)
# Written so that only the index of the videos can be used: while the planner believes that nobody
# waits, it would rather go through all that wait, for each task.
_DOUBLES = text(
    """
    SELECT task.id, task.task_type, task.payload, newer.id AS newer_id,
        newer.payload AS newer_payload, newer.priority, newer.created_by
    FROM processing_queue task
    JOIN processing_queue newer ON newer.video_id = task.video_id
        AND newer.task_type = task.task_type AND newer.status || '' = 'pending'
    WHERE task.id = ANY(:ids) AND task.lease_id = ANY(:leases)
    FOR UPDATE OF newer
    """
)
_STAND_FOR_BOTH = text(
    """
    UPDATE processing_queue
    SET payload = cast(:payload AS jsonb), priority = greatest(priority, :priority),
        created_by = coalesce(created_by, :created_by)
    WHERE id = :id
    """
)
_IS_DONE_BY = text(
    """
    UPDATE processing_queue
    SET status = 'completed', completed_at = clock_timestamp(),
        result = jsonb_build_object('merged_into', cast(:id AS bigint))
    WHERE id = :newer_id
    """
)


def put_back(
    session: Session, lease_ids: Collection[int], task_ids: Collection[int], how: PutBack
) -> list[Waits]:
    """Let tasks of leases that this transaction holds wait again; what became of each.

    A time in the future is promoted by `retry.promote_due`; no time means at once.
    """
    given = {"ids": sorted(task_ids), "leases": sorted(lease_ids)}
    failed: list[Waits] = []
    if how.counts:
        gone = session.execute(_GIVE_UP, {**given, "error": how.error, "most": MOST_RETRIES})
        failed = [Waits(*row) for row in gone]
    wait = {**given, "seconds": how.seconds, "error": how.error, "counts": int(how.counts)}
    for _ in range(ATTEMPTS - 1):
        try:
            with session.begin_nested():
                return failed + _wait(session, given, wait)
        except IntegrityError:
            # Another transaction has just enqueued the same video; now it can be seen.
            continue
    return failed + _wait(session, given, wait)


def _wait(session: Session, given: Mapping[str, object], wait: Mapping[str, object]) -> list[Waits]:
    for double in session.execute(_DOUBLES, given).mappings():
        _stand_for_both(session, double)
    return [Waits(*row) for row in session.execute(_WAIT, wait)]


def _stand_for_both(session: Session, double: RowMapping) -> None:
    both = merged(double["task_type"], double["payload"], double["newer_payload"])
    if double["newer_payload"].get("single"):
        both["merged"] = [*both.get("merged", ()), double["newer_id"]]
    session.execute(_IS_DONE_BY, dict(double))
    session.execute(_STAND_FOR_BOTH, {**double, "payload": json.dumps(both)})
