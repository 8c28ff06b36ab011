"""asset_enrichment: what assets.list says of the assets that some videos show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from catalogtool.sync.looks import asset_looks
from catalogtool.sync.looks.asset_looks import FoundAssets
from catalogtool.sync.queue.handler import Batch, Fetched, Handler, Result, Task
from catalogtool.youtube.client import YouTube

Assets = dict[str, str]

_ASSETS = text(
    """SELECT video_id, asset_id FROM video
    WHERE video_id = ANY (cast(:video_ids AS text[])) AND asset_id IS NOT NULL"""
)


def assets_of(session: Session, batch: Batch) -> Assets:
    """The asset that each of the batch's videos shows at present."""
    wanted = {"video_ids": [task.video_id for task in batch.tasks]}
    return {row.video_id: row.asset_id for row in session.execute(_ASSETS, wanted)}


def fetch(youtube: YouTube, asked: Assets) -> FoundAssets:
    """One call for up to 50 different assets."""
    return asset_looks.fetch(youtube, asked.values())


def apply(session: Session, fetched: Sequence[Fetched]) -> dict[int, Result]:
    """All answers in one go. A task is told what changed in its own video."""
    changed = asset_looks.apply(session, [answer for _, _, answer in fetched])

    def result(task: Task, asked: Assets, answer: FoundAssets) -> Result:
        asset_id = asked.get(task.video_id)
        facts = answer.found.get(asset_id or "")
        changes = changed.get(task.video_id, {})
        told: dict[str, Any] = {"found": facts is not None, "asset_id": asset_id}
        if facts is not None:
            told["changes"] = changes
            if facts.asset_id != asset_id:
                told["merged_into"] = facts.asset_id
        return Result(task.id, result=told, changed=bool(changes))

    return {
        task.id: result(task, asked, answer)
        for batch, asked, answer in fetched
        for task in batch.tasks
    }


def _asset_of(task: Task) -> str:
    return str(task.payload.get("asset_id") or task.video_id)


HANDLER = Handler(assets_of, fetch, apply, _asset_of)
