"""A slice of a list that the index of its sort tells alone, by statements that are made once.

Most searches end here. To put such a statement together takes longer than to run it; so there is
one text for each shape of it, and only the values change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Integer, bindparam, literal, select

from catalogtool.catalog.search.cursors import Position
from catalogtool.catalog.search.lookup import Lookup
from catalogtool.catalog.search.ordering import Ordering
from catalogtool.catalog.search.pages import Slice, along_index
from catalogtool.catalog.search.positions import Reading, later_than, order_by, stretches
from catalogtool.catalog.search.shapes import (
    Key,
    given_start,
    key_of,
    kind_of,
    reading_of,
    start_of,
)
from catalogtool.core.arrays import Int64s, hashed_among, hashed_not_among, int64s, is_among
from catalogtool.core.db import Reader

_SKIP, _WANTED = bindparam("skip", type_=Integer), bindparam("wanted", type_=Integer)


@dataclass(frozen=True)
class Told:
    """What the index tells of a row: its facets give `value` under `mask`, it is one of those that
    are listed, and none of those that are left out; None is no condition."""

    mask: int = 0
    value: int = 0
    listed: Int64s | None = None
    left_out: Int64s | None = None

    @property
    def shape(self) -> tuple[bool, bool, bool]:
        """Which of the conditions there are."""
        return self.mask != 0, self.listed is not None, self.left_out is not None


def walk_index(session: Reader, reading: Reading, told: Told, part: Slice) -> list[Position] | None:
    """The slice; None if it begins beyond a stretch whose length nobody knows."""
    found: list[Position] = []
    given = _values(told, part)
    for lookup in _statements(key_of(reading), kind_of(part.start), told.shape):
        wanted = part.limit - len(found)
        if wanted == 0:
            break
        skip = 0 if found else part.offset
        bounds = {"wanted": wanted, "skip": skip, "most": wanted + skip}
        rows = lookup.ask(session, {**given, **bounds}, keep_plan=False)
        if skip and not rows:
            return None
        found += [Position(value, row_id) for value, row_id in rows]
    return found


def sort_listed(session: Reader, reading: Reading, ids: Int64s, part: Slice) -> list[Position]:
    """The slice of a list of few videos: each is found by its key, and all are sorted."""
    start = kind_of(part.start)
    lookup = _sorting(key_of(reading), start)
    given = _values(Told(listed=ids), part)
    rows = lookup.ask(
        session, {**given, "wanted": part.limit, "skip": part.offset}, keep_plan=False
    )
    return [Position(value, row_id) for value, row_id in rows]


def _values(told: Told, part: Slice) -> Mapping[str, Any]:
    values = {"mask": told.mask, "value": told.value}
    given: dict[str, Any] = values if told.mask else {}
    if told.listed is not None:
        given["listed"] = told.listed
    if told.left_out is not None:
        given["left_out"] = told.left_out
    return {**given, **given_start(part.start)}


@cache
def _statements(key: Key, start: str, shape: tuple[bool, bool, bool]) -> tuple[Lookup, ...]:
    reading = reading_of(key)
    on_index = _conditions(reading.ordering, shape)
    most = bindparam("most", type_=Integer)
    return tuple(
        Lookup.of(along_index(reading, stretch, on_index, most).offset(_SKIP).limit(_WANTED))
        for stretch in stretches(reading, start_of(reading.ordering, start))
    )


@cache
def _sorting(key: Key, start: str) -> Lookup:
    reading = reading_of(key)
    order = reading.ordering
    page = select(order.value, order.id).select_from(order.table)
    page = page.where(is_among(order.id, int64s("listed")))
    at = start_of(order, start)
    if at is not None:
        page = page.where(later_than(reading, order.value, order.id, at))
    # Without an offset in between, the planner might read the sort's index after all.
    rows = page.offset(literal(0)).subquery()
    value, row_id = rows.c
    in_order = select(value, row_id).order_by(*order_by(reading, value, row_id))
    return Lookup.of(in_order.offset(_SKIP).limit(_WANTED))


def _conditions(order: Ordering, shape: tuple[bool, bool, bool]) -> list[ColumnElement[bool]]:
    by_facets, listed, left_out = shape
    found: list[ColumnElement[bool]] = []
    if by_facets:
        masked = order.facets.op("&")(bindparam("mask", type_=BigInteger))
        found.append(masked == bindparam("value", type_=BigInteger))
    if listed:
        found.append(hashed_among(order.id, int64s("listed")))
    if left_out:
        found.append(hashed_not_among(order.id, int64s("left_out")))
    return found
