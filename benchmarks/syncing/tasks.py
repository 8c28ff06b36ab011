"""The queue as the benchmarks fill it, and as they see it grow empty."""

from __future__ import annotations

import time
from dataclasses import dataclass

import psycopg
from psycopg import OperationalError

LOOK_SECONDS = 0.2
LEFT = "SELECT count(*) FROM processing_queue WHERE status IN ('pending', 'processing')"
ENDS = """SELECT status, count(*), min(created_at), max(completed_at) FROM processing_queue
    GROUP BY status"""
# As a person's click, an ordinary round and a round of leisure would come in.
PRIORITIES = (200, 100, 50, 50, 50, 0, 0)
ENQUEUE = """
INSERT INTO processing_queue (video_id, task_type, priority)
SELECT video_id, %(task_type)s, (%(priorities)s::int[])[1 + abs(hashtext(video_id)) %% %(many)s]
FROM video ORDER BY hashtext(video_id) LIMIT %(tasks)s
"""


class Stuck(Exception):  # noqa: N818 (the finding of a benchmark)
    """Tasks did not come to their end."""


@dataclass(frozen=True)
class Drained:
    """Tasks that ended, by status, and the seconds from their queueing to the last one's end."""

    ends: dict[str, int]
    seconds: float


def enqueue(
    url: str, tasks: int, task_type: str = "metadata_sync", priorities: tuple[int, ...] = (50,)
) -> float:
    """Queue so many videos, scattered over the catalogue; when that was committed (time.time)."""
    given = {
        "task_type": task_type,
        "priorities": list(priorities),
        "many": len(priorities),
        "tasks": tasks,
    }
    with psycopg.connect(url) as connection:
        queued = connection.execute(ENQUEUE, given).rowcount
        connection.execute("SELECT pg_notify('sync_tasks', '')")
    if queued != tasks:
        raise RuntimeError(f"{queued} tasks were queued, not {tasks}")
    return time.time()


def wait_until_empty(url: str, began: float, longest: float) -> Drained:
    """Until no task waits or runs; while the server is away, wait for it."""
    end = time.monotonic() + longest
    left = -1
    while time.monotonic() < end:
        time.sleep(LOOK_SECONDS)
        try:
            with psycopg.connect(url, connect_timeout=5) as connection:
                left = _number(connection, LEFT)
                if left == 0:
                    return _drained(connection, began)
        except OperationalError:
            continue
    raise Stuck(f"{left} tasks are left after {longest:.0f} s")


def _drained(connection: psycopg.Connection, began: float) -> Drained:
    rows = connection.execute(ENDS).fetchall()
    last = max(row[3] for row in rows)
    return Drained({row[0]: row[1] for row in rows}, last.timestamp() - began)


def _number(connection: psycopg.Connection, statement: str) -> int:
    row = connection.execute(statement).fetchone()
    assert row is not None
    return int(row[0])
