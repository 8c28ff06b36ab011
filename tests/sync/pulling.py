"""A catalogue, a sandbox, and the handlers between them, without the queue."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import count
from typing import Any

import pytest
from sqlalchemy import text

from catalogtool.catalog.history import list_history
from catalogtool.core.db import unit_of_work
from catalogtool.core.locks import MERGE_LOCK
from catalogtool.core.settings import Settings
from catalogtool.sync.queue.handler import Batch, Handler, Result, Task
from catalogtool.youtube.client import YouTube
from tests.sandbox.running import Sandbox, running_sandbox

MANY, SEED = 150, 2026

_leases = count(1)


@contextmanager
def connected(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, **choices: Any
) -> Iterator[tuple[Sandbox, YouTube]]:
    """A sandbox, and a client that talks to it."""
    with running_sandbox(**choices) as sandbox:
        settings.catalog_home.mkdir(parents=True, exist_ok=True)
        (settings.catalog_home / "sandbox.url").write_text(sandbox.url + "\n")
        youtube = YouTube.of(settings.model_copy(update={"youtube_min_delay": 0.0}))
        try:
            yield sandbox, youtube
        finally:
            youtube.close()


def work(handler: Handler, youtube: YouTube, video_ids: Sequence[str]) -> dict[str, Result]:
    """Do the tasks of these videos as the queue would, in batches of 50 applied at once."""
    tasks = [Task(number, video_id) for number, video_id in enumerate(video_ids, 1)]
    batches = [
        Batch(next(_leases), "any", tuple(tasks[start : start + 50]))
        for start in range(0, len(tasks), 50)
    ]
    return write(handler, [ask(handler, youtube, batch) for batch in batches])


def ask(handler: Handler, youtube: YouTube, batch: Batch) -> tuple[Batch, Any, Any]:
    """The first two steps."""
    with unit_of_work() as session:
        asked = handler.prepare(session, batch)
    return batch, asked, handler.fetch(youtube, asked)


def one(handler: Handler, youtube: YouTube, video_id: str) -> tuple[Batch, Any, Any]:
    """The first two steps for one video."""
    return ask(handler, youtube, Batch(next(_leases), "any", (Task(1, video_id),)))


def write(handler: Handler, fetched: Sequence[tuple[Batch, Any, Any]]) -> dict[str, Result]:
    """The last step; the results by video."""
    with unit_of_work() as session:
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MERGE_LOCK})
        results = handler.apply(session, fetched)
    return {
        task.video_id: results[task.id]
        for batch, _, _ in fetched
        for task in batch.tasks
        if task.id in results
    }


def looks() -> dict[str, dict[str, datetime | None]]:
    """When YouTube was asked for each video."""
    with unit_of_work() as session:
        rows = session.execute(
            text("SELECT v.video_id, l.* FROM video_look l JOIN video v ON v.id = l.video_pk")
        )
        return {row.video_id: dict(row._mapping) for row in rows}


def history(video_id: str) -> list[dict[str, Any]]:
    """What a video's page shows of its past, newest first."""
    with unit_of_work() as session:
        records: list[dict[str, Any]] = list_history(session, video_id, 1, 100)["records"]
        return records
