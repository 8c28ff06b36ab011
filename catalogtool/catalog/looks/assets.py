"""Assets as assets.list tells them, and the videos that show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from catalogtool.catalog.looks.fields import ASSET, staged_types
from catalogtool.catalog.looks.pending import compare_edits
from catalogtool.catalog.looks.staged import Staged, stage
from catalogtool.catalog.merge.age import NEWEST
from catalogtool.catalog.merge.change import change_videos
from catalogtool.catalog.merge.chunk import FOLD_COUNTS
from catalogtool.catalog.merge.delta import (
    first_provenance,
    may_speak,
    needs_write,
    new_provenance,
)
from catalogtool.catalog.merge.fields import SETTLED, Field
from catalogtool.catalog.merge.settle import settle_telling
from catalogtool.catalog.merge.source import YOUTUBE

Changes = dict[str, list[Any]]

TABLE = Staged(
    "look_assets",
    {
        "asked_id": "text",
        "asset_id": "text",
        "at": "timestamptz",
        "mine": "jsonb",
        **staged_types(ASSET),
    },
)
_NAMES = ", ".join(field.name for field in ASSET)
# An asset that was asked for by several ids, the ones that were merged into it, is told once.
_TOLD = (
    "(SELECT DISTINCT ON (asset_id) * FROM pg_temp.look_assets ORDER BY asset_id, asked_id) AS r"
)

_DROP_STALE = """DELETE FROM pg_temp.look_assets r USING asset a
    WHERE a.asset_id = r.asked_id AND a.looked_at > r.at"""
_CHANGE = f"""UPDATE asset a
    SET {
    ", ".join(
        f"{f.name} = CASE WHEN {may_speak(f, 'a', 'r', NEWEST)} THEN {f.value('r')}"
        f" ELSE a.{f.name} END"
        for f in ASSET
    )
}, provenance = {new_provenance(ASSET, "a", "r", NEWEST)}, looked_at = r.at,
        updated_at = CASE WHEN {needs_write(ASSET, "a", "r", NEWEST)}
            THEN now() ELSE a.updated_at END
    FROM {_TOLD} WHERE a.asset_id = r.asset_id"""
_VALUES = ", ".join(field.value("r") for field in ASSET)
_ADD = f"""INSERT INTO asset (asset_id, looked_at, provenance, {_NAMES})
    SELECT r.asset_id, r.at, {first_provenance(ASSET, "r")}, {_VALUES}
    FROM {_TOLD}
    WHERE NOT EXISTS (SELECT FROM asset a WHERE a.asset_id = r.asset_id) ORDER BY r.asset_id"""
_MERGE = """INSERT INTO asset AS a (asset_id, merged_into, looked_at)
    SELECT asked_id, asset_id, at FROM pg_temp.look_assets WHERE asked_id <> asset_id
    ORDER BY asked_id
    ON CONFLICT (asset_id) DO UPDATE SET merged_into = excluded.merged_into,
        looked_at = excluded.looked_at,
        updated_at = CASE WHEN a.merged_into IS DISTINCT FROM excluded.merged_into
            THEN now() ELSE a.updated_at END"""
_SPLIT = """UPDATE asset a SET merged_into = NULL, updated_at = now() FROM pg_temp.look_assets r
    WHERE a.asset_id = r.asked_id AND r.asked_id = r.asset_id AND a.merged_into IS NOT NULL"""

_MOVED = """FROM pg_temp.look_assets r JOIN video v ON v.asset_id = r.asked_id
    WHERE r.asked_id <> r.asset_id"""
_LOCK_MOVED = f"""SELECT count(*) FROM (
    SELECT {_MOVED} ORDER BY v.id FOR NO KEY UPDATE OF v) AS locked"""
# Without a slot: YouTube itself says so, and whoever told the old id can go on telling others.
_MOVE = change_videos(
    (Field("asset_id", "varchar(50)"),), f"{_MOVED} ORDER BY v.id", "video_id, changes"
)

_SHOWING = "v.asset_id IN (SELECT asset_id FROM pg_temp.look_assets)"
_LOCK_EDITED = f"""SELECT count(*) FROM (
    SELECT FROM video v WHERE {_SHOWING}
      AND EXISTS (SELECT FROM pending_edit p WHERE p.video_id = v.video_id)
    ORDER BY v.id FOR NO KEY UPDATE OF v) AS locked"""
_EDITED = f"""JOIN video v ON v.video_id = p.video_id JOIN {_TOLD} ON r.asset_id = v.asset_id"""


def _as_edited(name: str) -> str:
    """What YouTube has of an edited code: what this owner gave, if that is the edit, else what is
    shown. A cleared code is one that this owner does not give any more."""
    return f"""CASE WHEN coalesce(r.mine -> '{name}', 'null') = coalesce(p.value, 'null')
        THEN coalesce(p.value, 'null') ELSE to_jsonb(r.{name}) END"""


_EDITS = {field.name: _as_edited(field.name) for field in SETTLED}


def look_at_assets(session: Session, rows: Iterable[Mapping[str, object]]) -> dict[str, Changes]:
    """Bring in what YouTube said of these assets; what changed in videos, by video id.

    A row has `asked_id`, `asset_id` (another one where the asset was merged into it), `at`, `mine`
    (JSON: the values of `SETTLED` that this owner gave) and the values of `ASSET` as they are
    stored, None where the answer does not say. An id is asked for once.
    """
    stage(session, TABLE, rows)
    session.execute(text(_DROP_STALE))
    for statement in (_CHANGE, _ADD, _MERGE, _SPLIT, _LOCK_MOVED):
        session.execute(text(statement))
    moved = session.execute(text(_MOVE), YOUTUBE.parameters).all()
    changed: dict[str, Changes] = {row.video_id: row.changes for row in moved}
    session.execute(text(_LOCK_EDITED))
    compare_edits(session, _EDITED, _EDITS)
    for video_id, changes in settle_telling(session, YOUTUBE, _SHOWING).items():
        changed[video_id] = changed.get(video_id, {}) | changes
    if changed:
        session.execute(text(FOLD_COUNTS))
    return changed
