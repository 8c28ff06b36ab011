"""The ids of one page, read along an index or from the few matches at hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, select, true
from sqlalchemy.orm import Session

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


def read_few(
    session: Session,
    reading: Reading,
    ids: Sequence[int],
    start: Position | None,
    offset: int,
    limit: int,
) -> list[Position]:
    """Sort the matches themselves; the CTE keeps the planner from walking an index for them."""
    order = reading.ordering
    hits = (
        select(Video.id.label("id"), order.value.label("value"))
        .select_from(order.rows)
        .where(Video.id == func.any(list(ids)))
        .cte("hits")
    )
    query = select(hits.c.value, hits.c.id).order_by(*order_by(reading, hits.c.value, hits.c.id))
    if start is not None:
        query = query.where(later_than(reading, hits.c.value, hits.c.id, start))
    return _positions(session, query.offset(offset).limit(limit))


def read_along(
    session: Session,
    reading: Reading,
    conditions: Sequence[Condition],
    start: Position | None,
    offset: int,
    limit: int,
) -> list[Position]:
    """Read stretch after stretch until the page is full."""
    found: list[Position] = []
    for stretch in stretches(reading, start):
        if len(found) == limit:
            break
        rows = _positions(session, _query(reading, stretch, conditions, offset, limit - len(found)))
        if offset and not rows:
            offset -= _count(session, stretch, conditions)
        elif rows:
            offset = 0
        found += rows
    return found


def _query(
    reading: Reading, stretch: Stretch, conditions: Sequence[Condition], offset: int, limit: int
) -> Select[Any]:
    if stretch.by_value:
        return _walk_values(reading, stretch, conditions, offset, limit)
    return (
        select(reading.ordering.value.label("value"), stretch.id.label("id"))
        .select_from(stretch.rows)
        .where(*stretch.where, *conditions)
        .order_by(*stretch.order_by)
        .offset(offset)
        .limit(limit)
    )


def _walk_values(
    reading: Reading, stretch: Stretch, conditions: Sequence[Condition], offset: int, limit: int
) -> Select[Any]:
    """From value to value by one step in the index each, and through each one's rows by id."""
    value = reading.ordering.value
    nearest = func.max(value) if reading.values_descend else func.min(value)
    first = select(nearest.label("value")).select_from(stretch.rows).where(*stretch.where)
    walk = first.cte("walk", recursive=True)
    further = reading.later(value, walk.c.value, descend=reading.values_descend)
    following = select(nearest).select_from(stretch.rows).where(further).scalar_subquery()
    walk = walk.union_all(select(following).where(walk.c.value.is_not(None)))
    rows = (
        select(value.label("value"), stretch.id.label("id"))
        .select_from(stretch.rows)
        .where(value == walk.c.value, *conditions)
        .order_by(*stretch.order_by[1:])
        .limit(offset + limit)
        .lateral("rows")
    )
    # A lateral join can only follow the walk's own order.
    return (
        select(rows.c.value, rows.c.id)
        .select_from(walk.join(rows, true()))
        .offset(offset)
        .limit(limit)
    )


def _count(session: Session, stretch: Stretch, conditions: Sequence[Condition]) -> int:
    query = select(func.count()).select_from(stretch.rows).where(*stretch.where, *conditions)
    return session.execute(query).scalar_one()


def _positions(session: Session, query: Select[Any]) -> list[Position]:
    return [Position(value, row_id) for value, row_id in session.execute(query)]
