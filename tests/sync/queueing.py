"""Videos with tasks, and a handler that obeys the payloads of its tasks; for tests of the queue.

`{"refuse": true}`: YouTube refuses every batch with this video. `{"busy": n}`: the batch fails n
times. `{"broken": true}`: the answer cannot be applied; `{"huge": true}`: an index cannot
hold it. Everything that is applied leaves a line in
the table `trace`, and every request one in `calls`.
"""

from __future__ import annotations

import json
import os
import secrets
import time
from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from sqlalchemy import text
from sqlalchemy.orm import Session

from catalogtool.core.db import driver_connection, unit_of_work
from catalogtool.sync.models import TASK_TYPES
from catalogtool.sync.queue.handler import Batch, Fetched, Handler, Result, Task
from catalogtool.youtube.errors import Busy, Refused

TABLES = """
CREATE TABLE trace (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    task_id bigint, video_id text, batch integer, process integer
);
CREATE INDEX ON trace (video_id);
CREATE TABLE calls (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tasks integer, process integer
);
"""


def make_videos(url: str, number: int) -> None:
    """Videos `v0001`, `v0002`, …; every second one has an asset, each asset two videos."""
    with psycopg.connect(url) as connection:
        connection.execute(TABLES)
        connection.execute(
            "INSERT INTO video (video_id, title, asset_id)"
            " SELECT 'v' || lpad(i::text, 4, '0'), 'A video', 'A' || (i + 1) / 2"
            " FROM generate_series(1, %s::integer) i",
            [number],
        )


def enqueue(
    number: int,
    task_type: str = "metadata_sync",
    *,
    first: int = 1,
    priority: int = 0,
    payload: Mapping[str, Any] | None = None,
) -> None:
    """Tasks for so many videos, from the first one on."""
    with unit_of_work() as session:
        session.execute(
            text(
                """
                INSERT INTO processing_queue (video_id, task_type, priority, payload)
                SELECT 'v' || lpad(i::text, 4, '0'), :type, :priority, cast(:payload AS jsonb)
                FROM generate_series(cast(:first AS integer), cast(:last AS integer)) i
                """
            ),
            {
                "type": task_type,
                "priority": priority,
                "payload": json.dumps(dict(payload or {})),
                "first": first,
                "last": first + number - 1,
            },
        )
        session.execute(text("SELECT pg_notify('sync_tasks', '')"))


def rows(url: str, query: str, *values: object) -> list[tuple[Any, ...]]:
    """The rows of a query in a transaction of its own."""
    with psycopg.connect(url) as connection:
        return connection.execute(query.encode(), values or None).fetchall()


def statuses(url: str) -> dict[str, int]:
    """Number of tasks by status."""
    return dict(rows(url, "SELECT status, count(*) FROM processing_queue GROUP BY 1"))


def ledger(url: str) -> dict[str, int]:
    """The same, as the ledger tells it."""
    return dict(
        rows(
            url,
            "SELECT status, sum(tasks)::bigint FROM queue_count GROUP BY 1 HAVING sum(tasks) <> 0",
        )
    )


def eventually(check: Any, seconds: float = 15) -> None:
    """Wait until the check holds; fail if it does not within this time."""
    end = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


class Counted:
    """Stands where the client of YouTube would; counts calls in the database."""

    def __init__(self, url: str, latency: float = 0.0) -> None:
        self.url = url
        self.latency = latency

    def ask(self, tasks: Sequence[Task]) -> list[str]:
        """One request."""
        with psycopg.connect(self.url) as connection:
            connection.execute(
                "INSERT INTO calls (tasks, process) VALUES (%s, %s)", [len(tasks), os.getpid()]
            )
        time.sleep(self.latency)
        if any(task.payload.get("refuse") for task in tasks):
            raise Refused("Refused: forbidden.", reason="forbidden")
        if any(task.retry_count < task.payload.get("busy", 0) for task in tasks):
            raise Busy("YouTube is busy.", reason="backendError")
        return [task.video_id for task in tasks]


def prepare(session: Session, batch: Batch) -> tuple[Task, ...]:
    session.execute(text("SELECT 1"))
    return batch.tasks


def fetch(youtube: Any, asked: Sequence[Task]) -> list[str]:
    answer: list[str] = youtube.ask(asked)
    return answer


def apply(session: Session, fetched: Sequence[Fetched]) -> dict[int, Result]:
    results = {}
    lines = []
    for batch, _asked, answer in fetched:
        for task, video_id in zip(batch.tasks, answer, strict=True):
            if task.payload.get("broken"):
                raise KeyError("what no answer has")
            told = secrets.token_hex(10_000) if task.payload.get("huge") else video_id
            lines.append((task.id, told, batch.lease_id, os.getpid()))
            results[task.id] = Result(
                task.id, result={"changes": {"title": ["old", "new"]}}, changed=True
            )
    with driver_connection(session).cursor() as cursor:
        cursor.executemany(
            "INSERT INTO trace (task_id, video_id, batch, process) VALUES (%s, %s, %s, %s)", lines
        )
    return results


HANDLER = Handler(prepare, fetch, apply)
SAMPLE_HANDLERS = dict.fromkeys(TASK_TYPES, HANDLER)
