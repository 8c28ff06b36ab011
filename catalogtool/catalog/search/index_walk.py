"""A slice of a list that the index of its sort tells alone, by statements that are made once.

Most searches end here. To put such a statement together takes longer than to run it; so there is
one text for each shape of it, and only the values change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Integer, bindparam, literal, select

from catalogtool.catalog.search.cursors import Position
from catalogtool.catalog.search.lookup import Lookup
from catalogtool.catalog.search.ordering import Ordering, ordering_of
from catalogtool.catalog.search.pages import Slice, along_index
from catalogtool.catalog.search.positions import Reading, later_than, order_by, stretches
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
    for lookup in _statements(_key(reading), _kind(part.start), told.shape):
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
    start = _kind(part.start)
    lookup = _sorting(_key(reading), start)
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
    if part.start is not None:
        given["at_id"] = part.start.id
        if part.start.value is not None:
            given["at_value"] = part.start.value
    return given


def _kind(start: Position | None) -> str:
    if start is None:
        return "no start"
    return "no value" if start.value is None else "a value"


def _key(reading: Reading) -> tuple[str, bool, bool, bool]:
    order = reading.ordering
    return order.field, order.long_ties, reading.descending, reading.forward


def _reading(key: tuple[str, bool, bool, bool]) -> Reading:
    field, long_ties, descending, forward = key
    return Reading(replace(ordering_of(field), long_ties=long_ties), descending, forward)


def _at(order: Ordering, start: str) -> Position | None:
    """A position whose parts are parameters."""
    if start == "no start":
        return None
    value = bindparam("at_value", type_=order.value.type) if start == "a value" else None
    return Position(value, bindparam("at_id", type_=BigInteger))  # type: ignore[arg-type]


@cache
def _statements(
    key: tuple[str, bool, bool, bool], start: str, shape: tuple[bool, bool, bool]
) -> tuple[Lookup, ...]:
    reading = _reading(key)
    on_index = _conditions(reading.ordering, shape)
    most = bindparam("most", type_=Integer)
    return tuple(
        Lookup.of(along_index(reading, stretch, on_index, most).offset(_SKIP).limit(_WANTED))
        for stretch in stretches(reading, _at(reading.ordering, start))
    )


@cache
def _sorting(key: tuple[str, bool, bool, bool], start: str) -> Lookup:
    reading = _reading(key)
    order = reading.ordering
    page = select(order.value, order.id).select_from(order.table)
    page = page.where(is_among(order.id, int64s("listed")))
    at = _at(order, start)
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
