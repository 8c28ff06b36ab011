"""The places of one page: read along the sort's index, or taken from all matches at hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, literal, select, true

from catalogtool.catalog.models import Video
from catalogtool.catalog.search.conditions import Condition
from catalogtool.catalog.search.cursors import Position
from catalogtool.catalog.search.positions import (
    Reading,
    Stretch,
    later_than,
    order_by,
    stretches,
)
from catalogtool.core.db import Reader


@dataclass(frozen=True)
class Slice:
    """Which part of the list: from a position (None: its start), after `offset` more rows."""

    start: Position | None
    offset: int
    limit: int


def gather(
    session: Reader, reading: Reading, conditions: Sequence[Condition], part: Slice, most: int
) -> tuple[int, list[Position]]:
    """Find all matches, sort them and take the slice; how many there are, and the slice.

    Beyond `most` it stops: then the number is `most + 1`, and the slice means nothing.
    """
    order = reading.ordering
    matches = select(order.value.label("value"), Video.id.label("id")).select_from(order.rows)
    return _sorted(session, reading, matches.where(*conditions), part, most)


def gather_along(
    session: Reader,
    reading: Reading,
    on_index: Sequence[Condition],
    part: Slice,
    most: int,
) -> tuple[int, list[Position]]:
    """The same for facets that nobody counts: the whole of the sort's index tells."""
    return _sorted(session, reading, _along(reading, on_index), part, most)


def _sorted(
    session: Reader, reading: Reading, matches: Select[Any], part: Slice, most: int
) -> tuple[int, list[Position]]:
    hits = matches.limit(most + 1).cte("hits")
    page = select(hits.c.value, hits.c.id).order_by(*order_by(reading, hits.c.value, hits.c.id))
    if part.start is not None:
        page = page.where(later_than(reading, hits.c.value, hits.c.id, part.start))
    page_rows = page.offset(part.offset).limit(part.limit).subquery()
    number = select(func.count().label("hits")).select_from(hits).subquery()
    rows = session.execute(
        select(number.c.hits, page_rows.c.value, page_rows.c.id)
        .select_from(number.outerjoin(page_rows, true()))
        .order_by(*order_by(reading, page_rows.c.value, page_rows.c.id))
    ).all()
    return rows[0].hits, [Position(row.value, row.id) for row in rows if row.id is not None]


def walk(
    session: Reader,
    reading: Reading,
    on_index: Sequence[Condition],
    beyond: Sequence[Condition],
    part: Slice,
    bounds: Sequence[Condition] = (),
    *,
    also_without_value: bool = True,
    budget: int | None = None,
) -> list[Position] | None:
    """Read the sort's index, stretch after stretch, until the slice is full.

    What can be told from the index is tested there, conditions `beyond` it on the video's row.
    `bounds` are conditions on the sort value; whether rows without one can match is told apart.
    None if a stretch was not over, and the slice not full, after a look at `budget` videos.
    """
    found: list[Position] = []
    offset = part.offset
    for stretch in stretches(reading, part.start):
        if len(found) == part.limit:
            break
        if stretch.without_value and not also_without_value:
            continue
        within = stretch if stretch.without_value else stretch.within(bounds)
        wanted = part.limit - len(found)
        query = _query(reading, within, on_index, beyond, offset + wanted, budget)
        rows = _positions(session, query.offset(offset).limit(wanted))
        if budget is not None and len(rows) < wanted:
            looked_at = _along(reading, on_index).where(*within.where).limit(budget)
            if _number(session, looked_at) == budget:
                return None
        if offset and not rows:
            matches = _along(reading, on_index).where(*within.where)
            offset -= _number(session, _checked(matches, beyond))
        elif rows:
            offset = 0
        found += rows
    return found


def _query(
    reading: Reading,
    stretch: Stretch,
    on_index: Sequence[Condition],
    beyond: Sequence[Condition],
    most: int,
    budget: int | None,
) -> Select[Any]:
    along = along_index(reading, stretch, on_index, None if beyond else most)
    return _checked(along, beyond, budget)


def along_index(
    reading: Reading, stretch: Stretch, on_index: Sequence[Condition], most: Any
) -> Select[Any]:
    """The rows of a stretch in order; `most` (None: any number) is as many as will be read."""
    if stretch.by_value:
        return _by_value(reading, stretch, on_index, most)
    return _along(reading, on_index).where(*stretch.where).order_by(*stretch.order_by)


def _along(reading: Reading, on_index: Sequence[Condition]) -> Select[Any]:
    """All that can be read from the sort's index alone."""
    order = reading.ordering
    return (
        select(order.value.label("value"), order.id.label("id"))
        .select_from(order.table)
        .where(*on_index)
    )


def _checked(
    along: Select[Any], beyond: Sequence[Condition], budget: int | None = None
) -> Select[Any]:
    """The rows whose videos meet the conditions beyond the facets, in the same order.

    A lateral join can only follow the order of its left side, and OFFSET keeps the planner from
    pulling the two apart.
    """
    if not beyond:
        return along
    rows = along.offset(literal(0)).limit(budget).subquery("rows")
    one = select(literal(1).label("one")).where(Video.id == rows.c.id, *beyond)
    check = one.correlate(rows).offset(literal(0)).lateral("checked")
    return select(rows.c.value, rows.c.id).select_from(rows.join(check, true()))


def _by_value(
    reading: Reading, stretch: Stretch, on_index: Sequence[Condition], most: Any
) -> Select[Any]:
    """From value to value by one step in the index each, and through each one's rows by id."""
    order, value = reading.ordering, reading.ordering.value
    nearest = func.max(value) if reading.values_descend else func.min(value)
    first = select(nearest.label("value")).select_from(order.table).where(*stretch.where)
    steps = first.cte("steps", recursive=True)
    further = reading.later(value, steps.c.value, descend=reading.values_descend)
    following = (
        select(nearest).select_from(order.table).where(further, *stretch.bounds).scalar_subquery()
    )
    steps = steps.union_all(select(following).where(steps.c.value.is_not(None)))
    rows = _along(reading, on_index).where(value == steps.c.value).order_by(*stretch.order_by[1:])
    along = rows.correlate(steps).offset(literal(0)).limit(most).lateral("along")
    return select(along.c.value, along.c.id).select_from(steps.join(along, true()))


def _number(session: Reader, query: Select[Any]) -> int:
    return session.execute(select(func.count()).select_from(query.subquery())).scalar_one()


def _positions(session: Reader, query: Select[Any]) -> list[Position]:
    return [Position(value, row_id) for value, row_id in session.execute(query)]
