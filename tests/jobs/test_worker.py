"""Worker processes that work, stop, die and lose their database."""

from __future__ import annotations

import signal
import time
from datetime import timedelta
from functools import partial

import psycopg

from catalogtool.core import db, postgres
from catalogtool.core.db import unit_of_work
from catalogtool.core.migrate import upgrade
from catalogtool.jobs import defer
from catalogtool.jobs.schedule import delete_old_jobs
from tests.databases import CARELESS, open_folder
from tests.jobs.conftest import eventually, statuses, steps
from tests.jobs.sample_jobs import TABLE
from tests.processes import Start


def enqueue(name: str, **arguments: object) -> None:
    with unit_of_work() as session:
        defer(session, name, **arguments)  # type: ignore[arg-type]


def test_an_idle_worker_starts_at_once_when_the_job_is_committed(
    traced: str, start_worker: Start
) -> None:
    start_worker(traced)
    eventually(lambda: steps(traced, "tick") != [])
    began = time.monotonic()
    enqueue("test_note", what="now")
    eventually(lambda: steps(traced, "now") == [0])
    assert time.monotonic() - began < 0.25


def test_a_job_of_a_killed_worker_goes_on_in_another(traced: str, start_worker: Start) -> None:
    first = start_worker(traced)
    enqueue("test_count", what="work", steps=40)
    eventually(lambda: len(steps(traced, "work")) > 5)
    first.kill()
    start_worker(traced)
    eventually(lambda: statuses(traced) == {"succeeded": 1})
    assert steps(traced, "work") == list(range(1, 41))
    assert len(steps(traced, "work started")) == 2


def test_a_job_without_a_worker_is_put_back(traced: str, start_worker: Start) -> None:
    enqueue("test_note", what="left")
    with psycopg.connect(traced) as connection:
        connection.execute("UPDATE procrastinate_jobs SET status = 'doing'")
    start_worker(traced)
    eventually(lambda: steps(traced, "left") == [0])


def test_a_job_of_a_dead_worker_gives_way_to_one_that_waits_with_the_same_lock(
    traced: str, start_worker: Start
) -> None:
    enqueue("test_note", what="once", queueing_lock="once")
    with psycopg.connect(traced) as connection:
        connection.execute("UPDATE procrastinate_jobs SET status = 'doing'")
    enqueue("test_note", what="once", queueing_lock="once", schedule_in=timedelta(hours=1))
    start_worker(traced)
    eventually(lambda: statuses(traced) == {"aborted": 1, "todo": 1})


def test_a_worker_that_was_struck_off_the_register_enters_again(
    traced: str, start_worker: Start
) -> None:
    start_worker(traced)
    eventually(lambda: workers(traced) == 2)
    with psycopg.connect(traced) as connection:
        connection.execute("DELETE FROM procrastinate_workers")
    enqueue("test_note", what="after")
    eventually(lambda: steps(traced, "after") == [0])


def test_a_job_that_was_given_to_a_worker_that_never_heard_of_it_is_put_back(
    traced: str, start_worker: Start
) -> None:
    start_worker(traced)
    eventually(lambda: steps(traced, "tick") != [])
    with psycopg.connect(traced) as connection:
        connection.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, worker_id) "
            "SELECT 'default', 'test_note', '{\"what\": \"unheard\"}', 'doing', min(id) "
            "FROM procrastinate_workers"
        )
    eventually(lambda: steps(traced, "unheard") == [0])


def test_a_frozen_worker_that_wakes_up_writes_nothing_more(
    traced: str, start_worker: Start
) -> None:
    first = start_worker(traced)
    enqueue("test_count", what="work", steps=60)
    eventually(lambda: len(steps(traced, "work")) > 5)
    first.send_signal(signal.SIGSTOP)
    start_worker(traced)
    eventually(lambda: len(steps(traced, "work started")) == 2)
    first.send_signal(signal.SIGCONT)
    eventually(lambda: statuses(traced) == {"succeeded": 1})
    assert steps(traced, "work") == list(range(1, 61))


def test_sigterm_stops_gracefully_and_the_rest_is_done_by_another(
    traced: str, start_worker: Start
) -> None:
    first = start_worker(traced, DEAD_AFTER="60")
    enqueue("test_count", what="work", steps=60)
    eventually(lambda: len(steps(traced, "work")) > 5)
    first.terminate()
    assert first.wait(5) == 0
    assert first.stderr is not None
    assert b'"clean": true' in first.stderr.read()
    assert statuses(traced) == {"todo": 1}
    assert workers(traced) == 0
    second = start_worker(traced, DEAD_AFTER="60")
    eventually(lambda: statuses(traced) == {"succeeded": 1})
    assert steps(traced, "work") == list(range(1, 61))
    second.send_signal(signal.SIGINT)
    assert second.wait(5) == 0


def test_a_job_that_does_not_listen_cannot_keep_the_worker_alive(
    traced: str, start_worker: Start
) -> None:
    process = start_worker(traced, STOP_SECONDS="0.3", DEAD_AFTER="60")
    enqueue("test_deaf", what="deaf", seconds=30)
    eventually(lambda: steps(traced, "deaf") == [0])
    process.terminate()
    assert process.wait(5) == 0
    assert process.stderr is not None
    assert b'"clean": false' in process.stderr.read()
    assert statuses(traced) == {"todo": 1}


def test_a_failing_job_is_tried_again_and_then_has_failed(traced: str, start_worker: Start) -> None:
    start_worker(traced)
    enqueue("test_fail", what="broken")
    for attempt in range(1, 4):
        eventually(partial(tried, traced, attempt))
        eventually(lambda: hurry(traced) == 1)
    eventually(lambda: statuses(traced) == {"failed": 1})
    assert len(steps(traced, "broken")) == 4


def test_a_clock_job_runs_once_a_tick_for_all_workers(traced: str, start_worker: Start) -> None:
    start_worker(traced)
    start_worker(traced)
    eventually(lambda: workers(traced) == 4)
    before = len(steps(traced, "tick"))
    time.sleep(2)
    assert 1 <= len(steps(traced, "tick")) - before <= 3


def test_workers_survive_a_crash_of_postgresql_and_its_absence_at_the_start(
    start_worker: Start,
) -> None:
    with open_folder() as home:
        url = postgres.start(home, CARELESS)
        try:
            upgrade(url)
            engine = db.connect(url)
            with psycopg.connect(url) as connection:
                connection.execute(TABLE)
            early = start_worker(url)
            enqueue("test_count", what="work", steps=60)
            eventually(lambda: len(steps(url, "work")) > 5)
            postgres.stop(home, "immediate")
            late = start_worker(url)
            time.sleep(1.5)
            assert postgres.start(home, CARELESS) == url
            eventually(lambda: statuses(url) == {"succeeded": 1})
            assert steps(url, "work") == list(range(1, 61))
            eventually(lambda: workers(url) == 4)
            enqueue("test_note", what="after")
            eventually(lambda: steps(url, "after") == [0])
            for process in (early, late):
                assert process.poll() is None
                process.terminate()
                assert process.wait(8) == 0
            engine.dispose()
        finally:
            postgres.stop(home, "immediate")


def test_a_worker_stops_also_while_the_database_is_away(start_worker: Start) -> None:
    process = start_worker("postgresql://nobody@127.0.0.1:1/nothing", STOP_SECONDS="0.2")
    assert process.stderr is not None
    line = next(line for line in process.stderr if b"waiting_for_database" in line)
    assert b"Connection refused" in line
    time.sleep(1)
    assert process.poll() is None
    process.terminate()
    assert process.wait(10) == 0
    assert b"waiting_for_database" not in process.stderr.read()


def test_old_finished_jobs_are_deleted(traced: str) -> None:
    with psycopg.connect(traced) as connection:
        connection.execute(
            """
            WITH added AS (
                INSERT INTO procrastinate_jobs (queue_name, task_name, status) VALUES
                ('default', 'old', 'succeeded'), ('default', 'old failure', 'failed'),
                ('default', 'new', 'succeeded'), ('default', 'waits', 'todo') RETURNING *
            )
            INSERT INTO procrastinate_events (job_id, type, at)
            SELECT id, 'started'::procrastinate_job_event_type,
                now() - CASE task_name WHEN 'new' THEN '0' ELSE interval '2 days' END
            FROM added
            """
        )
        connection.execute(
            "UPDATE procrastinate_events SET at = now() - interval '2 days' "
            "WHERE job_id IN (SELECT id FROM procrastinate_jobs WHERE task_name = 'waits')"
        )
    delete_old_jobs()
    with psycopg.connect(traced) as connection:
        left = connection.execute("SELECT task_name FROM procrastinate_jobs ORDER BY id")
        assert [row[0] for row in left] == ["old failure", "new", "waits"]


def workers(url: str) -> int:
    """Workers that are registered; each process has one for each queue."""
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM procrastinate_workers").fetchone()
    return row[0] if row else 0


def hurry(url: str) -> int:
    """Let the next attempt of a waiting job begin now; the number of jobs that waited."""
    with psycopg.connect(url) as connection:
        return connection.execute(
            "UPDATE procrastinate_jobs SET scheduled_at = now() "
            "WHERE status = 'todo' AND scheduled_at > now()"
        ).rowcount


def tried(url: str, times: int) -> bool:
    """Whether the failing job has been tried that often."""
    return len(steps(url, "broken")) == times
