"""What a push would send, told from our own data: nothing is asked of YouTube for it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from catalogtool.core.settings import Settings
from catalogtool.sync.push.fields import (
    ASSET,
    METADATA,
    PARTS,
    PUSHED,
    READ_UNITS,
    REASON,
    REASON_PARAMETERS,
    VIDEO,
    WRITE_UNITS,
    target_of,
)
from catalogtool.sync.requests import Videos, estimated_completion

UNITS = READ_UNITS + WRITE_UNITS

EDITS = f"""
    SELECT p.id, p.video_id, p.field, p.value, p.base, p.theirs, p.theirs_at,
        p.created_at AS edited_at, v.asset_id, {REASON} AS reason
    FROM pending_edit p JOIN video v ON v.video_id = p.video_id
    LEFT JOIN asset a ON a.asset_id = v.asset_id
    WHERE p.video_id = ANY (:video_ids)"""
_PLACES = {name: place for place, name in enumerate(PUSHED)}

_ON_VIDEO = ", ".join(f"'{name}'" for name in PARTS)
_ON_ASSET = ", ".join(f"'{name}'" for name in METADATA)
# By video: whether anything would go to it, to its asset, or nothing at all.
_MANY_OF = f"""
    WITH found AS (
        SELECT p.video_id, p.field, {REASON} IS NULL AND p.theirs_at IS NULL AS sendable
        FROM pending_edit p JOIN video v ON v.video_id = p.video_id
        LEFT JOIN asset a ON a.asset_id = v.asset_id
        WHERE """
_MANY = f"""),
    by_video AS (
        SELECT video_id,
            bool_or(sendable AND field IN ({_ON_VIDEO})) AS on_video,
            bool_or(sendable AND field IN ({_ON_ASSET})) AS on_asset
        FROM found GROUP BY video_id)
    SELECT count(*) FILTER (WHERE on_video OR on_asset) AS videos,
        count(*) FILTER (WHERE NOT on_video AND NOT on_asset) AS not_sendable_videos,
        count(*) FILTER (WHERE on_video) + count(*) FILTER (WHERE on_asset) AS writes
    FROM by_video"""
# Which videos a push of many is for: those of which something can be sent.
CAN_BE_PUSHED = f"""EXISTS (
    SELECT FROM pending_edit p LEFT JOIN asset a ON a.asset_id = v.asset_id
    WHERE p.video_id = v.video_id AND p.theirs_at IS NULL AND {REASON} IS NULL)"""


@dataclass(frozen=True)
class Edit:
    """An edit that waits; `reason`: why it can't be sent. `theirs_at`: since when in conflict.

    `edited_at`: when it got its present value.
    """

    id: int
    video_id: str
    field: str
    value: Any
    base: Any
    theirs: Any
    theirs_at: datetime | None
    edited_at: datetime
    asset_id: str | None
    reason: str | None

    @property
    def target(self) -> str:
        """Where it would go."""
        return target_of(self.field) or VIDEO


def read_edits(session: Session, video_ids: Sequence[str]) -> list[Edit]:
    """The edits that wait for these videos, in the editor's order, with why each can't be sent."""
    given = {**REASON_PARAMETERS, "video_ids": list(video_ids)}
    edits = [Edit(**row) for row in session.execute(text(EDITS), given).mappings()]
    return sorted(edits, key=lambda edit: _PLACES.get(edit.field, len(_PLACES)))


def preview_push(
    session: Session,
    video_id: str,
    fields: Collection[str] | None = None,
    overwrite: Collection[str] = (),
) -> dict[str, Any]:
    """What a push of these fields of a video (None: all) would send, cost and leave."""
    edits = [e for e in read_edits(session, [video_id]) if fields is None or e.field in fields]
    sendable = [edit for edit in edits if edit.reason is None]
    in_conflict = [e for e in sendable if e.theirs_at is not None and e.field not in overwrite]
    sent = [edit for edit in sendable if edit not in in_conflict]
    would_send = _would_send(session, sent)
    return {
        "would_send": would_send,
        "not_sendable": [
            {"field": edit.field, "reason": edit.reason} for edit in edits if edit.reason
        ],
        "conflicts": [_conflict(edit) for edit in in_conflict],
        "units": sum(one["units"] for one in would_send),
    }


def preview_many(session: Session, settings: Settings, videos: Videos) -> dict[str, Any]:
    """How many of these videos would be pushed, how many can't, and what it costs."""
    given = {**REASON_PARAMETERS, **videos.parameters}
    found = session.execute(text(f"{_MANY_OF} ({videos.where}) {_MANY}"), given).one()
    return {
        "videos": found.videos,
        "units": found.writes * UNITS,
        "not_sendable_videos": found.not_sendable_videos,
        "estimated_completion": estimated_completion(session, settings, more_writes=found.writes),
    }


def _would_send(session: Session, edits: Sequence[Edit]) -> list[dict[str, Any]]:
    paid: set[str] = set()
    found = []
    for edit in edits:
        found.append(
            {
                "field": edit.field,
                "to": edit.target,
                "old": edit.base if edit.theirs_at is None else edit.theirs,
                "new": edit.value,
                "units": 0 if edit.target in paid else UNITS,
                "also_changes_videos": _others(session, edit),
            }
        )
        paid.add(edit.target)
    return found


def _others(session: Session, edit: Edit) -> int:
    """Videos of the same asset that hold another value, and no edit of their own."""
    if edit.target != ASSET:
        return 0
    assert edit.field in METADATA
    others = text(
        f"""SELECT count(*) FROM video v
        WHERE v.asset_id = :asset_id AND v.video_id <> :video_id
          AND coalesce(to_jsonb(v.{edit.field}), 'null')
              <> (SELECT p.value FROM pending_edit p WHERE p.id = :edit)
          AND NOT EXISTS (SELECT FROM pending_edit p
              WHERE p.video_id = v.video_id AND p.field = '{edit.field}')"""
    )
    given = {"asset_id": edit.asset_id, "video_id": edit.video_id, "edit": edit.id}
    return int(session.execute(others, given).scalar_one())


def _conflict(edit: Edit) -> dict[str, Any]:
    return {
        "field": edit.field,
        "base": edit.base,
        "theirs": edit.theirs,
        "mine": edit.value,
        "at": edit.theirs_at,
    }
