"""What filters say of the sort's own field: bounds within its index, where reading starts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, false

from catalogtool.catalog.search.conditions import Condition, from_day, lasts, to_day
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
        found.append(value.in_(names.channels))
    return found
