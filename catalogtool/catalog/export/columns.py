"""What an exported file can hold: its columns by name, and the SQL that writes each as text.

The names are those of the list's fields; the import knows them too. An exact file says precisely
what is stored. A safe one is for spreadsheets, which take a text that begins with certain
characters for a formula: such a text gets an apostrophe in front.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ARRAY, Boolean, ColumnElement, DateTime, String, Text, case, cast, func
from sqlalchemy.types import TypeEngine

from catalogtool.catalog.models import FLAGS, VideoCounter
from catalogtool.catalog.search.fields import AD_COLUMNS, AD_FIELD, COLUMNS, Column
from catalogtool.catalog.search.parameters import printable, refuse

BETWEEN_ITEMS = "|"
APOSTROPHE = "'"
FORMULA_STARTS = "=+-@\t\r"
MOMENT = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'

_AVAILABLE: dict[str, Column] = {**COLUMNS, **AD_COLUMNS, "last_synced": VideoCounter.last_synced}

# One name that stands for several columns, as it does in the list.
GROUPS: dict[str, tuple[str, ...]] = {AD_FIELD: tuple(AD_COLUMNS)}
DEFAULT_COLUMNS = tuple(name for name in _AVAILABLE if name not in {"id", "last_synced"})
EXPORTABLE = (*_AVAILABLE, *GROUPS)

# Words of our own; no report and no user can put a formula there.
_FIXED_WORDS = {*FLAGS, "policy"}


def parse_columns(field: str, value: str) -> tuple[str, ...]:
    """A comma list of columns in the order that the file shall have; ValidationError if not."""
    names = [name.strip() for name in value.split(",")]
    unknown = sorted({printable(name) for name in names if name not in EXPORTABLE})
    if unknown:
        shown = ", ".join(name or "(nothing)" for name in unknown)
        refuse(field, f"there is no column {shown}", EXPORTABLE)
    found = [column for name in names for column in GROUPS.get(name, (name,))]
    for name in found:
        if found.count(name) > 1:
            refuse(field, f"names {name} more than once")
    return tuple(found)


def needs_counters(columns: Sequence[str]) -> bool:
    """Whether any of these columns is kept beside the counters."""
    return any(_AVAILABLE[name].class_ is VideoCounter for name in columns)


def written(name: str, *, safe: bool) -> ColumnElement[Any]:
    """SQL for the value of a column as COPY shall write it."""
    column = _AVAILABLE[name].expression
    kind: TypeEngine[Any] = column.type
    if isinstance(kind, DateTime):
        return _moment(column)
    if isinstance(kind, Boolean):
        return cast(column, Text)
    if isinstance(kind, ARRAY):
        column = func.array_to_string(column, BETWEEN_ITEMS)
    elif not isinstance(kind, String) or name in _FIXED_WORDS:
        return column
    return _harmless(column) if safe else column


def _harmless(text: ColumnElement[Any]) -> ColumnElement[Any]:
    # Comparing a number for each cell is much cheaper than matching a pattern.
    is_formula = func.ascii(text).in_([ord(character) for character in FORMULA_STARTS])
    return case((is_formula, func.concat(APOSTROPHE, text)), else_=text)


def _moment(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """As the list answers it: ISO 8601 with a `Z` (our sessions are in UTC)."""
    return func.replace(func.to_char(column, MOMENT), ".000000Z", "Z")
