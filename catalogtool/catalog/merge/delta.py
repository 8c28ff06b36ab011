"""SQL for one question, asked of every field alike: does the report's value replace ours?

`present` and `row` are the aliases of the stored row and of the staged row. A value that is
unknown replaces nothing; neither does a lesser source's, nor one about which a newer report or
YouTube itself has spoken since: `age` tells this of each field.
"""

from __future__ import annotations

from collections.abc import Iterable

from catalogtool.catalog.merge.age import Age
from catalogtool.catalog.merge.fields import Field

SLOT_BITS = 4
SLOT_MASK = 15


def may_speak(field: Field, present: str, row: str, age: Age) -> str:
    """Whether the report has a say on this field of this row at all."""
    terms = [f"{row}.{field.source} IS NOT NULL"]
    if field.fill_only:
        terms.append(f"{present}.{field.name} IS NULL")
        return " AND ".join(terms)
    if field.slot is not None:
        terms.append(f"{_rank(present, field)} <= {field.rank}")
    unknown = f"{present}.{field.name} IS NULL"
    if age.reports is not None:
        # What a lesser source said since is no word of the newer report.
        lesser = "" if field.slot is None else f" OR {_rank(present, field)} < {field.rank}"
        terms.append(f"(NOT {age.reports} OR {unknown}{lesser})")
    if (looked_at_since := age.look(field)) is not None:
        terms.append(f"({unknown} OR NOT {looked_at_since})")
    return " AND ".join(terms)


def differs(field: Field, present: str, row: str, age: Age) -> str:
    """Whether the report's value would replace a different stored one."""
    # In this order, since few values differ and to tell their age may take a look-up.
    return f"{field.differs(present, row)} AND {may_speak(field, present, row, age)}"


def needs_write(fields: Iterable[Field], present: str, row: str, age: Age) -> str:
    """Whether a row needs a write: a value differs, or an equal one now has a better source."""
    terms = []
    for field in fields:
        terms.append(f"({differs(field, present, row, age)})")
        if field.slot is not None:
            better = f"{_rank(present, field)} < {field.rank}"
            terms.append(f"({better} AND {may_speak(field, present, row, age)})")
    return " OR ".join(terms) or "false"


def new_provenance(fields: Iterable[Field], present: str, row: str, age: Age) -> str:
    """The stored provenance, with this report's rank in every slot that it speaks for."""
    cleared, set_ = ["0"], ["0"]
    for field in fields:
        if field.slot is not None:
            says = may_speak(field, present, row, age)
            place = SLOT_BITS * field.slot
            cleared.append(f"CASE WHEN {says} THEN {SLOT_MASK << place} ELSE 0 END")
            set_.append(f"CASE WHEN {says} THEN {field.rank << place} ELSE 0 END")
    return f"({present}.provenance & ~({' | '.join(cleared)})) | {' | '.join(set_)}"


def first_provenance(fields: Iterable[Field], row: str) -> str:
    """The provenance of a row that this report creates."""
    terms = [
        f"CASE WHEN {row}.{field.source} IS NULL THEN 0"
        f" ELSE {field.rank << (SLOT_BITS * field.slot)} END"
        for field in fields
        if field.slot is not None
    ]
    return " | ".join(terms) or "0"


def changes_object(pairs: Iterable[tuple[str, str, str, str]]) -> str:
    """SQL for `{field: [old, new]}` of the fields that changed.

    Takes (name, condition, old, new) of each field, the last three as SQL. PostgreSQL functions
    take at most 100 arguments, so that the object is put together from parts.
    """
    built = [
        f"'{name}', CASE WHEN {condition} THEN jsonb_build_array({old}, {new}) END"
        for name, condition, old, new in pairs
    ]
    parts = [
        f"jsonb_strip_nulls(jsonb_build_object({', '.join(built[start : start + 40])}))"
        for start in range(0, len(built), 40)
    ]
    return " || ".join(parts) or "'{}'::jsonb"


def as_json(expression: str, type_: str) -> str:
    """SQL for a value as the audit trail writes it: times in UTC with a Z."""
    if type_ == "timestamptz":
        return f"""to_char({expression} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"""
    return expression


def not_pending(field: Field) -> str:
    """Whether no user's edit of this field waits; `pending.fields` lists the video's edits."""
    return f"NOT coalesce('{field.name}' = ANY (pending.fields), false)"


def _rank(present: str, field: Field) -> str:
    """The rank of the stored value's source."""
    assert field.slot is not None
    return f"(({present}.provenance >> {SLOT_BITS * field.slot}) & {SLOT_MASK})"
