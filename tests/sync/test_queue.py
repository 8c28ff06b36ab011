"""The queue by itself: who is taken, in what company, and what becomes of those put back."""

from __future__ import annotations

import threading
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from catalogtool.core.db import unit_of_work
from catalogtool.core.errors import ConcurrencyError, VideoNotFoundError
from catalogtool.sync.models import TASK_TYPES
from catalogtool.sync.queue import control
from catalogtool.sync.queue.claim import Positions, claim, most_urgent
from catalogtool.sync.queue.enqueue import enqueue_enrichment, enqueue_matching, enqueue_video
from catalogtool.sync.queue.finish import drop_empty, finish
from catalogtool.sync.queue.handler import Batch, Result
from catalogtool.sync.queue.lease import give_back, hold, take_back_expired
from catalogtool.sync.queue.payloads import MERGES
from catalogtool.sync.queue.put_back import PutBack, Waits, put_back
from catalogtool.sync.queue.retention import delete_old_tasks
from catalogtool.sync.queue.retry import promote_due
from catalogtool.sync.queue.status import queue_figures, queue_position, waiting_for
from tests.sync.queueing import enqueue, ledger, make_videos, rows, statuses

SYNC = "metadata_sync"


@pytest.fixture
def queue(database: str) -> str:
    make_videos(database, 400)
    return database


def take(task_type: str = SYNC, positions: Positions | None = None) -> Batch:
    found = take_or_none(task_type, positions)
    assert found is not None
    return found


def take_or_none(task_type: str = SYNC, positions: Positions | None = None) -> Batch | None:
    with unit_of_work() as session:
        return claim(session, "me", task_type, positions=positions)


def end(batch: Batch) -> None:
    with unit_of_work() as session:
        held = hold(session, [batch.lease_id])
        finish(session, held, [Result(task.id) for task in batch.tasks])
        drop_empty(session, held)


def return_(batch: Batch, how: PutBack) -> list[Waits]:
    with unit_of_work() as session:
        hold(session, [batch.lease_id])
        waits = put_back(session, [batch.lease_id], [task.id for task in batch.tasks], how)
        drop_empty(session, [batch.lease_id])
    return waits


def ask_for(video_id: str, **more: Any) -> tuple[int, str]:
    with unit_of_work() as session:
        task, state = enqueue_video(
            session, video_id, more.pop("task_type", SYNC), user_id=None, **more
        )
    return task.id, state


def videos(batch: Batch) -> list[str]:
    return [task.video_id for task in batch.tasks]


def test_the_highest_priority_is_first_and_lower_ones_fill_the_batch(queue: str) -> None:
    enqueue(40)
    enqueue(15, first=101, priority=50)
    enqueue(5, first=201, priority=200)
    batch = take()
    assert videos(batch) == [
        *(f"v{i:04}" for i in range(201, 206)),
        *(f"v{i:04}" for i in range(101, 116)),
        *(f"v{i:04}" for i in range(1, 31)),
    ]
    assert videos(take()) == [f"v{i:04}" for i in range(31, 41)]
    assert take_or_none() is None


def test_the_most_urgent_type_is_next_and_the_oldest_among_equals(queue: str) -> None:
    enqueue(1, "ownership_update")
    enqueue(1)
    enqueue(1, "metadata_push", priority=100)
    with unit_of_work() as session:
        assert most_urgent(session, TASK_TYPES) == "metadata_push"
        assert most_urgent(session, ["metadata_sync", "ownership_update"]) == "ownership_update"
        assert most_urgent(session, ["asset_enrichment"]) is None


def test_who_remembers_the_position_still_finds_what_is_more_urgent(queue: str) -> None:
    positions = Positions()
    enqueue(120, priority=50)
    take(positions=positions)
    enqueue(1, first=301, priority=60)
    enqueue(1, first=302, priority=40)
    assert videos(take(positions=positions))[0] == "v0301"
    assert videos(take(positions=positions))[-1] == "v0302"
    with unit_of_work() as session:
        assert most_urgent(session, TASK_TYPES, positions) is None


def test_nobody_takes_what_another_takes_just_now(queue: str) -> None:
    enqueue(80)
    with unit_of_work() as session:
        first = claim(session, "me", SYNC)
        second = take()
    assert first is not None
    assert len(first.tasks) == 50
    assert len(second.tasks) == 30
    assert not set(videos(first)) & set(videos(second))


def test_nothing_is_taken_while_the_work_is_paused(queue: str) -> None:
    enqueue(1)
    with unit_of_work() as session:
        control.pause(session, None)
        assert claim(session, "me", SYNC) is None
        assert waiting_for(session).reason == "paused"
        control.resume(session)
        assert not control.is_paused(session)
        assert claim(session, "me", SYNC) is not None


def test_a_second_task_for_a_video_waits_for_the_first(queue: str) -> None:
    enqueue(1)
    first = take()
    enqueue(1)
    assert take_or_none() is None
    end(first)
    assert videos(take()) == ["v0001"]


def test_one_push_at_a_time(queue: str) -> None:
    enqueue(3, "metadata_push")
    first = take("metadata_push")
    assert len(first.tasks) == 1
    assert take_or_none("metadata_push") is None
    end(first)
    assert videos(take("metadata_push")) == ["v0002"]


def test_a_batch_of_assets_has_all_tasks_of_fifty_assets(queue: str) -> None:
    with psycopg.connect(queue) as connection:
        connection.execute("UPDATE video SET asset_id = 'A1' WHERE id <= 60")
    enqueue(1, "asset_enrichment", priority=9)
    enqueue(299, "asset_enrichment", first=2)
    batch = take("asset_enrichment")
    assets = {task.payload["asset_id"] for task in batch.tasks}
    assert len(assets) == 50
    assert len(batch.tasks) == 60 + 49 * 2
    assert len(take("asset_enrichment").tasks) == 100


def test_asking_twice_gives_the_same_task(queue: str) -> None:
    first, state = ask_for("v0001", priority=50)
    assert state == "new"
    assert ask_for("v0001", priority=200, payload={"single": True}) == (first, "waiting")
    batch = take()
    assert (batch.tasks[0].priority, batch.tasks[0].is_single) == (200, True)
    assert ask_for("v0001") == (first, "running")
    again, state = ask_for("v0001", again=True)
    assert state == "new"
    assert again != first
    with pytest.raises(VideoNotFoundError):
        ask_for("nobody")


def test_many_who_ask_at_once_get_one_task(queue: str) -> None:
    found = []
    threads = [threading.Thread(target=lambda: found.append(ask_for("v0001")[0])) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert len(set(found)) == 1


def test_matching_videos_are_queued_once_and_hurried(queue: str) -> None:
    enqueue(10)
    take()
    enqueue(10, first=11)

    def all_videos(priority: int) -> int:
        with unit_of_work() as session:
            return enqueue_matching(
                session,
                SYNC,
                "v.title = :title",
                {"title": "A video"},
                user_id=None,
                priority=priority,
            )

    assert all_videos(100) == 380
    assert all_videos(50) == 0
    assert rows(queue, "SELECT DISTINCT priority FROM processing_queue WHERE status='pending'") == [
        (100,)
    ]


def test_codes_are_asked_for_once(queue: str) -> None:
    with psycopg.connect(queue) as connection:
        connection.execute("UPDATE video SET upc = '1', isrc = '2' WHERE id <= 100")
        connection.execute("UPDATE video SET asset_id = NULL WHERE id > 350")
        connection.execute("INSERT INTO asset (asset_id, looked_at) VALUES ('A60', now())")
    with unit_of_work() as session:
        assert enqueue_enrichment(session) == 248
        assert enqueue_enrichment(session) == 0


def test_a_task_that_is_put_back_stands_for_one_that_came_meanwhile(queue: str) -> None:
    first, _ = ask_for("v0001", priority=50)
    batch = take()
    newer, _ = ask_for("v0001", priority=200, payload={"single": True}, again=True)
    (waits,) = return_(batch, PutBack())
    assert (waits.id, waits.status, waits.run_at) == (first, "pending", None)
    assert rows(queue, "SELECT status, result FROM processing_queue WHERE id = %s", newer) == [
        ("completed", {"merged_into": first})
    ]
    (task,) = take().tasks
    assert (task.id, task.priority, task.payload) == (
        first,
        200,
        {"single": True, "merged": [newer]},
    )
    assert ledger(queue) == statuses(queue)


def test_nothing_that_either_request_asked_for_is_lost(
    queue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(
        MERGES, "metadata_push", lambda a, b: {"fields": [*a["fields"], *b["fields"]]}
    )
    push = {"task_type": "metadata_push"}
    ask_for("v0001", payload={"fields": ["title"]}, **push)
    batch = take("metadata_push")
    ask_for("v0001", payload={"fields": ["isrc"]}, again=True, **push)
    return_(batch, PutBack())
    ask_for("v0001", payload={"fields": ["upc"]}, **push)
    assert take("metadata_push").tasks[0].payload["fields"] == ["title", "isrc", "upc"]


def test_putting_back_waits_for_one_who_enqueues_the_same_just_now(queue: str) -> None:
    enqueue(1)
    batch = take()
    done: list[Waits] = []
    with unit_of_work() as session:
        session.execute(
            text(
                "INSERT INTO processing_queue (video_id, task_type)"
                " VALUES ('v0001', 'metadata_sync')"
            )
        )
        other = threading.Thread(target=lambda: done.extend(return_(batch, PutBack())))
        other.start()
        other.join(0.3)
        assert done == []
    other.join(5)
    assert [waits.status for waits in done] == ["pending"]
    assert statuses(queue) == {"pending": 1, "completed": 1}


def test_failures_count_five_times_and_then_the_task_has_failed(queue: str) -> None:
    enqueue(1)
    for retry in range(1, 6):
        (waits,) = return_(take(), PutBack(60, "YouTube is busy.", counts=True))
        assert waits.run_at is not None
        assert take_or_none() is None
        with psycopg.connect(queue) as connection:
            assert connection.execute("SELECT retry_count FROM processing_queue").fetchone() == (
                retry,
            )
            connection.execute("UPDATE processing_queue SET run_at = now()")
        with unit_of_work() as session:
            assert promote_due(session) == 1
    (waits,) = return_(take(), PutBack(60, "YouTube is busy.", counts=True))
    assert waits.status == "failed"
    assert rows(queue, "SELECT error_message, completed_at IS NULL FROM processing_queue") == [
        ("YouTube is busy.", False)
    ]


def test_only_the_holder_of_the_lease_ends_its_tasks(queue: str) -> None:
    enqueue(2)
    lost = take()
    with unit_of_work() as session:
        assert take_back_expired(session) == 0
        session.execute(text("UPDATE sync_lease SET expires_at = now() - interval '1 s'"))
    with unit_of_work() as session:
        assert take_back_expired(session, 0) == 2
    now = take()
    with unit_of_work() as session:
        assert hold(session, [lost.lease_id, now.lease_id]) == {now.lease_id}
        finish(session, [lost.lease_id], [Result(task.id) for task in lost.tasks])
    assert statuses(queue) == {"processing": 2}
    with unit_of_work() as session:
        assert give_back(session, [now.lease_id]) == 2
    assert statuses(queue) == {"pending": 2}


def test_results_hold_any_text(queue: str) -> None:
    enqueue(1)
    batch = take()
    strange = {"title": "a\0b\ud800c\\u0000", "list": ["\0"]}
    with unit_of_work() as session:
        hold(session, [batch.lease_id])
        result = Result(batch.tasks[0].id, "failed", result=strange, error="no\0\udfff")
        finish(session, [batch.lease_id], [result])
    assert rows(queue, "SELECT result, error_message FROM processing_queue") == [
        ({"title": "ab?c\\u0000", "list": [""]}, "no?")
    ]


def test_failed_tasks_are_asked_for_again(queue: str) -> None:
    enqueue(3)
    with psycopg.connect(queue) as connection:
        connection.execute(
            "UPDATE processing_queue SET status = 'failed', error_message = 'x', retry_count = 5,"
            " completed_at = now()"
        )
    first, second, third = (row[0] for row in rows(queue, "SELECT id FROM processing_queue"))
    waiting, _ = ask_for("v0002")
    with unit_of_work() as session:
        assert control.retry_task(session, first, priority=200) == first
        assert control.retry_task(session, second, priority=200) == waiting
        with pytest.raises(ConcurrencyError):
            control.retry_task(session, first, priority=200)
        with pytest.raises(ConcurrencyError):
            control.cancel_task(session, third)
    with unit_of_work() as session:
        assert control.retry_failed(session, "ownership_update") == 0
        assert control.retry_failed(session) == 1
        control.cancel_task(session, first)
    assert statuses(queue) == {"pending": 2}
    assert ledger(queue) == {"pending": 2}


def test_figures_and_positions_tell_how_the_queue_stands(queue: str) -> None:
    enqueue(120)
    last, _ = ask_for("v0200", priority=0)
    soon, _ = ask_for("v0201", priority=200, task_type="ownership_update")
    take()
    with unit_of_work() as session:
        session.execute(text("SELECT fold_queue_counts()"))
        figures = queue_figures(session)
        assert figures["by_type"][SYNC] == {
            "pending": 71,
            "processing": 50,
            "completed": 0,
            "failed": 0,
        }
        assert (figures["pending"], figures["processing"]) == (72, 50)
        assert queue_position(session, soon) == 1
        assert queue_position(session, last) == 72
        assert waiting_for(session).reason is None


def test_ended_tasks_leave_after_a_while(queue: str) -> None:
    enqueue(4)
    with psycopg.connect(queue) as connection:
        connection.execute(
            "UPDATE processing_queue SET status = CASE WHEN id > 2 THEN 'failed' ELSE 'completed'"
            " END, completed_at = now() - CASE WHEN id % 2 = 1 THEN interval '40 days' ELSE"
            " interval '8 days' END"
        )
        connection.execute("UPDATE processing_queue SET completed_at = now() WHERE id = 1")
    assert delete_old_tasks() == 2
    assert statuses(queue) == {"completed": 1, "failed": 1}
