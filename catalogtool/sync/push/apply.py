"""After a push: what YouTube has by now is no edit that waits any more.

The edit itself stands in the history already; a push of it is no second change. What follows from
it is one: other videos that show the same asset get the asset's new values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from catalogtool.catalog.edits.write import lock_videos
from catalogtool.sync.push.answer import Asked, Told
from catalogtool.sync.push.edits import note_conflict, settle_edit
from catalogtool.sync.push.looks import note_writes
from catalogtool.sync.push.siblings import follow_asset
from catalogtool.sync.queue.handler import Fetched, Result, Task

_PKS = text(
    """
    SELECT id FROM video
    WHERE video_id = :video_id OR (asset_id = :asset_id AND cast(:with_siblings AS boolean))
    """
)


def apply(session: Session, fetched: Sequence[Fetched]) -> Mapping[int, Result]:
    """Write what came of several pushes."""
    results = {}
    for batch, asked, told in fetched:
        for task, wanted, answer in zip(batch.tasks, asked, told, strict=True):
            results[task.id] = _apply(session, task, wanted, answer)
    return results


def _apply(session: Session, task: Task, asked: Asked, told: Told) -> Result:
    on_asset = {w.field: w.value for w in asked.on_asset if w.field in told.settled}
    given = {
        "video_id": asked.video_id,
        "asset_id": asked.asset_id,
        "with_siblings": bool(on_asset),
    }
    # Whoever touches an edit holds its video first.
    lock_videos(session, list(session.execute(_PKS, given).scalars()))
    conflicts = {}
    for field, wish in asked.wishes.items():
        if field in told.settled:
            settle_edit(session, asked.video_id, wish, task.created_by)
        elif field in told.conflicts:
            theirs = told.conflicts[field]
            note_conflict(session, asked.video_id, field, theirs)
            conflicts[field] = {"base": wish.base, "theirs": theirs, "mine": wish.value}
    siblings = 0
    if on_asset and asked.asset_id is not None:
        siblings = follow_asset(session, asked.video_id, asked.asset_id, on_asset, task.created_by)
    note_writes(session, asked, told)
    return _result(task, asked, told, conflicts, siblings)


def _result(
    task: Task, asked: Asked, told: Told, conflicts: Mapping[str, Any], siblings: int
) -> Result:
    not_sent = {**asked.not_sent, **told.refused}
    found = {
        "confirmed": sorted(told.confirmed),
        "conflicts": conflicts,
        "not_sent": not_sent,
        "also_changed_videos": siblings,
    }
    result = {"sent": told.sent, **{name: value for name, value in found.items() if value}}
    error = None
    if conflicts:
        error = f"conflict: {', '.join(conflicts)} changed on YouTube meanwhile"
    elif told.refused or (not_sent and not told.settled):
        error = "; ".join(f"{field}: {reason}" for field, reason in not_sent.items())
    return Result(
        task.id,
        "failed" if error else "completed",
        result=result,
        error=error,
        changed=bool(told.settled or conflicts),
    )
