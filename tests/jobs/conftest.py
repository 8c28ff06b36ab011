"""A database with a trace table, and real worker processes on it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import psycopg
import pytest

from tests.jobs.sample_jobs import TABLE
from tests.processes import Start, started_from


@pytest.fixture
def traced(database: str) -> str:
    """The URL of a database in which the sample jobs leave their trace."""
    with psycopg.connect(database) as connection:
        connection.execute(TABLE)
    return database


@pytest.fixture
def start_worker() -> Iterator[Start]:
    """Start worker processes; those that still run at the end are killed."""
    with started_from("tests.jobs.worker_process") as start:
        yield start


def eventually(check: Callable[[], bool], seconds: float = 15) -> None:
    """Wait until the check holds; fail if it does not within this time."""
    end = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def steps(url: str, what: str) -> list[int]:
    """The steps that stand in the trace, in order of writing."""
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT step FROM trace WHERE what = %s ORDER BY id", [what])
        return [row[0] for row in rows]


def statuses(url: str) -> dict[str, int]:
    """Number of jobs per status, apart from periodic ones."""
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT status::text, count(*) FROM procrastinate_jobs "
            "WHERE task_name NOT IN ('test_every_second', 'delete_old_jobs') GROUP BY 1"
        )
        return dict(rows.fetchall())
