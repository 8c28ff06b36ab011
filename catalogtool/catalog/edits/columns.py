"""SQL for a stored value as the history writes it in JSON, and back."""

from __future__ import annotations

from catalogtool.catalog.edits.fields import ADMINISTERED_AT, STORED
from catalogtool.catalog.merge.delta import as_json

_TO_THE_MICROSECOND = """'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'"""


def told(field: str, expression: str) -> str:
    """The value as it stands in a record of the history; an argument for jsonb_build_array."""
    if field == ADMINISTERED_AT:
        # It is put back as it was, to the microsecond.
        return f"to_char({expression} AT TIME ZONE 'UTC', {_TO_THE_MICROSECOND})"
    return as_json(expression, STORED.get(field, "text"))


def as_jsonb(field: str, expression: str) -> str:
    """The same as one JSON value, null included."""
    return f"coalesce(to_jsonb({told(field, expression)}), 'null')"


def stored(field: str, pair: str, place: int) -> str:
    """The value that stands at a place (0 old, 1 new) of a record's pair, as the column has it."""
    kind = "timestamptz" if field == ADMINISTERED_AT else STORED.get(field, "text")
    if kind == "text[]":
        return f"""CASE jsonb_typeof({pair} -> {place}) WHEN 'array'
            THEN ARRAY(SELECT jsonb_array_elements_text({pair} -> {place})) END"""
    return f"cast({pair} ->> {place} AS {kind})"
