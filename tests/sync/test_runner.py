"""What a runner does when YouTube, the token, the quota or a handler fails; in this process."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from catalogtool.core.db import unit_of_work
from catalogtool.core.settings import Settings
from catalogtool.sync.queue import retry
from catalogtool.sync.queue.handler import Task
from catalogtool.sync.queue.status import last_error, waiting_for
from catalogtool.sync.running import rests
from catalogtool.sync.running.runner import TaskRunner
from catalogtool.youtube.errors import Busy, NoToken, QuotaExhausted, Refused
from tests.sync.queueing import (
    SAMPLE_HANDLERS,
    Counted,
    enqueue,
    eventually,
    ledger,
    make_videos,
    rows,
    statuses,
)

Run = Callable[..., TaskRunner]


class Moody(Counted):
    """Raises what `mood(tasks)` returns."""

    mood: Callable[[Sequence[Task]], Exception | None] = staticmethod(lambda tasks: None)

    def ask(self, tasks: Sequence[Task]) -> list[str]:
        if error := self.mood(tasks):
            raise error
        return super().ask(tasks)


@pytest.fixture
def queue(database: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(retry, "FIRST_SECONDS", 0.02)
    monkeypatch.setattr(retry, "GROWTH", 1.5)
    monkeypatch.setattr(rests, "FIRST_SECONDS", 0.2)
    make_videos(database, 200)
    return database


@pytest.fixture
def youtube(queue: str) -> Moody:
    return Moody(queue)


@pytest.fixture
def run(queue: str, youtube: Moody, settings: Settings) -> Iterator[Run]:
    started: list[TaskRunner] = []

    def begin(**more: Any) -> TaskRunner:
        opened: Callable[[threading.Event], Any] = lambda _: youtube  # noqa: E731
        runner = TaskRunner(
            settings,
            **{
                "handlers": SAMPLE_HANDLERS,
                "open_youtube": opened,
                "look_seconds": 0.1,
                "requests_at_once": 4,
                **more,
            },
        )
        runner.start()
        started.append(runner)
        return runner

    yield begin
    for runner in started:
        runner.stop(grace=0.2)


@pytest.fixture
def listener(queue: str) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    with psycopg.connect(queue, autocommit=True) as connection:
        connection.execute("LISTEN catalog_events")
        yield connection


def told(listener: psycopg.Connection[tuple[Any, ...]]) -> list[tuple[str, dict[str, Any]]]:
    return [tuple(json.loads(found.payload)) for found in listener.notifies(timeout=0.2)]


def ended(url: str, number: int) -> Callable[[], bool]:
    def all_ended() -> bool:
        found = statuses(url)
        return found.get("completed", 0) + found.get("failed", 0) == number

    return all_ended


def reason() -> str | None:
    with unit_of_work() as session:
        return waiting_for(session).reason


def test_one_refused_video_fails_alone_with_its_reason(queue: str, run: Run) -> None:
    enqueue(49)
    enqueue(1, first=50, payload={"refuse": True})
    run()
    eventually(ended(queue, 50))
    assert rows(queue, "SELECT video_id, error_message FROM processing_queue WHERE status='failed'")
    assert statuses(queue) == {"completed": 49, "failed": 1}
    assert rows(queue, "SELECT count(*) <= 13 FROM calls") == [(True,)]
    assert rows(queue, "SELECT FROM sync_lease") == []
    assert ledger(queue) == statuses(queue)


@pytest.mark.parametrize(
    ("fault", "error"), [("broken", "KeyError"), ("huge", "ProgramLimitExceeded")]
)
def test_what_cannot_be_applied_fails_alone_too(
    queue: str, run: Run, fault: str, error: str
) -> None:
    enqueue(49)
    enqueue(1, first=50, payload={fault: True})
    enqueue(50, first=51)
    run()
    eventually(ended(queue, 100))
    assert statuses(queue) == {"completed": 99, "failed": 1}
    assert rows(queue, "SELECT error_message FROM processing_queue WHERE status = 'failed'") == [
        (f"An unexpected error ({error}).",)
    ]
    assert rows(queue, "SELECT FROM trace GROUP BY task_id HAVING count(*) > 1") == []


def test_a_busy_youtube_is_asked_again(queue: str, run: Run) -> None:
    enqueue(100, payload={"busy": 2})
    run()
    eventually(ended(queue, 100))
    assert rows(queue, "SELECT DISTINCT status, retry_count FROM processing_queue") == [
        ("completed", 2)
    ]


def test_what_fails_six_times_has_failed_and_its_person_hears_of_it(
    queue: str, run: Run, listener: psycopg.Connection[tuple[Any, ...]]
) -> None:
    enqueue(1, payload={"busy": 9, "single": True})
    run()
    eventually(ended(queue, 1), 30)
    events = told(listener)
    errors = [payload for event, payload in events if event == "sync_error"]
    assert len(errors) == 6
    assert [error["retry_at"] is None for error in errors] == [False] * 5 + [True]
    (done,) = (payload for event, payload in events if event == "queue_task_complete")
    assert (done["video_id"], done["status"]) == ("v0001", "failed")
    with unit_of_work() as session:
        found = last_error(session)
    assert found is not None
    assert found["error"] == "YouTube is busy."


def test_pages_hear_of_single_tasks_one_by_one_and_of_the_rest_in_one_line(
    queue: str, run: Run, listener: psycopg.Connection[tuple[Any, ...]]
) -> None:
    enqueue(1, payload={"single": True, "merged": [777]})
    enqueue(150, first=2)
    run()
    eventually(ended(queue, 151))
    events = told(listener)
    complete = [payload for event, payload in events if event == "queue_task_complete"]
    assert [payload["task_id"] for payload in complete][1:] == [777]
    (synced,) = (payload for event, payload in events if event == "sync_complete")
    assert synced["changes"] == {"title": ["old", "new"]}
    assert synced["sync_time"].endswith("Z")
    updates = [payload for event, payload in events if event == "video_update"]
    assert sum(payload["count"] for payload in updates) == 151
    assert all(len(payload["video_ids"]) <= 100 for payload in updates)


def test_exhausted_quota_is_no_failure_and_ends_by_itself(
    queue: str, run: Run, youtube: Moody
) -> None:
    until = datetime.now(UTC) + timedelta(seconds=1)
    youtube.mood = lambda tasks: (
        QuotaExhausted(until, "ledger") if datetime.now(UTC) < until else None
    )
    enqueue(200)
    run()
    eventually(lambda: reason() == "quota")
    eventually(ended(queue, 200), 5)
    assert datetime.now(UTC) > until
    assert rows(queue, "SELECT DISTINCT status, retry_count FROM processing_queue") == [
        ("completed", 0)
    ]
    assert reason() is None


def test_writing_that_must_wait_does_not_keep_reading_from_going_on(
    queue: str, run: Run, youtube: Moody
) -> None:
    later = datetime.now(UTC) + timedelta(hours=1)
    youtube.mood = lambda tasks: (
        QuotaExhausted(later, "ledger") if tasks[0].payload.get("push") else None
    )
    enqueue(3, "metadata_push", priority=200, payload={"push": True})
    enqueue(100)
    run()
    eventually(lambda: statuses(queue) == {"completed": 100, "pending": 3})
    with unit_of_work() as session:
        waiting = waiting_for(session)
    assert waiting.reason == "quota"
    assert waiting.until == later


def test_without_a_token_everything_waits_until_there_is_one(
    queue: str, run: Run, youtube: Moody
) -> None:
    asked = []

    def opened(_halted: threading.Event) -> Moody:
        asked.append(time.monotonic())
        if len(asked) < 3:
            raise NoToken("Google gave no token.", permanent=True, reason="invalid_grant")
        return youtube

    enqueue(200)
    run(open_youtube=opened)
    eventually(lambda: reason() == "token")
    eventually(ended(queue, 200))
    assert len(asked) == 3
    assert asked[2] - asked[1] > asked[1] - asked[0]
    assert rows(queue, "SELECT DISTINCT status, retry_count FROM processing_queue") == [
        ("completed", 0)
    ]


def test_a_refusal_of_our_access_is_not_tried_on_every_video(
    queue: str, run: Run, youtube: Moody
) -> None:
    asked: list[int] = []

    def closed(tasks: Sequence[Task]) -> Exception:
        asked.append(len(tasks))
        return Refused("Not configured.", reason="accessNotConfigured")

    youtube.mood = closed
    enqueue(100)
    run()
    eventually(lambda: reason() == "token")
    assert statuses(queue)["pending"] >= 50
    assert len(asked) <= 4


def test_when_youtube_is_out_of_order_one_batch_at_a_time_finds_out(
    queue: str, run: Run, youtube: Moody
) -> None:
    broken = threading.Event()
    broken.set()
    asked: list[int] = []

    def mood(tasks: Sequence[Task]) -> Exception | None:
        asked.append(len(tasks))
        return Busy("Out of order.", reason="backendError") if broken.is_set() else None

    youtube.mood = mood
    enqueue(200)
    run()
    eventually(lambda: reason() == "youtube")
    before = len(asked)
    time.sleep(1)
    assert len(asked) <= before + 3
    broken.clear()
    eventually(ended(queue, 200))
    assert statuses(queue) == {"completed": 200}


def test_stopping_writes_what_was_answered_and_gives_the_rest_back(
    queue: str, run: Run, youtube: Moody
) -> None:
    youtube.latency = 0.1
    enqueue(200)
    runner = run(requests_at_once=1)
    eventually(lambda: rows(queue, "SELECT FROM calls") != [])
    runner.stop(grace=0.5)
    found = statuses(queue)
    assert found["completed"] >= 50
    assert sum(found.values()) == 200
    assert "processing" not in found
    assert rows(queue, "SELECT FROM sync_lease") == []
