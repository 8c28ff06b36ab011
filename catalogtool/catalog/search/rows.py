"""The rows of a page: only the columns that were asked for, in the contract's shape."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    DateTime,
    Text,
    bindparam,
    cast,
    func,
    null,
    select,
    true,
)

from catalogtool.catalog.models import Video, VideoCounter
from catalogtool.catalog.search.fields import (
    AD_COLUMNS,
    AD_FIELD,
    COLUMNS,
    LATEST_FIELDS,
    PENDING_FIELD,
)
from catalogtool.catalog.search.latest import (
    LastChange,
    last_change,
    pending_edits,
    shown_changes,
    shown_edits,
)
from catalogtool.catalog.search.lookup import Lookup
from catalogtool.catalog.search.stamps import iso_stamp
from catalogtool.core.db import Reader

SYNCED_FIELD, CHANGES_FIELD = LATEST_FIELDS
# What stands in the counters' table.
COUNTED = {"views", *LATEST_FIELDS}
# Choices of fields whose statements are kept.
KEPT_LAYOUTS = 100

Row = Sequence[Any]


@dataclass(frozen=True)
class Layout:
    """How a stored row becomes an answered one.

    The first values of the row are the fields in the answer's order; those that one column can't
    answer are replaced afterwards. `times`: the fields that hold a time. `ads` and `changes`: where
    in the row stands what these fields are made of, None if they were not asked for.
    """

    statement: Lookup
    fields: tuple[str, ...]
    times: tuple[str, ...]
    ads: slice | None
    changes: slice | None
    pending: bool

    @property
    def id(self) -> int:
        """The place of the video's id: right behind the fields."""
        return len(self.fields)


def fetch_rows(session: Reader, ids: Sequence[int], fields: Sequence[str]) -> list[dict[str, Any]]:
    """These videos in this order, each with these fields; one that is gone is left out."""
    if not ids:
        return []
    layout = _layout(tuple(fields))
    # As one text: the driver would look at each number.
    given = {"ids": f"{{{','.join(map(str, ids))}}}"}
    stored: dict[int, list[Row]] = {}
    for row in layout.statement.ask(session, given):
        stored.setdefault(row[layout.id], []).append(row)
    return [_answered(stored[pk], layout) for pk in ids if pk in stored]


def _answered(rows: Sequence[Row], layout: Layout) -> dict[str, Any]:
    """One video; several rows differ in the records of its last change."""
    row = rows[0]
    video = dict(zip(layout.fields, row, strict=False))
    for name in layout.times:
        video[name] = iso_stamp(video[name])
    if layout.ads is not None:
        video[AD_FIELD] = dict(zip(AD_COLUMNS, row[layout.ads], strict=True))
    if layout.changes is not None:
        video[CHANGES_FIELD] = shown_changes([row[layout.changes] for row in rows])
    if layout.pending:
        video[PENDING_FIELD] = shown_edits(video[PENDING_FIELD])
    return video


@lru_cache(KEPT_LAYOUTS)
def _layout(fields: tuple[str, ...]) -> Layout:
    """Made once for each choice of fields: to put the statement together takes longer than it."""
    last = None if set(LATEST_FIELDS).isdisjoint(fields) else last_change()
    columns = [*(_column(name, last) for name in fields), Video.id.expression]
    ads = changes = None
    if AD_FIELD in fields:
        ads = slice(len(columns), len(columns) + len(AD_COLUMNS))
        columns += (column.expression for column in AD_COLUMNS.values())
    if last is not None and CHANGES_FIELD in fields:
        changes = slice(len(columns), None)
        columns += last.columns
    return Layout(
        statement=_statement(columns, last, counted=not COUNTED.isdisjoint(fields)),
        fields=fields,
        times=tuple(name for name in fields if name == SYNCED_FIELD or _is_time(name)),
        ads=ads,
        changes=changes,
        pending=PENDING_FIELD in fields,
    )


def _statement(
    columns: Sequence[ColumnElement[Any]], last: LastChange | None, *, counted: bool
) -> Lookup:
    query = select(*columns).select_from(Video)
    if counted:
        query = query.outerjoin(VideoCounter, VideoCounter.video_pk == Video.id)
    if last is not None:
        query = query.outerjoin(last.records, true()).outerjoin(last.counters, true())
    # Out of the planner's sight, or it would plan anew for each number of ids.
    page = select(bindparam("ids", type_=ARRAY(BigInteger))).scalar_subquery()
    return Lookup.of(query.where(Video.id == func.any(cast(page, ARRAY(BigInteger)))))


def _column(name: str, last: LastChange | None) -> ColumnElement[Any]:
    """What a row holds in a field's place; null where `_answered` puts something together."""
    if name == PENDING_FIELD:
        return pending_edits(Video.video_id)
    if name == SYNCED_FIELD and last is not None:
        return cast(last.moment, Text)
    if name not in COLUMNS:
        return null()
    return cast(COLUMNS[name], Text) if _is_time(name) else COLUMNS[name].expression


def _is_time(name: str) -> bool:
    return name in COLUMNS and isinstance(COLUMNS[name].type, DateTime)
