"""Where the value of a sort lives, and which index gives the rows in its order.

One index `(value, id) INCLUDE (facets)` serves both directions. Ascending it is read as it lies.
Descending, the values come backwards while ties must still come by ascending id: where ties are
long (an import stamps thousands of rows with one time) the values are walked one by one and each
one's rows are read forwards; where they are short, sorting them is cheaper.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.sql.selectable import FromClause

from catalogtool.catalog.models import Video, VideoCounter

LONGEST_TIES = {"updated_at", "category", "channel_display_name", "last_synced"}
# The longest videos have few of their length, the others thousands.
LONG_TIES = {*LONGEST_TIES, "video_length"}
COUNTED = {"views", "last_synced"}


@dataclass(frozen=True)
class Ordering:
    """The rows of one sort.

    `table` has the index: every video with its sort value, its id and its facets. `rows` is the
    same joined with what else is known of the videos.
    """

    field: str
    table: FromClause
    rows: FromClause
    value: ColumnElement[Any]
    id: ColumnElement[int]
    facets: ColumnElement[int]
    nullable: bool
    long_ties: bool
    longest_ties: bool


def ordering_of(field: str) -> Ordering:
    """The ordering by this sort field."""
    video, counter = Video.__table__, VideoCounter.__table__
    counted = field in COUNTED
    table = counter if counted else video
    value = table.c[field]
    return Ordering(
        field=field,
        table=table,
        rows=video.join(counter, VideoCounter.video_pk == Video.id) if counted else video,
        value=value,
        id=VideoCounter.video_pk.expression if counted else Video.id.expression,
        facets=table.c.facets,
        nullable=bool(value.nullable),
        long_ties=field in LONG_TIES,
        longest_ties=field in LONGEST_TIES,
    )
