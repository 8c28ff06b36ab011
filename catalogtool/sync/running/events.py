"""What pages are told of tasks: each one that a person asked for, and one summary of the rest."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from catalogtool.core.events import publish
from catalogtool.core.times import iso
from catalogtool.sync.queue.handler import Result, Task
from catalogtool.sync.queue.put_back import Waits

MOST_VIDEO_IDS = 100
# Together with the rest of the event below the limit of a notification.
LARGEST_VALUE = 6_000
LONGEST_TEXT = 500


def tell_ends(session: Session, ends: Iterable[tuple[Task, Result]]) -> None:
    """Publish how tasks ended: singly where somebody waits, and one line for all changes."""
    changed = []
    for task, result in ends:
        if result.changed:
            changed.append(task.video_id)
        if task.is_single:
            tell_end(session, task, result)
    if changed:
        summary = {
            "video_ids": changed[:MOST_VIDEO_IDS],
            "source": "youtube",
            "count": len(changed),
        }
        publish(session, "video_update", summary)


def tell_end(session: Session, task: Task, result: Result) -> None:
    """Publish the end of a task that a person asked for, and of those that it stood for."""
    shown = fitting(result.result)
    for task_id in (task.id, *task.payload.get("merged", ())):
        publish(
            session,
            "queue_task_complete",
            {
                "task_id": task_id,
                "video_id": task.video_id,
                "status": result.status,
                "result": shown,
            },
        )
    if result.status == "failed":
        _tell_error(session, task.video_id, result.error, None)
        return
    changes = fitting((result.result or {}).get("changes") or {})
    now = iso(datetime.now(UTC))
    done = {"video_id": task.video_id, "changes": changes, "sync_time": now}
    publish(session, "sync_complete", done)


def tell_put_back(
    session: Session, tasks: Sequence[Task], waits: Iterable[Waits], error: str | None
) -> None:
    """Publish that tasks which people asked for have failed, and whether they are tried again."""
    single = {task.id: task for task in tasks if task.is_single}
    for found in waits:
        if found.id not in single:
            continue
        if found.status == "failed":
            tell_end(session, single[found.id], Result(found.id, "failed", error=error))
        else:
            _tell_error(session, found.video_id, error, found.run_at)


def _tell_error(session: Session, video_id: str, error: str | None, retry: datetime | None) -> None:
    text = (error or "")[:LONGEST_TEXT]
    publish(session, "sync_error", {"video_id": video_id, "error": text, "retry_at": iso(retry)})


def fitting(value: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The value, cut to what an event can carry: long texts first, then whole entries."""
    if value is None:
        return None
    for longest in (LARGEST_VALUE, LONGEST_TEXT, 100):
        cut: dict[str, Any] = _cut(value, longest)
        if _size(cut) <= LARGEST_VALUE:
            return cut
    while _size(cut) > LARGEST_VALUE:
        del cut[max(cut, key=lambda name: _size(cut[name]))]
        cut["cut"] = True
    return cut


def _size(value: object) -> int:
    return len(json.dumps(value, default=str))


def _cut(value: Any, longest: int) -> Any:
    if isinstance(value, str) and len(value) > longest:
        return value[:longest] + "…"
    if isinstance(value, Mapping):
        return {str(name): _cut(part, longest) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_cut(part, longest) for part in value]
    return value
