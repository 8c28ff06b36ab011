"""An edit as a plan: the SQL of each kind of change, and when it can't be made."""

from __future__ import annotations

from collections.abc import Iterator

from catalogtool.catalog.edits.changes import Append, Change, Changes, Remove, Replace, SetTo
from catalogtool.catalog.edits.fields import (
    ADMINISTERED_AT,
    EDITABLE,
    SHORT_VERDICT,
    STORED,
    Field,
)
from catalogtool.catalog.edits.plan import Plan, administered_at, first_of, reason, verdict_on
from catalogtool.catalog.edits.seen import is_seen

CHANGED_SINCE = "changed since the preview"


def plan_edit(changes: Changes, snapshot: str | None = None) -> Plan:
    """The plan for these changes; videos that `snapshot` did not see as they are are skipped."""
    new: dict[str, str] = {}
    parameters: dict[str, object] = {}
    said: list[str] = []
    if snapshot is not None:
        said.append(reason(f"NOT {is_seen('v')}", CHANGED_SINCE))
        parameters["snapshot"] = snapshot
    for name, change in changes.items():
        new[name] = _new_value(name, change)
        parameters |= _values(name, change)
        said += _impossible(EDITABLE[name], change, new[name])
    if "administered" in new:
        new[ADMINISTERED_AT] = administered_at(new["administered"])
    if "is_short" in new:
        new[SHORT_VERDICT] = verdict_on(new["is_short"])
    return Plan(new, first_of(*said), parameters=parameters)


def _new_value(name: str, change: Change) -> str:
    present, given = f"v.{name}", f"cast(:to_{name} AS {STORED[name]})"
    match change:
        case SetTo():
            return given
        case Append():
            return f"""CASE WHEN {present} @> {given} THEN {present}
                ELSE coalesce({present}, '{{}}') || ARRAY(
                    SELECT entry FROM unnest({given}) WITH ORDINALITY AS more (entry, place)
                    WHERE array_position({present}, entry) IS NULL ORDER BY place) END"""
        case Remove():
            return f"""CASE WHEN {present} && {given} THEN nullif(ARRAY(
                    SELECT entry FROM unnest({present}) WITH ORDINALITY AS kept (entry, place)
                    WHERE array_position({given}, entry) IS NULL ORDER BY place), '{{}}')
                ELSE {present} END"""
        case Replace():
            find = f"cast(:find_{name} AS text)"
            return f"""CASE WHEN strpos({present}, {find}) > 0
                THEN nullif(replace({present}, {find}, cast(:to_{name} AS text)), '')
                ELSE {present} END"""


def _values(name: str, change: Change) -> dict[str, object]:
    match change:
        case SetTo(value):
            return {f"to_{name}": list(value) if isinstance(value, tuple) else value}
        case Append(entries) | Remove(entries):
            return {f"to_{name}": list(entries)}
        case Replace(find, replace):
            return {f"find_{name}": find, f"to_{name}": replace}


def _impossible(field: Field, change: Change, new: str) -> Iterator[str]:
    """Videos for which the result of this change would not be allowed."""
    if isinstance(change, Append):
        too_many = f"cardinality({new}) > {field.longest}"
        yield _refusal(field, new, too_many, f"would have more than {field.longest} entries")
    if isinstance(change, Replace):
        too_long = f"char_length({new}) > {field.longest}"
        yield _refusal(field, new, too_long, f"would be longer than {field.longest} characters")
        if field.required:
            yield _refusal(field, new, f"({new}) IS NULL", "would be empty")


def _refusal(field: Field, new: str, condition: str, text: str) -> str:
    present = f"v.{field.name}"
    changes = f"({new}) IS DISTINCT FROM {present}"
    return reason(f"{condition} AND {changes}", text, field.name, present)
