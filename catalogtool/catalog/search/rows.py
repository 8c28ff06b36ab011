"""The rows of a page: only the columns that were asked for, in the contract's shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, func, select
from sqlalchemy.orm import Session

from catalogtool.catalog.models import Video, VideoCounter
from catalogtool.catalog.search.fields import (
    AD_COLUMNS,
    AD_FIELD,
    COLUMNS,
    LATEST_FIELDS,
    PENDING_FIELD,
)
from catalogtool.catalog.search.latest import latest_changes, pending_edits
from catalogtool.core.times import iso


def fetch_rows(session: Session, ids: Sequence[int], fields: Sequence[str]) -> list[dict[str, Any]]:
    """These videos in this order, each with these fields; one that is gone is left out."""
    if not ids:
        return []
    stored = {row["id"]: row for row in _select(session, ids, fields)}
    latest = pending = None
    if not set(LATEST_FIELDS).isdisjoint(fields):
        latest = latest_changes(session, {pk: row["video_id"] for pk, row in stored.items()})
    if PENDING_FIELD in fields:
        pending = pending_edits(session, [row["video_id"] for row in stored.values()])
    found = []
    for row in (stored[pk] for pk in ids if pk in stored):
        change = latest.get(row["id"]) if latest else None
        extra: dict[str, Any] = {
            "last_synced": iso(change.last_synced) if change else None,
            "last_changes": change.last_changes if change else {},
            PENDING_FIELD: pending.get(row["video_id"], {}) if pending else {},
        }
        found.append({name: _value(name, row, extra) for name in fields})
    return found


def _select(session: Session, ids: Sequence[int], fields: Sequence[str]) -> Sequence[RowMapping]:
    columns = {"id": Video.id, "video_id": Video.video_id}
    columns |= {name: COLUMNS[name] for name in fields if name in COLUMNS}
    if AD_FIELD in fields:
        columns |= AD_COLUMNS
    query = select(*(column.label(name) for name, column in columns.items())).select_from(Video)
    if "views" in fields:
        query = query.outerjoin(VideoCounter, VideoCounter.video_pk == Video.id)
    rows = session.execute(query.where(Video.id == func.any(list(ids))))
    return rows.mappings().all()


def _value(name: str, row: RowMapping, extra: Mapping[str, Any]) -> Any:
    if name == AD_FIELD:
        return {setting: row[setting] for setting in AD_COLUMNS}
    if name in extra:
        return extra[name]
    value = row[name]
    return iso(value) if isinstance(value, datetime) else value
