"""Where the value of a sort lives, and which index gives the rows in its order.

One index `(value, id)` serves both directions. Ascending it is read as it lies. Descending, the
values come backwards while ties must still come by ascending id: where ties are long (an import
stamps thousands of rows with one time) the values are walked one by one and each one's rows are
read forwards; where they are short, sorting them is cheaper.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select, union_all
from sqlalchemy.sql.selectable import FromClause

from catalogtool.catalog.audit_models import MetadataSync
from catalogtool.catalog.models import CounterChange, Video, VideoCounter

LONG_TIES = {"updated_at", "video_length", "category", "channel_display_name"}


@dataclass(frozen=True)
class Ordering:
    """The rows of one sort.

    `rows` holds every video with its sort value `value`, which may be null; `indexed` those with
    a value, from the side where the index is, with `id` as the index knows it.
    """

    rows: FromClause
    indexed: FromClause
    value: ColumnElement[Any]
    id: ColumnElement[int]
    nullable: bool
    long_ties: bool


def ordering_of(field: str, ids: Sequence[int] | None = None) -> Ordering:
    """The ordering by this sort field; `ids` narrows what must be computed to these videos."""
    video, counter = Video.__table__, VideoCounter.__table__
    if field == "views":
        return Ordering(
            rows=video.outerjoin(counter, VideoCounter.video_pk == Video.id),
            indexed=counter.join(video, VideoCounter.video_pk == Video.id),
            value=VideoCounter.views.expression,
            id=VideoCounter.video_pk.expression,
            nullable=True,
            long_ties=False,
        )
    if field == "last_synced":
        latest = _latest_times(ids)
        return Ordering(
            rows=video.outerjoin(latest, latest.c.id == Video.id),
            indexed=video.join(latest, latest.c.id == Video.id),
            value=latest.c.at,
            id=Video.id.expression,
            nullable=True,
            long_ties=False,
        )
    value = video.c[field]
    return Ordering(
        rows=video,
        indexed=video,
        value=value,
        id=Video.id.expression,
        nullable=bool(value.nullable),
        long_ties=field in LONG_TIES,
    )


def _latest_times(ids: Sequence[int] | None) -> FromClause:
    """When each video's last change was recorded, from both trails; there is no index for it."""
    audit = select(Video.id.label("id"), MetadataSync.sync_time.label("at")).join(
        MetadataSync, MetadataSync.video_id == Video.video_id
    )
    counters = select(CounterChange.video_pk.label("id"), CounterChange.recorded_at.label("at"))
    if ids is not None:
        audit = audit.where(Video.id == func.any(list(ids)))
        counters = counters.where(CounterChange.video_pk == func.any(list(ids)))
    both = union_all(audit, counters).subquery()
    return select(both.c.id, func.max(both.c.at).label("at")).group_by(both.c.id).subquery()
