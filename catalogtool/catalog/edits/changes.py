"""The grammar of an edit: from the `changes` of a body to frozen values, and back to JSON.

{"category": "Music"}                             set
{"label": null}                                   clear
{"artist": {"append": ["Ado"]}}                   add to a list what is not in it
{"genre": {"remove": ["Pop"]}}                    take out of a list
{"title": {"find": "(Offical)", "replace": ""}}   literally, case-sensitively, every time
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from catalogtool.catalog.edits.fields import EDITABLE, Field
from catalogtool.catalog.edits.values import Value
from catalogtool.catalog.search.parameters import check_text, refuse

LONGEST_PATTERN = 500


@dataclass(frozen=True)
class SetTo:
    """The new value for every video; None is unknown."""

    value: Value


@dataclass(frozen=True)
class Append:
    """Entries to add at the end of a list, where they are not in it."""

    entries: tuple[str, ...]


@dataclass(frozen=True)
class Remove:
    """Entries to take out of a list."""

    entries: tuple[str, ...]


@dataclass(frozen=True)
class Replace:
    """A text that is looked for, and what stands in its place afterwards."""

    find: str
    replace: str


Change = SetTo | Append | Remove | Replace
Changes = Mapping[str, Change]


def parse_changes(given: Any, *, only_set: bool = False) -> Changes:
    """The changes by field, in the order of `EDITABLE`; ValidationError names the first bad one.

    `only_set`: plain values, as in the edit of one video.
    """
    if not isinstance(given, dict):
        refuse("changes", "must be an object of fields and their new values")
    for name in given:
        if name not in EDITABLE:
            refuse(name, "is not a field that can be edited", EDITABLE)
    return {
        name: _set(field, given[name]) if only_set else _change(field, given[name])
        for name, field in EDITABLE.items()
        if name in given
    }


def as_json(changes: Changes) -> dict[str, Any]:
    """The changes as they can be parsed again; the same text for the same changes."""
    return {name: _plain(change) for name, change in changes.items()}


def _change(field: Field, given: Any) -> Change:
    if not isinstance(given, dict):
        return _set(field, given)
    match sorted(given):
        case ["append"] if field.is_list:
            return Append(_some_entries(field, given["append"]))
        case ["remove"] if field.is_list:
            return Remove(_some_entries(field, given["remove"]))
        case ["find", "replace"] if field.is_free_text:
            return _replace(field, given["find"], given["replace"])
        case _:
            return refuse(field.name, _what_is_allowed(field))


def _set(field: Field, given: Any) -> SetTo:
    return SetTo(field.parse(field.name, given))


def _some_entries(field: Field, given: Any) -> tuple[str, ...]:
    found = field.parse(field.name, given)
    if not isinstance(found, tuple):
        refuse(field.name, "must name at least one entry")
    return found


def _replace(field: Field, find: Any, replace: Any) -> Replace:
    for part in (find, replace):
        if len(check_text(field.name, part)) > LONGEST_PATTERN:
            refuse(field.name, f"at most {LONGEST_PATTERN} characters to find or to replace by")
    if not find:
        refuse(field.name, "the text to find must not be empty")
    return Replace(find, replace)


def _what_is_allowed(field: Field) -> str:
    if field.is_list:
        return 'must be a list, or {"append": […]} or {"remove": […]}'
    if field.is_free_text:
        return 'must be a text, or {"find": "…", "replace": "…"}'
    return "must be a plain value"


def _plain(change: Change) -> Any:
    match change:
        case SetTo(value):
            return _listed(value) if isinstance(value, tuple) else value
        case Append(entries):
            return {"append": _listed(entries)}
        case Remove(entries):
            return {"remove": _listed(entries)}
        case Replace(find, replace):
            return {"find": find, "replace": replace}


def _listed(entries: Iterable[str]) -> list[str]:
    return list(entries)
