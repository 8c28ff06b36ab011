"""What filters say of the sort's own field: bounds within its index, where reading starts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Text, false, func, literal

from catalogtool.catalog.search.conditions import (
    MEDIUM_UP_TO,
    SHORT_BELOW,
    Condition,
    from_day,
    lasts,
    to_day,
)
from catalogtool.catalog.search.filters import Filters
from catalogtool.catalog.search.names import Names

# Fields that hold nothing in one way only: null. A text may be empty as well, and is then a value.
NEVER_EMPTY = {"video_length", "time_published", "views"}


def bounds_of(
    field: str, value: ColumnElement[Any], filters: Filters, names: Names
) -> list[Condition]:
    """Conditions on the sort value that every match with a value meets."""
    found: list[Condition] = []
    if field in filters.missing:
        found.append(false() if field in NEVER_EMPTY else value == "")
    if field == "time_published":
        if filters.date_from is not None:
            found.append(from_day(value, filters.date_from))
        if filters.date_to is not None:
            found.append(to_day(value, filters.date_to))
    if field == "video_length" and filters.duration is not None:
        found.append(lasts(value, filters.duration))
    if field == "category" and len(names.categories or ()) == 1:
        found.append(value == (names.categories or ())[0])
    if field == "channel_display_name" and filters.channel is not None:
        found.append(value == filters.channel)
    if field == "channel_display_name" and names.channels:
        # One array, because a statement that goes to the driver as it is has a fixed text.
        found.append(value == func.any(literal(list(names.channels), ARRAY(Text))))
    return found


def bounds_of_lengths(length: ColumnElement[Any], lengths: set[str]) -> list[Condition]:
    """What is true of the lengths that these names of `duration` stand for, but not of all."""
    if len(lengths) == 1:
        return [lasts(length, *lengths)]
    if lengths == {"short", "medium"}:
        return [length <= MEDIUM_UP_TO]
    return [length >= SHORT_BELOW] if lengths == {"medium", "long"} else []
