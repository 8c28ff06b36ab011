"""The ids of a list as the sort's index has them, in pieces.

Where times come down and the ids of one time go up, no index lies that way. Then it is read as it
lies, and the ids of each time are turned round here; only a time that fills a whole piece (an
import stamps thousands of videos with one) is read by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Integer, Select, bindparam, func, select

from catalogtool.catalog.search.conditions import Condition
from catalogtool.catalog.search.cursors import Position
from catalogtool.catalog.search.lookup import Lookup
from catalogtool.catalog.search.pages import along_index
from catalogtool.catalog.search.positions import Reading, Stretch, stretches
from catalogtool.catalog.search.shapes import (
    Key,
    given_start,
    key_of,
    kind_of,
    reading_of,
    start_of,
)
from catalogtool.core.arrays import Int64s, packed, unpacked
from catalogtool.core.db import Reader

# Sorts by a time that many videos may have, or each one of its own.
STAMPED = {"updated_at", "last_synced"}

# Of more ids than these, most are expected to have a time in common with many others.
FEW = 30_000
# Each piece is so much longer than the one before.
GROWTH = 3

# PostgreSQL's times are microseconds since then.
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_SKIP, _SIZE = bindparam("skip", type_=Integer), bindparam("size", type_=Integer)
_MOST = bindparam("most", type_=Integer)


@dataclass(frozen=True)
class Bounds:
    """Conditions on the sort value that all matches meet, but for those that have no value."""

    conditions: Sequence[Condition] = ()
    also_without_value: bool = True

    @property
    def leave_out(self) -> bool:
        """Whether there is anything that they leave out."""
        return bool(self.conditions) or not self.also_without_value


@dataclass(frozen=True)
class _Statements:
    """How a stretch is read: in its order; as the index lies, from its start or beyond a value; and
    the ids of one value."""

    in_order: Lookup
    as_it_lies: Lookup | None = None
    beyond: Lookup | None = None
    of_value: Lookup | None = None


# The columns of a statement's one row, each a packed array.
_Ask = Callable[[Lookup, Mapping[str, Any]], Sequence[Int64s]]


def read_ids(
    session: Reader, reading: Reading, start: Position | None, bounds: Bounds, size: int
) -> Iterator[Int64s]:
    """The ids in the order of the list: so many at first, then in longer pieces."""
    at = given_start(start)

    def ask(lookup: Lookup, given: Mapping[str, Any]) -> Sequence[Int64s]:
        [row] = lookup.ask(session, {**at, **given}, keep_plan=False, binary=True)
        return [unpacked(column) for column in row]

    if bounds.leave_out:
        statements = _within(reading, kind_of(start), bounds)
    else:
        statements = _all(key_of(reading), kind_of(start))
    for stretch in statements:
        if stretch.as_it_lies is None or size > FEW:
            yield from _in_order(ask, stretch.in_order, size)
        else:
            yield from _turned_round(ask, stretch, size)


def _in_order(ask: _Ask, lookup: Lookup, size: int, **given: Any) -> Iterator[Int64s]:
    skip = 0
    while True:
        [ids] = ask(lookup, {**given, "skip": skip, "size": size, "most": skip + size})
        yield ids
        if len(ids) < size:
            return
        skip, size = skip + size, GROWTH * size


def _turned_round(ask: _Ask, stretch: _Statements, size: int) -> Iterator[Int64s]:
    assert stretch.as_it_lies is not None
    assert stretch.beyond is not None
    assert stretch.of_value is not None
    lookup, given = stretch.as_it_lies, dict[str, Any]()
    while True:
        values, ids = ask(lookup, {**given, "size": size})
        begins = np.flatnonzero(values[1:] != values[:-1]) + 1
        more = len(ids) == size
        # The last value may have more rows than these.
        whole = len(ids) if not more else int(begins[-1]) if len(begins) else 0
        if whole:
            yield _with_ties_turned(ids[:whole], begins[begins < whole])
        if not more:
            return
        if 2 * whole > size:
            last, size = _time(values[whole - 1]), GROWTH * size
        else:
            # A long tie: it is read by itself.
            last = _time(values[-1])
            yield from _in_order(ask, stretch.of_value, size, value=last)
        lookup, given = stretch.beyond, {"value": last}


def _time(microseconds: np.int64) -> datetime:
    return _EPOCH + timedelta(microseconds=int(microseconds))


def _with_ties_turned(ids: Int64s, begins: Int64s) -> Int64s:
    """The ids of each value the other way round; a value begins at 0 and at each of `begins`."""
    firsts = np.concatenate(([0], begins))
    ends = np.concatenate((begins, [len(ids)]))
    return ids[np.repeat(firsts + ends - 1, ends - firsts) - np.arange(len(ids))]


@cache
def _all(key: Key, kind: str) -> Sequence[_Statements]:
    return _within(reading_of(key), kind, Bounds())


def _within(reading: Reading, kind: str, bounds: Bounds) -> Sequence[_Statements]:
    """The statements for all stretches that may have matches."""
    return [
        _statements(
            reading, stretch if stretch.without_value else stretch.within(bounds.conditions)
        )
        for stretch in stretches(reading, start_of(reading.ordering, kind))
        if bounds.also_without_value or not stretch.without_value
    ]


def _statements(reading: Reading, stretch: Stretch) -> _Statements:
    along = along_index(reading, stretch, (), _MOST)
    in_order = _packed(along.offset(_SKIP).limit(_SIZE), "id")
    if not stretch.by_value or reading.ordering.field not in STAMPED:
        return _Statements(in_order)
    value, row_id = reading.ordering.value, reading.ordering.id
    given = bindparam("value", type_=value.type)
    rows = select(value.label("value"), row_id.label("id")).where(*stretch.where)
    down = reading.values_descend
    lying = rows.order_by(*(part.desc() if down else part.asc() for part in (value, row_id)))
    beyond = lying.where(reading.later(value, given, descend=down))
    of_value = rows.where(value == given).order_by(*stretch.order_by[1:])
    return _Statements(
        in_order,
        _packed(lying.limit(_SIZE), "value", "id"),
        _packed(beyond.limit(_SIZE), "value", "id"),
        _packed(of_value.offset(_SKIP).limit(_SIZE), "id"),
    )


_SENT: Mapping[str, Callable[[ColumnElement[Any]], Any]] = {
    "value": func.timestamptz_send,
    "id": func.int8send,
}


def _packed(rows: Select[Any, Any], *names: str) -> Lookup:
    some = rows.subquery()
    return Lookup.of(select(*(packed(some.c[name], _SENT[name]) for name in names)))
