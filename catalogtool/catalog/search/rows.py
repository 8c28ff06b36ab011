"""The rows of a page: only the columns that were asked for, in the contract's shape."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ARRAY, BigInteger, DateTime, bindparam, func, select

from catalogtool.catalog.models import Video, VideoCounter
from catalogtool.catalog.search.fields import (
    AD_COLUMNS,
    AD_FIELD,
    COLUMNS,
    LATEST_FIELDS,
    PENDING_FIELD,
)
from catalogtool.catalog.search.latest import latest_changes, pending_edits, shown_edits
from catalogtool.catalog.search.lookup import Lookup
from catalogtool.core.db import Reader
from catalogtool.core.times import iso

# What stands in the counters' table.
COUNTED = {"views", *LATEST_FIELDS}
ID, VIDEO_ID = 0, 1


@dataclass(frozen=True)
class Layout:
    """How a stored row becomes an answered one.

    `places`: of each field in the answer's order, where its value stands in the row (some are
    replaced afterwards). `times`: the fields that hold a time. The others are the places of what
    needs more than a copy, None where it was not asked for.
    """

    statement: Lookup
    places: dict[str, int]
    times: tuple[str, ...]
    ads: dict[str, int] | None
    pending: int | None
    last_synced: int | None


def fetch_rows(session: Reader, ids: Sequence[int], fields: Sequence[str]) -> list[dict[str, Any]]:
    """These videos in this order, each with these fields; one that is gone is left out."""
    if not ids:
        return []
    layout = _layout(tuple(fields))
    stored = {row[ID]: row for row in layout.statement.ask(session, {"ids": list(ids)})}
    rows = [stored[pk] for pk in ids if pk in stored]
    found = [_answered(row, layout) for row in rows]
    if layout.last_synced is not None:
        _add_latest(session, rows, found, layout)
    return found


def _answered(row: Sequence[Any], layout: Layout) -> dict[str, Any]:
    video = {name: row[place] for name, place in layout.places.items()}
    for name in layout.times:
        video[name] = iso(video[name])
    if layout.ads is not None:
        video[AD_FIELD] = {name: row[place] for name, place in layout.ads.items()}
    if layout.pending is not None:
        video[PENDING_FIELD] = shown_edits(row[layout.pending])
    return video


def _add_latest(
    session: Reader,
    rows: Sequence[Sequence[Any]],
    found: Sequence[dict[str, Any]],
    layout: Layout,
) -> None:
    """When each video changed last, and what; only those that ever did are asked for."""
    place = layout.last_synced
    assert place is not None
    synced = {row[ID]: (row[VIDEO_ID], row[place]) for row in rows if row[place]}
    latest = latest_changes(session, synced) if synced else {}
    for row, video in zip(rows, found, strict=True):
        change = latest.get(row[ID])
        shown = {
            "last_synced": iso(change.last_synced) if change else None,
            "last_changes": change.last_changes if change else {},
        }
        video.update((name, shown[name]) for name in LATEST_FIELDS if name in layout.places)


@cache
def _layout(fields: tuple[str, ...]) -> Layout:
    """Made once for each choice of fields: to put the statement together takes longer than it."""
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
    query = query.where(Video.id == func.any(bindparam("ids", type_=ARRAY(BigInteger))))
    place = {name: number for number, name in enumerate(columns)}
    return Layout(
        statement=Lookup.of(query),
        places={name: place.get(name, ID) for name in fields},
        times=tuple(n for n in fields if n in COLUMNS and isinstance(COLUMNS[n].type, DateTime)),
        ads={name: place[name] for name in AD_COLUMNS} if AD_FIELD in fields else None,
        pending=place.get(PENDING_FIELD),
        last_synced=place.get("last_synced"),
    )
