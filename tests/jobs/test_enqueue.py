"""Enqueueing belongs to the caller's transaction."""

from __future__ import annotations

import threading
from datetime import timedelta

import psycopg
import pytest

from catalogtool.core import db
from catalogtool.core.db import unit_of_work
from catalogtool.jobs import defer, job
from catalogtool.jobs.app import declared
from tests.jobs.conftest import eventually, statuses, steps
from tests.processes import Start


def jobs_of(url: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(
            "SELECT task_name, queue_name, lock, args, scheduled_at > now() FROM procrastinate_jobs"
        ).fetchall()


def test_a_rolled_back_change_leaves_no_job(traced: str) -> None:
    with db.new_session() as session:
        assert defer(session, "test_note", what="x")
        session.rollback()
    assert jobs_of(traced) == []


def test_a_job_is_visible_with_the_commit_and_not_before(traced: str) -> None:
    with unit_of_work() as session:
        defer(session, "test_count", what="x", lock="report-7")
        assert jobs_of(traced) == []
    assert jobs_of(traced) == [("test_count", "reports", "report-7", {"what": "x"}, None)]


def test_a_job_can_be_enqueued_by_name_and_for_later(traced: str) -> None:
    with unit_of_work() as session:
        defer(session, "elsewhere", queue="reports", schedule_in=timedelta(minutes=5), number=1)
    assert jobs_of(traced) == [("elsewhere", "reports", None, {"number": 1}, True)]


def test_only_one_job_of_a_queueing_lock_waits_and_the_transaction_goes_on(traced: str) -> None:
    with unit_of_work() as session:
        first = defer(session, "test_note", queueing_lock="once", what="1")
        second = defer(session, "test_note", queueing_lock="once", what="2")
        defer(session, "test_note", what="3")
    assert first
    assert second is None
    assert [row[3] for row in jobs_of(traced)] == [{"what": "1"}, {"what": "3"}]


def test_a_waiting_job_does_not_start_before_who_relied_on_it_has_committed(
    traced: str, start_worker: Start
) -> None:
    with unit_of_work() as session:
        defer(session, "test_note", queueing_lock="once", what="relied on")
    with unit_of_work() as session:
        assert defer(session, "test_note", queueing_lock="once", what="other") is None
        start_worker(traced)
        eventually(lambda: steps(traced, "tick") != [])
        assert steps(traced, "relied on") == []
    eventually(lambda: steps(traced, "relied on") == [0])


def test_two_transactions_with_one_queueing_lock_end_with_one_job(traced: str) -> None:
    results: list[int | None] = []

    def other() -> None:
        with unit_of_work() as session:
            results.append(defer(session, "test_note", queueing_lock="once", what="2"))

    with unit_of_work() as session:
        assert defer(session, "test_note", queueing_lock="once", what="1")
        thread = threading.Thread(target=other)
        thread.start()
        thread.join(0.2)
        assert thread.is_alive()
    thread.join(5)
    assert results == [None]
    assert statuses(traced) == {"todo": 1}


def test_two_functions_cannot_share_a_name() -> None:
    with pytest.raises(ValueError, match="test_note"):
        job("test_note")(lambda: None)
    assert declared["test_note"].queue == "default"
