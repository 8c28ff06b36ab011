"""What the text of a statement depends on, so that it is made once for each shape."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import BigInteger, bindparam

from catalogtool.catalog.search.cursors import Position
from catalogtool.catalog.search.ordering import Ordering, ordering_of
from catalogtool.catalog.search.positions import Reading

# The field, whether its long ties are visited one by one, the direction of the list and of reading.
Key = tuple[str, bool, bool, bool]


def kind_of(start: Position | None) -> str:
    """Whether there is a position to start from, and whether it has a value."""
    if start is None:
        return "no start"
    return "no value" if start.value is None else "a value"


def key_of(reading: Reading) -> Key:
    """What tells a reading from others."""
    order = reading.ordering
    return order.field, order.long_ties, reading.descending, reading.forward


def reading_of(key: Key) -> Reading:
    """The reading that has this key."""
    field, long_ties, descending, forward = key
    return Reading(replace(ordering_of(field), long_ties=long_ties), descending, forward)


def start_of(order: Ordering, start: str) -> Position | None:
    """A position of this kind; its parts are parameters, for which `given_start` has the values."""
    if start == "no start":
        return None
    value = bindparam("at_value", type_=order.value.type) if start == "a value" else None
    return Position(value, bindparam("at_id", type_=BigInteger))  # type: ignore[arg-type]


def given_start(start: Position | None) -> dict[str, Any]:
    """The values for the parts of a position."""
    if start is None:
        return {}
    given: dict[str, Any] = {"at_id": start.id}
    return given if start.value is None else {**given, "at_value": start.value}
