"""What `changes` may hold, as JSON Schema: one field has up to three notations."""

from __future__ import annotations

from typing import Any

from catalogtool.catalog.edits.changes import LONGEST_PATTERN
from catalogtool.catalog.edits.fields import EDITABLE, Field
from catalogtool.catalog.edits.values import LONGEST_CODE, LONGEST_ENTRY, MOST_ENTRIES
from catalogtool.catalog.search.filters import PRIVACY

Described = dict[str, Any]

NO_NUL = r"^[^\u0000]*$"
# Where a text may not be empty, it may not be blank.
SOMETHING = r"^[^\u0000]*[^\s\u0000][^\u0000]*$"
# It divides entries in reports.
NO_DIVIDER = r"^[^|\u0000]*$"
SOME_ENTRY = r"^[^|\u0000]*[^|\s\u0000][^|\u0000]*$"

_PLAIN: dict[str, Described] = {
    "upc": {"type": ["string", "null"], "maxLength": LONGEST_CODE, "pattern": NO_NUL},
    "isrc": {"type": ["string", "null"], "maxLength": LONGEST_CODE, "pattern": NO_NUL},
    "privacy_status": {"type": "string", "enum": list(PRIVACY)},
    "administered": {"type": "boolean"},
    "hidden": {"type": "boolean"},
    "is_short": {"type": ["boolean", "null"]},
}


def describe_changes() -> Described:
    """The schema of `changes` in an edit of many videos."""
    fields = {name: _field(field) for name, field in EDITABLE.items()}
    return {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": False,
        "properties": fields,
    }


def _field(field: Field) -> Described:
    if field.is_list:
        some = _entries("array", SOME_ENTRY) | {"minItems": 1}
        return _any_of(
            _entries(["array", "null"], NO_DIVIDER), _object(append=some), _object(remove=some)
        )
    if field.is_free_text:
        part = {"type": "string", "maxLength": LONGEST_PATTERN, "pattern": NO_NUL}
        return _any_of(_text(field), _object(find=part | {"minLength": 1}, replace=part))
    return _PLAIN[field.name]


def _entries(kind: str | list[str], pattern: str) -> Described:
    entry = {"type": "string", "maxLength": LONGEST_ENTRY, "pattern": pattern}
    return {"type": kind, "items": entry, "maxItems": MOST_ENTRIES}


def _text(field: Field) -> Described:
    kind: str | list[str] = "string" if field.required else ["string", "null"]
    pattern = SOMETHING if field.required else NO_NUL
    return {"type": kind, "maxLength": field.longest, "pattern": pattern}


def _object(**members: Described) -> Described:
    required = sorted(members)
    return {
        "type": "object",
        "properties": members,
        "required": required,
        "additionalProperties": False,
    }


def _any_of(*choices: Described) -> Described:
    return {"anyOf": list(choices)}
