"""Taking a batch of tasks from the queue: the most urgent ones of one type, under a lease.

Waiting tasks are found through an index that holds nothing else. Tasks that were just taken leave
dead entries at its beginning until PostgreSQL cleans up; whoever takes batch after batch remembers
how far it was and does not step over them again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from time import monotonic
from typing import NamedTuple

from sqlalchemy import Row, TextClause, text
from sqlalchemy.orm import Session

from catalogtool.core.locks import hold_lock
from catalogtool.sync.queue.handler import Batch, Task
from catalogtool.sync.queue.siblings import take_siblings

LEASE_SECONDS = 30.0

# As many as one call may ask for. A push spends a hundred times as much on each video, so nothing
# is gained by more, and the less is interrupted when a worker dies.
LIMITS = {
    "metadata_sync": 50,
    "ownership_update": 50,
    "asset_enrichment": 50,
    "metadata_push": 1,
}
# It reads, changes and writes back: two at a time could undo each other's change of one asset.
ONE_AT_A_TIME = frozenset({"metadata_push"})
_ONE_AT_A_TIME_LOCK = 7_240_006

# So soon what was put back behind the position is found again.
FORGET_SECONDS = 1.0

# Three ranges of one index, in the order in which tasks are taken.
_ONWARDS = """
    SELECT id, priority FROM (
        {ready} AND q.priority > {priority} ORDER BY q.priority DESC, q.id LIMIT {limit} {lock}
    ) AS above
    UNION ALL
    SELECT id, priority FROM (
        {ready} AND q.priority = {priority} AND q.id > {id} ORDER BY q.id LIMIT {limit} {lock}
    ) AS onwards
    UNION ALL
    SELECT id, priority FROM (
        {ready} AND q.priority < {priority} ORDER BY q.priority DESC, q.id LIMIT {limit} {lock}
    ) AS below
    LIMIT {limit}
"""
_READY = """
    SELECT q.id, q.priority FROM processing_queue q
    WHERE q.status = 'pending' AND q.run_at IS NULL AND q.task_type = {type}
"""
# Of two tasks for one video the second waits: its older answer could be applied last. OFFSET 0
# makes it a look-up for each candidate; else the planner may join with the whole queue.
_ALONE = """
    AND NOT EXISTS (
        SELECT FROM processing_queue other
        WHERE other.video_id = q.video_id AND other.task_type = q.task_type
          AND other.status = 'processing' OFFSET 0)
"""
_NOT_PAUSED = "AND NOT EXISTS (SELECT FROM sync_control WHERE paused)"

_MOST_URGENT = text(
    """
    SELECT type.name
    FROM unnest(cast(:types AS text[]), cast(:priorities AS integer[]), cast(:ids AS bigint[]))
        AS type(name, priority, id), LATERAL ({onwards}) AS first
    ORDER BY first.priority DESC, first.id LIMIT 1
    """.format(
        onwards=_ONWARDS.format(
            ready=_READY.format(type="type.name"),
            priority="type.priority",
            id="type.id",
            limit=1,
            lock="",
        )
    )
)
_TAKE = """
    WITH chosen AS MATERIALIZED ({onwards}),
    lease AS (
        INSERT INTO sync_lease (task_type, worker, expires_at)
        SELECT :task_type, :worker, clock_timestamp() + make_interval(secs => :seconds)
        WHERE EXISTS (SELECT FROM chosen)
        RETURNING id
    )
    UPDATE processing_queue AS task
    SET status = 'processing', started_at = clock_timestamp(), lease_id = lease.id
    FROM lease WHERE task.id = ANY(ARRAY(SELECT id FROM chosen))
    RETURNING task.lease_id, task.id, task.video_id, task.payload, task.retry_count,
        task.created_by, task.priority
"""
_IS_TAKEN = text("SELECT EXISTS (SELECT FROM sync_lease WHERE task_type = :task_type)")


class Position(NamedTuple):
    """The last task that was taken of a type."""

    priority: int = 2**31 - 1
    id: int = 0


START = Position()


class Positions:
    """How far somebody who takes batch after batch has come, for a second."""

    def __init__(self) -> None:
        self._reached: dict[str, tuple[Position, float]] = {}

    def of(self, task_type: str) -> Position:
        """Where to go on."""
        position, until = self._reached.get(task_type, (START, 0.0))
        return position if monotonic() < until else START

    def move(self, task_type: str, tasks: Sequence[Task]) -> None:
        """These were taken last."""
        until = self._reached.get(task_type, (START, 0.0))[1]
        if monotonic() >= until:
            until = monotonic() + FORGET_SECONDS
        last = tasks[-1]
        self._reached[task_type] = (Position(last.priority, last.id), until)

    def forget(self) -> bool:
        """Look from the beginning again; whether that makes a difference."""
        known = bool(self._reached)
        self._reached.clear()
        return known


def most_urgent(
    session: Session, types: Collection[str], positions: Positions | None = None
) -> str | None:
    """The type of the task that is next: the highest priority, and the oldest of these."""
    starts = [(positions or Positions()).of(name) for name in types]
    given = {
        "types": list(types),
        "priorities": [start.priority for start in starts],
        "ids": [start.id for start in starts],
    }
    found: str | None = session.execute(_MOST_URGENT, given).scalar()
    return found


def claim(
    session: Session,
    worker: str,
    task_type: str,
    limit: int | None = None,
    seconds: float = LEASE_SECONDS,
    positions: Positions | None = None,
) -> Batch | None:
    """Take the most urgent ready tasks of a type for so many seconds; None if there are none.

    None also while the work is paused, and while a type that runs one at a time does.
    """
    limit = limit or LIMITS[task_type]
    if task_type in ONE_AT_A_TIME and _somebody_works_on(session, task_type):
        return None
    start = positions.of(task_type) if positions else START
    rows = session.execute(
        _take(limit),
        {"task_type": task_type, "worker": worker, "seconds": seconds, **start._asdict()},
    ).all()
    if not rows:
        return None
    tasks = sorted(map(_task, rows), key=lambda task: (-task.priority, task.id))
    if positions:
        positions.move(task_type, tasks)
    batch = Batch(rows[0].lease_id, task_type, tuple(tasks))
    return take_siblings(session, batch, limit) if task_type == "asset_enrichment" else batch


def _somebody_works_on(session: Session, task_type: str) -> bool:
    hold_lock(session, _ONE_AT_A_TIME_LOCK)
    return bool(session.execute(_IS_TAKEN, {"task_type": task_type}).scalar_one())


_statements: dict[int, TextClause] = {}


def _take(limit: int) -> TextClause:
    """The statement for so many tasks; the limit is part of the text, for the planner to see."""
    if limit not in _statements:
        onwards = _ONWARDS.format(
            ready=_READY.format(type=":task_type") + _ALONE + _NOT_PAUSED,
            priority=":priority",
            id=":id",
            limit=int(limit),
            lock="FOR UPDATE OF q SKIP LOCKED",
        )
        _statements[limit] = text(_TAKE.format(onwards=onwards))
    return _statements[limit]


def _task(row: Row[tuple[object, ...]]) -> Task:
    return Task(**{name: value for name, value in row._mapping.items() if name != "lease_id"})
