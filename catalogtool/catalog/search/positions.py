"""The list, cut at a position into stretches that are each one range of an index.

`(value, id)` after a position, with nulls last, is "the same value and a later id, or a later
value, or no value". As one condition with OR no index serves it; as up to three statements, each
asked only while rows are still missing, each starts exactly where it should.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, tuple_

from catalogtool.catalog.search.cursors import Position
from catalogtool.catalog.search.ordering import Ordering

Condition = ColumnElement[bool]


@dataclass(frozen=True)
class Stretch:
    """Rows to read in one go: under which conditions, in which order."""

    where: tuple[Condition, ...]
    order_by: tuple[ColumnElement[Any], ...]
    by_value: bool = False
    without_value: bool = False
    bounds: tuple[Condition, ...] = ()

    def within(self, bounds: Sequence[Condition]) -> Stretch:
        """The part of the stretch that lies within bounds of the sort value."""
        return replace(self, where=(*self.where, *bounds), bounds=tuple(bounds))


@dataclass(frozen=True)
class Reading:
    """In which order a list is read: the sort's own, or backwards from a position."""

    ordering: Ordering
    descending: bool
    forward: bool = True

    @property
    def backwards(self) -> Reading:
        """The same list from its end."""
        return replace(self, forward=not self.forward)

    @property
    def past_short_ties(self) -> Reading:
        """For so many rows that only the longest ties are worth a visit of each value."""
        ordering = replace(self.ordering, long_ties=self.ordering.longest_ties)
        return replace(self, ordering=ordering)

    @property
    def visits_values(self) -> bool:
        """Whether it goes from value to value, because long ties lie the other way round."""
        return self.ordering.long_ties and self.descending

    @property
    def values_descend(self) -> bool:
        """Whether the values fall while reading."""
        return self.descending == self.forward

    def later(self, column: ColumnElement[Any], than: Any, *, descend: bool) -> Condition:
        """What comes later in this reading than a value."""
        found: Condition = column < than if descend else column > than
        return found


def stretches(reading: Reading, start: Position | None) -> list[Stretch]:
    """The stretches from a position (without one, from the first row), in reading order."""
    with_value, without = _with_value(reading), _without_value(reading)
    order = reading.ordering
    if start is None:
        found = [with_value, without] if reading.forward else [without, with_value]
    elif start.value is None:
        rest = _narrow(without, reading.later(order.id, start.id, descend=not reading.forward))
        found = [rest] if reading.forward else [rest, with_value]
    else:
        found = [*_after_value(reading, with_value, start), *([without] if reading.forward else [])]
    return found if order.nullable else [part for part in found if part is not without]


def _after_value(reading: Reading, rows: Stretch, start: Position) -> list[Stretch]:
    """What follows a row that has a value, among the rows that have one."""
    order, value = reading.ordering, reading.ordering.value
    beyond = reading.later(value, start.value, descend=reading.values_descend)
    if not reading.descending:
        pair, at = tuple_(value, order.id), tuple_(start.value, start.id)
        return [_narrow(rows, pair > at if reading.forward else pair < at)]
    beyond_id = reading.later(order.id, start.id, descend=not reading.forward)
    same = Stretch((value == start.value, beyond_id), rows.order_by[1:])
    return [same, _narrow(rows, beyond)]


def later_than(reading: Reading, value: Any, row_id: Any, start: Position) -> Condition:
    """The same cut as one condition, for rows that are at hand and need no index."""
    beyond_id = reading.later(row_id, start.id, descend=not reading.forward)
    if start.value is None:
        same = and_(value.is_(None), beyond_id)
        return same if reading.forward else or_(same, value.is_not(None))
    beyond = reading.later(value, start.value, descend=reading.values_descend)
    found = or_(beyond, and_(value == start.value, beyond_id))
    return or_(found, value.is_(None)) if reading.forward else found


def order_by(reading: Reading, value: Any, row_id: Any) -> tuple[ColumnElement[Any], ...]:
    """The reading's order, nulls last in the list (so first when it is read backwards)."""
    by_value = value.desc() if reading.values_descend else value.asc()
    by_value = by_value.nulls_last() if reading.forward else by_value.nulls_first()
    return by_value, row_id.asc() if reading.forward else row_id.desc()


def _with_value(reading: Reading) -> Stretch:
    order = reading.ordering
    by_value = order.value.desc() if reading.values_descend else order.value.asc()
    by_id = order.id.asc() if reading.forward else order.id.desc()
    known = (order.value.is_not(None),) if order.nullable else ()
    return Stretch(known, (by_value, by_id), by_value=reading.visits_values)


def _without_value(reading: Reading) -> Stretch:
    """Nulls lie together at the index's end, in the order of the id."""
    value, row_id = reading.ordering.value, reading.ordering.id
    if reading.forward:
        return Stretch((value.is_(None),), (value.asc(), row_id.asc()), without_value=True)
    return Stretch((value.is_(None),), (value.desc(), row_id.desc()), without_value=True)


def _narrow(rows: Stretch, *conditions: Condition) -> Stretch:
    return replace(rows, where=(*rows.where, *conditions))
