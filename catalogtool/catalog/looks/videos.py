"""Videos as videos.list tells them: what differs is written, with a record in the history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from catalogtool.catalog.looks import channel_names
from catalogtool.catalog.looks.fields import COUNTED, METADATA, staged_types
from catalogtool.catalog.looks.pending import compare_edits
from catalogtool.catalog.looks.staged import Staged, stage
from catalogtool.catalog.looks.times import drop_stale, note_looks
from catalogtool.catalog.merge.age import NEWEST
from catalogtool.catalog.merge.change import change_counters, change_videos
from catalogtool.catalog.merge.chunk import FOLD_COUNTS
from catalogtool.catalog.merge.delta import as_json, needs_write
from catalogtool.catalog.merge.fields import Look
from catalogtool.catalog.merge.source import YOUTUBE

Changes = dict[str, list[Any]]

TABLE = Staged(
    "look_videos",
    {
        "video_id": "text",
        "at": "timestamptz",
        "found": "boolean",
        **staged_types(METADATA),
        **staged_types(COUNTED),
    },
)

# How the history tells that a video was left out of YouTube's answer, or is in it again.
AVAILABILITY, FOUND, NOT_FOUND = "availability", "found", "not found"
_SAID = f"""CASE
    WHEN r.found AND look.missing_since IS NOT NULL
        THEN '{{"{AVAILABILITY}": ["{NOT_FOUND}", "{FOUND}"]}}'
    WHEN NOT r.found AND look.missing_since IS NULL
        THEN '{{"{AVAILABILITY}": ["{FOUND}", "{NOT_FOUND}"]}}'
    ELSE '{{}}' END::jsonb"""

_DIFFERENT = f"""FROM pg_temp.look_videos r
    JOIN video v ON v.video_id = r.video_id
    LEFT JOIN video_look look ON look.video_pk = v.id
    WHERE ({needs_write(METADATA, "v", "r", NEWEST)} OR {_SAID} <> '{{}}')"""
_LOCK = f"""SELECT count(*) FROM (
    SELECT {_DIFFERENT} ORDER BY v.id FOR NO KEY UPDATE OF v) AS locked"""
_LOCK_EDITED = """SELECT count(*) FROM (
    SELECT FROM pg_temp.look_videos r JOIN video v ON v.video_id = r.video_id
    WHERE EXISTS (SELECT FROM pending_edit p WHERE p.video_id = r.video_id)
    ORDER BY v.id FOR NO KEY UPDATE OF v) AS locked"""
_CHANGE = change_videos(METADATA, f"{_DIFFERENT} ORDER BY v.id", "video_id, changes", said=_SAID)
_COUNT = change_counters(
    COUNTED,
    """FROM pg_temp.look_videos r
        JOIN video v ON v.video_id = r.video_id
        JOIN video_counter c ON c.video_pk = v.id
        WHERE r.found""",
    "video_id, changes",
    also="v.video_id",
)

_ENTER_SHORTS = """INSERT INTO youtube_shorts (video_id, source)
    SELECT r.video_id, 'youtube_api'
    FROM pg_temp.look_videos r JOIN video v ON v.video_id = r.video_id
    WHERE r.is_short AND v.is_short
      AND NOT EXISTS (SELECT FROM youtube_shorts s WHERE s.video_id = r.video_id)
      AND NOT EXISTS (SELECT FROM non_youtube_shorts n WHERE n.video_id = r.video_id)
    ON CONFLICT (video_id) DO NOTHING"""
# Of a temporary table the planner knows nothing, and would go through all Shorts for it.
_DROP_SHORTS = """DELETE FROM youtube_shorts s
    WHERE s.source = 'youtube_api' AND s.video_id = ANY(ARRAY(
        SELECT r.video_id FROM pg_temp.look_videos r JOIN video v ON v.video_id = r.video_id
        WHERE NOT r.is_short AND v.is_short IS NOT TRUE))"""

_TOLD = {
    field.name: f"to_jsonb({as_json(field.value('r'), field.type)})"
    for field in METADATA
    if field.name != "is_short"
}


def look_at_videos(session: Session, rows: Iterable[Mapping[str, object]]) -> dict[str, Changes]:
    """Bring in what YouTube said of these videos; what changed, by video id.

    A row has `video_id`, `at` (when it was asked) and `found`; with it the values of `METADATA` and
    `COUNTED` as they are stored, cut and clean, None where the answer does not say. A video stands
    in one row; one that the catalogue does not know is passed over.
    """
    stage(session, TABLE, rows)
    drop_stale(session, TABLE.name, Look.METADATA)
    channel_names.use_ours(session)
    session.execute(text(_LOCK))
    session.execute(text(_LOCK_EDITED))
    compare_edits(session, "JOIN pg_temp.look_videos r ON r.video_id = p.video_id", _TOLD)
    channel_names.make_new(session)
    changed = _changed(session, _CHANGE)
    for video_id, changes in _changed(session, _COUNT).items():
        changed[video_id] = changed.get(video_id, {}) | changes
    session.execute(text(_ENTER_SHORTS))
    session.execute(text(_DROP_SHORTS))
    note_looks(session, TABLE.name, Look.METADATA, missing="NOT r.found")
    if changed:
        session.execute(text(FOLD_COUNTS))
    return changed


def _changed(session: Session, statement: str) -> dict[str, Changes]:
    return {
        row.video_id: row.changes for row in session.execute(text(statement), YOUTUBE.parameters)
    }
