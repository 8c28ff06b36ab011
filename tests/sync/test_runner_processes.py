"""Runners that die, freeze, stop and lose their database: every task is applied exactly once."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator

import psycopg
import pytest

from catalogtool.core import db, postgres
from catalogtool.core.migrate import upgrade
from tests.databases import CARELESS, open_folder
from tests.processes import Start, started_from
from tests.sync.queueing import enqueue, eventually, ledger, make_videos, rows, statuses


@pytest.fixture
def queue(database: str) -> str:
    make_videos(database, 600)
    return database


@pytest.fixture
def start() -> Iterator[Start]:
    """Start runner processes; those that still run at the end are killed."""
    with started_from("tests.sync.runner_process") as start:
        yield start


def applied(url: str) -> dict[int, int]:
    """How many tasks each process has applied; fails if one was applied twice."""
    assert rows(url, "SELECT task_id FROM trace GROUP BY 1 HAVING count(*) > 1") == []
    return dict(rows(url, "SELECT process, count(*) FROM trace GROUP BY 1"))


def all_done(url: str, number: int) -> Callable[[], bool]:
    return lambda: statuses(url) == {"completed": number}


def in_hand(url: str) -> Callable[[], bool]:
    return lambda: statuses(url).get("processing", 0) > 0


def test_an_idle_runner_starts_at_once_when_a_task_is_committed(queue: str, start: Start) -> None:
    start(queue)
    enqueue(1)
    eventually(all_done(queue, 1))
    began = time.monotonic()
    enqueue(1, first=2)
    eventually(all_done(queue, 2))
    assert time.monotonic() - began < 0.3


def test_two_runners_share_the_work(queue: str, start: Start) -> None:
    first, second = start(queue, LATENCY=0.05), start(queue, LATENCY=0.05)
    listening = "SELECT FROM pg_stat_activity WHERE query ~ '^LISTEN sync' AND datname = %s"
    eventually(lambda: len(rows(queue, listening, queue.rsplit("/", 1)[1])) == 2)
    enqueue(600)
    eventually(all_done(queue, 600))
    by_process = applied(queue)
    assert sum(by_process.values()) == 600
    assert set(by_process) == {first.pid, second.pid}
    assert rows(queue, "SELECT count(*), min(tasks) FROM calls") == [(12, 50)]


def test_the_tasks_of_a_killed_runner_are_done_by_another(queue: str, start: Start) -> None:
    enqueue(200)
    first = start(queue, LATENCY=60)
    eventually(in_hand(queue))
    first.kill()
    second = start(queue)
    eventually(all_done(queue, 200))
    assert applied(queue) == {second.pid: 200}
    assert rows(queue, "SELECT FROM processing_queue WHERE retry_count > 0") == []
    assert rows(queue, "SELECT FROM sync_lease") == []
    assert ledger(queue) == statuses(queue)


def test_a_frozen_runner_that_wakes_up_writes_nothing(queue: str, start: Start) -> None:
    enqueue(200)
    first = start(queue, LATENCY=1)
    eventually(lambda: len(rows(queue, "SELECT FROM calls")) == 4)
    time.sleep(0.2)  # It has no transaction open now, which would have to run into its own limit.
    first.send_signal(signal.SIGSTOP)
    second = start(queue)
    eventually(all_done(queue, 200))
    first.send_signal(signal.SIGCONT)
    time.sleep(1.3)
    assert applied(queue) == {second.pid: 200}
    first.terminate()
    assert first.wait(10) == 0
    assert first.stderr is not None
    assert b"leases_lost" in first.stderr.read()


def test_sigterm_gives_the_leases_back_at_once(queue: str, start: Start) -> None:
    enqueue(200)
    first = start(queue, LATENCY=60, LEASE=60)
    eventually(in_hand(queue))
    first.terminate()
    assert first.wait(5) == 0
    assert statuses(queue) == {"pending": 200}
    assert rows(queue, "SELECT FROM sync_lease") == []


def test_runners_survive_a_crash_of_postgresql(start: Start) -> None:
    with open_folder() as home:
        # What was committed stays, as in real life; the machine itself does not crash.
        settings = {**CARELESS, "synchronous_commit": "on"}
        url = postgres.start(home, settings)
        try:
            upgrade(url)
            engine = db.connect(url)
            make_videos(url, 2_000)
            enqueue(2_000)
            runner = start(url, LATENCY=0.05)
            eventually(lambda: statuses(url).get("completed", 0) > 200)
            postgres.stop(home, "immediate")
            postgres.start(home, settings)
            eventually(all_done(url, 2_000), 30)
            assert runner.poll() is None
            assert applied(url) == {runner.pid: 2_000}
            assert ledger(url) == statuses(url)
            engine.dispose()
        finally:
            postgres.stop(home, "immediate")


def test_pause_and_resume_act_at_once(queue: str, start: Start) -> None:
    with psycopg.connect(queue) as connection:
        connection.execute("INSERT INTO sync_control (id, paused) VALUES (1, true)")
    start(queue)
    enqueue(100)
    time.sleep(1.2)
    assert statuses(queue) == {"pending": 100}
    with psycopg.connect(queue) as connection:
        connection.execute("UPDATE sync_control SET paused = false")
        connection.execute("SELECT pg_notify('sync_tasks', '')")
    eventually(all_done(queue, 100), 5)
