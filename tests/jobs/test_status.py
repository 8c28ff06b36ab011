"""What is told of the queue: on request, and by workers whenever it changes."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from psycopg import sql

from catalogtool.core.db import unit_of_work
from catalogtool.core.events import CHANNEL
from catalogtool.jobs import defer
from catalogtool.jobs.announcing import INTERVAL_SECONDS
from catalogtool.jobs.status import FinishedJobs, ProcessorStatus, processor_status
from tests.jobs.conftest import eventually, statuses
from tests.processes import Start

Listener = psycopg.Connection[tuple[Any, ...]]


@pytest.fixture
def listener(traced: str) -> Iterator[Listener]:
    """A connection that hears what open pages would."""
    with psycopg.connect(traced, autocommit=True) as connection:
        connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(CHANNEL)))
        yield connection


def told(listener: Listener, seconds: float) -> list[dict[str, Any]]:
    """The payloads of `processor_status` that come within this time."""
    heard = (json.loads(found.payload) for found in listener.notifies(timeout=seconds))
    return [payload for event, payload in heard if event == "processor_status"]


def ask() -> ProcessorStatus:
    with unit_of_work() as session:
        return processor_status(session)


def enqueue(what: str, **options: Any) -> None:
    with unit_of_work() as session:
        defer(session, "test_note", what=what, **options)


def test_without_a_worker_jobs_only_wait(traced: str) -> None:
    enqueue("x")
    assert ask() == {
        "running": False,
        "tasks_processed": 0,
        "last_activity": None,
        "queue_length": {"pending": 1, "processing": 0, "completed": 0, "failed": 0, "total": 1},
    }


def test_a_worker_runs_and_what_it_did_is_counted(traced: str, start_worker: Start) -> None:
    start_worker(traced)
    enqueue("x")
    eventually(lambda: statuses(traced) == {"succeeded": 1})
    eventually(lambda: ask()["queue_length"]["completed"] >= 1)
    status = ask()
    assert status["running"]
    assert status["last_activity"] is not None
    assert status["tasks_processed"] == status["queue_length"]["completed"]


def test_pages_hear_of_each_change_and_of_the_workers_end(
    traced: str, listener: Listener, start_worker: Start
) -> None:
    process = start_worker(traced, DEAD_AFTER="60")
    eventually(lambda: any(payload["running"] for payload in told(listener, 0.2)))
    enqueue("later", schedule_in=timedelta(hours=1))
    eventually(lambda: waiting(told(listener, 0.2)) == 1)
    with psycopg.connect(traced) as connection:
        connection.execute("UPDATE procrastinate_jobs SET scheduled_at = now()")
    eventually(lambda: waiting(told(listener, 0.2)) == 0)
    process.terminate()
    assert process.wait(5) == 0
    last = told(listener, 0.5)[-1]
    assert not last["running"]
    assert last["last_activity"].endswith("Z")
    assert last["queue_length"]["completed"] >= 1


def test_pages_hear_once_a_second_at_most(
    traced: str, listener: Listener, start_worker: Start
) -> None:
    start_worker(traced)
    eventually(lambda: told(listener, 0.2) != [])
    end = time.monotonic() + 3 * INTERVAL_SECONDS
    while time.monotonic() < end:
        enqueue("later", schedule_in=timedelta(hours=1))
    heard = told(listener, 0.1)
    assert len(heard) <= 4
    numbers = [payload["queue_length"]["pending"] for payload in heard]
    assert numbers == sorted(numbers)
    assert numbers[-1] > 0


def test_finished_jobs_are_counted_again_when_something_happened_and_not_too_often() -> None:
    finished = FinishedJobs()
    assert finished.are_stale({"last_event": None}, now=0)
    finished.keep({}, {"last_event": 7}, began=0, ended=0.01)
    assert not finished.are_stale({"last_event": 7}, now=20)
    assert not finished.are_stale({"last_event": 8}, now=0.5)
    assert finished.are_stale({"last_event": 8}, now=1)
    assert finished.are_stale({"last_event": 7}, now=40)


def waiting(payloads: list[dict[str, Any]]) -> int | None:
    """How many jobs wait as far as these tell."""
    return payloads[-1]["queue_length"]["pending"] if payloads else None
