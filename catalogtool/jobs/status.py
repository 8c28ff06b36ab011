"""How the queue does, seen from the database: for the screens and the workers' events.

Finished jobs stay for a day, so counting them all may take long. That is done only when something
has happened since, and the rarer the longer it takes; what waits and runs is counted each time,
through the small indexes that the queue has for it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString, NotRequired, TypedDict
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from catalogtool.core.times import iso

EVENT = "processor_status"

# Counting takes at most this part of the time, however many jobs there are.
COUNTING_SHARE = 0.02
# A job's end may be noted before that of an earlier one; nobody waits longer for the latter.
LONGEST_REST_SECONDS = 30.0

# A worker says every few seconds that it lives; after twenty without a word it counts as gone.
LIVE_FIGURES: LiteralString = """
    SELECT
        (SELECT count(*) FROM procrastinate_workers
            WHERE last_heartbeat > now() - interval '20 seconds') AS workers,
        (SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo') AS pending,
        (SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing') AS processing,
        (SELECT max(id) FROM procrastinate_events) AS last_event
"""
FINISHED_FIGURES: LiteralString = """
    SELECT
        count(*) FILTER (WHERE status = 'succeeded') AS completed,
        count(*) FILTER (WHERE status = 'failed') AS failed,
        (SELECT at FROM procrastinate_events
            WHERE type NOT IN ('scheduled', 'deferred') ORDER BY id DESC LIMIT 1) AS last_activity
    FROM procrastinate_jobs WHERE status IN ('succeeded', 'failed')
"""


class QueueLength(TypedDict):
    """Jobs of all queues by what became of them; `total` is their sum."""

    pending: int
    processing: int
    completed: int
    failed: int
    total: int


class QuotaFigures(TypedDict):
    """Units of YouTube's quota; `resets_at`: when the first used one comes free."""

    used: int
    limit: int
    resets_at: datetime | None


class ProcessorStatus(TypedDict):
    """`running`: whether any worker lives. `tasks_processed`: what came to an end."""

    running: bool
    tasks_processed: int
    last_activity: datetime | None
    queue_length: QueueLength
    quota: NotRequired[QuotaFigures]


class TaskFigures(TypedDict):
    """What is done beside the jobs, by another queue of its own."""

    pending: int
    processing: int
    completed: int
    failed: int
    last_ended: datetime | None
    quota: QuotaFigures


@dataclass
class FinishedJobs:
    """The latest count of finished jobs, and when it is worth the effort to count them again."""

    counted: Mapping[str, Any] | None = None
    last_event: int | None = None
    again_at: float = 0.0
    counted_at: float = 0.0

    def are_stale(self, live: Mapping[str, Any], now: float) -> bool:
        """Whether jobs may have ended since (`now`: seconds of a clock that only goes forward)."""
        if self.counted is None:
            return True
        changed = live["last_event"] != self.last_event
        return now >= self.again_at and (changed or now > self.counted_at + LONGEST_REST_SECONDS)

    def keep(
        self, counted: Mapping[str, Any], live: Mapping[str, Any], began: float, ended: float
    ) -> None:
        """Take a new count, and rest in proportion to what it took."""
        self.counted = counted
        self.last_event = live["last_event"]
        self.counted_at = ended
        self.again_at = ended + (ended - began) / COUNTING_SHARE


_finished: WeakKeyDictionary[Engine, FinishedJobs] = WeakKeyDictionary()


def processor_status(session: Session) -> ProcessorStatus:
    """What the workers are doing, and how many jobs wait, run and have ended."""
    finished = _finished.setdefault(session.get_bind().engine, FinishedJobs())
    live = dict(session.execute(text(LIVE_FIGURES)).mappings().one())
    began = time.monotonic()
    if finished.are_stale(live, began):
        counted = dict(session.execute(text(FINISHED_FIGURES)).mappings().one())
        finished.keep(counted, live, began, time.monotonic())
    return shape(live, finished)


def shape(live: Mapping[str, Any], finished: FinishedJobs) -> ProcessorStatus:
    """The figures as the pages know them."""
    counted = finished.counted or {"completed": 0, "failed": 0, "last_activity": None}
    ended = counted["completed"] + counted["failed"]
    return {
        "running": live["workers"] > 0,
        "tasks_processed": ended,
        "last_activity": counted["last_activity"],
        "queue_length": {
            "pending": live["pending"],
            "processing": live["processing"],
            "completed": counted["completed"],
            "failed": counted["failed"],
            "total": live["pending"] + live["processing"] + ended,
        },
    }


def together(jobs: ProcessorStatus, tasks: TaskFigures) -> ProcessorStatus:
    """The figures of the jobs and of the other queue in one."""
    length: QueueLength = {
        "pending": jobs["queue_length"]["pending"] + tasks["pending"],
        "processing": jobs["queue_length"]["processing"] + tasks["processing"],
        "completed": jobs["queue_length"]["completed"] + tasks["completed"],
        "failed": jobs["queue_length"]["failed"] + tasks["failed"],
        "total": 0,
    }
    length["total"] = sum(length.values())  # type: ignore[arg-type]
    ended = [time for time in (jobs["last_activity"], tasks["last_ended"]) if time is not None]
    return {
        "running": jobs["running"],
        "tasks_processed": length["completed"] + length["failed"],
        "last_activity": max(ended, default=None),
        "queue_length": length,
        "quota": tasks["quota"],
    }


def event_payload(status: ProcessorStatus) -> dict[str, Any]:
    """The status as an event carries it, in JSON's own types."""
    payload: dict[str, Any] = {**status, "last_activity": iso(status["last_activity"])}
    if quota := status.get("quota"):
        payload["quota"] = {**quota, "resets_at": iso(quota["resets_at"])}
    return payload
