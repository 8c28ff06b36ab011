"""Is it well? Answered in time even when the database is gone or hangs.

The question goes over a small connection of its own, so that a full pool does not hide a healthy
database, and in a thread that is not waited for beyond the deadline.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late
from datetime import UTC, datetime
from importlib.metadata import version
from time import perf_counter
from typing import Any

import psycopg

from catalogtool.core.db import engine
from catalogtool.core.times import iso

DEADLINE_SECONDS = 1.5
STATEMENT_MILLISECONDS = 1000
# A worker that has not been heard of for this long counts as gone.
HEARTBEAT_SECONDS = 30

QUEUE = """
    SELECT count(*) FILTER (WHERE status = 'todo'), count(*) FILTER (WHERE status = 'doing')
    FROM procrastinate_jobs WHERE status IN ('todo', 'doing')
"""
WORKERS = """
    SELECT count(*) FROM procrastinate_workers
    WHERE last_heartbeat > now() - make_interval(secs => %s)
"""

_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="health")
Report = dict[str, Any]


def check_health() -> tuple[Report, bool]:
    """The answer of /health, and whether all is well."""
    began = perf_counter()
    database, queue = _ask_in_time()
    healthy = database["status"] == "up"
    return {
        "status": "healthy" if healthy else "unhealthy",
        "database": database,
        "queue": queue,
        "version": version("catalogtool"),
        "timestamp": iso(datetime.now(UTC)),
        "response_time_seconds": round(perf_counter() - began, 4),
    }, healthy


def _ask_in_time() -> tuple[Report, Report]:
    asked: Future[tuple[Report, Report]] = _threads.submit(_ask)
    try:
        return asked.result(DEADLINE_SECONDS)
    except Late:
        asked.cancel()
        reason = f"no answer within {DEADLINE_SECONDS} seconds"
    except (psycopg.Error, RuntimeError):
        # The text of the error may hold names and addresses that are nobody's business here.
        reason = "no connection"
    return {"status": "down", "reason": reason}, {"status": "unknown"}


def _ask() -> tuple[Report, Report]:
    began = perf_counter()
    with psycopg.connect(_address(), autocommit=True) as connection:
        connection.execute("SELECT 1")
        seconds = round(perf_counter() - began, 4)
        return {"status": "up", "response_time_seconds": seconds}, _queue(connection)


def _queue(connection: psycopg.Connection) -> Report:
    """Waiting and running jobs; jobs that wait while no worker lives are worth an alarm."""
    try:
        pending, processing = connection.execute(QUEUE).fetchone() or (0, 0)
        (workers,) = connection.execute(WORKERS, [HEARTBEAT_SECONDS]).fetchone() or (0,)
    except psycopg.Error:
        return {"status": "unknown"}
    status = "running" if workers else "stopped"
    return {"status": status, "workers": workers, "pending": pending, "processing": processing}


def _address() -> str:
    url = engine().url
    return psycopg.conninfo.make_conninfo(
        url.set(drivername="postgresql").render_as_string(hide_password=False),
        connect_timeout=2,
        application_name="catalogtool health",
        options=f"-c statement_timeout={STATEMENT_MILLISECONDS}",
    )
