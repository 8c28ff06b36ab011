"""The rows of a page: only the columns that were asked for, in the contract's shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ARRAY, BigInteger, RowMapping, Select, bindparam, func, select

from catalogtool.catalog.models import Video, VideoCounter
from catalogtool.catalog.search.fields import (
    AD_COLUMNS,
    AD_FIELD,
    COLUMNS,
    LATEST_FIELDS,
    PENDING_FIELD,
)
from catalogtool.catalog.search.latest import latest_changes, pending_edits, shown_edits
from catalogtool.core.db import Reader
from catalogtool.core.times import iso

# What stands in the counters' table.
COUNTED = {"views", *LATEST_FIELDS}


def fetch_rows(session: Reader, ids: Sequence[int], fields: Sequence[str]) -> list[dict[str, Any]]:
    """These videos in this order, each with these fields; one that is gone is left out."""
    if not ids:
        return []
    rows = session.execute(_rows(tuple(fields)), {"ids": list(ids)}).mappings()
    stored = {row["id"]: row for row in rows}
    latest = None
    if not set(LATEST_FIELDS).isdisjoint(fields):
        synced = {
            pk: (row["video_id"], row["last_synced"])
            for pk, row in stored.items()
            if row["last_synced"]
        }
        latest = latest_changes(session, synced) if synced else None
    found = []
    for row in (stored[pk] for pk in ids if pk in stored):
        change = latest.get(row["id"]) if latest else None
        extra: dict[str, Any] = {
            "last_synced": iso(change.last_synced) if change else None,
            "last_changes": change.last_changes if change else {},
            PENDING_FIELD: shown_edits(row.get(PENDING_FIELD)),
        }
        found.append({name: _value(name, row, extra) for name in fields})
    return found


@cache
def _rows(fields: tuple[str, ...]) -> Select[Any]:
    """Built once for each choice of fields: to put it together takes longer than to run it."""
    columns: dict[str, Any] = {"id": Video.id, "video_id": Video.video_id}
    columns |= {name: COLUMNS[name] for name in fields if name in COLUMNS}
    if AD_FIELD in fields:
        columns |= AD_COLUMNS
    if not set(LATEST_FIELDS).isdisjoint(fields):
        columns["last_synced"] = VideoCounter.last_synced
    if PENDING_FIELD in fields:
        columns[PENDING_FIELD] = pending_edits(Video.video_id)
    query = select(*(column.label(name) for name, column in columns.items())).select_from(Video)
    if not COUNTED.isdisjoint(fields):
        query = query.outerjoin(VideoCounter, VideoCounter.video_pk == Video.id)
    return query.where(Video.id == func.any(bindparam("ids", type_=ARRAY(BigInteger))))


def _value(name: str, row: RowMapping, extra: Mapping[str, Any]) -> Any:
    if name == AD_FIELD:
        return {setting: row[setting] for setting in AD_COLUMNS}
    if name in extra:
        return extra[name]
    value = row[name]
    return iso(value) if isinstance(value, datetime) else value
