"""A rollback as a plan: a field gets its old value where the present one is still the written one.

What was written is read from the history: `r.changes`, `{field: [old, written]}`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from catalogtool.catalog.edits.columns import as_jsonb, stored
from catalogtool.catalog.edits.fields import ADMINISTERED_AT, COMPANIONS, SHORT_VERDICT, STORED
from catalogtool.catalog.edits.plan import (
    PRESENT_VERDICT,
    Plan,
    administered_at,
    reason,
    verdict_on,
)

OTHER_VALUE = "has another value now"
NO_CHANNEL = "its old channel is no longer there"
NOT_HERE = "can not be put back here"

# The record of each video in a batch, of which there is one; or a single record.
_OF_BATCH = "r.batch_id = :undoes_batch_id"
_OF_RECORD = "r.id = :undoes_record_id"
_IN_TIME = "r.sync_time BETWEEN :since AND :until"

# A report may have changed a video in two steps, by its asset and by itself: what was before the
# first and what was written by the last count.
_BY_REPORT = f"""CROSS JOIN LATERAL (
    SELECT jsonb_object_agg(field, jsonb_build_array(old, written)) AS changes,
           'report' AS source
    FROM (SELECT each.key AS field,
                 (array_agg(each.value -> 0 ORDER BY r.sync_time, r.id))[1] AS old,
                 (array_agg(each.value -> 1 ORDER BY r.sync_time DESC, r.id DESC))[1] AS written
          FROM metadata_sync r, jsonb_each(r.changes) AS each
          WHERE r.video_id = v.video_id AND r.report_id = :undoes_report_id AND {_IN_TIME}
          GROUP BY each.key) AS pairs) AS r"""


def plan_rollback(fields: Collection[str], undoes: str, parameters: dict[str, object]) -> Plan:
    """The plan for taking back the records of a `batch`, a `report` or one `record`.

    `fields` are all that these records speak of; `parameters` name the records and their span.
    """
    names = [name for name in fields if name in STORED]
    new = {name: _old_value(name) for name in names}
    if "administered" in new:
        since = stored(ADMINISTERED_AT, _pair(ADMINISTERED_AT), 0)
        new[ADMINISTERED_AT] = administered_at(f"({new['administered']})", since)
    if "is_short" in new or SHORT_VERDICT in fields:
        new[SHORT_VERDICT] = _verdict(new.get("is_short"))
    said = [_left(name) for name in names]
    if set(fields) - set(STORED) - COMPANIONS:
        said.append(_foreign())
    return Plan(new, _all_of(said), whole=False, joins=_joins(undoes), parameters=parameters)


def _joins(undoes: str) -> str:
    if undoes == "report":
        return _BY_REPORT
    which = _OF_BATCH if undoes == "batch" else _OF_RECORD
    return f"JOIN metadata_sync r ON r.video_id = v.video_id AND {which} AND {_IN_TIME}"


def _pair(name: str) -> str:
    return f"(r.changes -> '{name}')"


def _is_written(name: str, present: str) -> str:
    return f"{as_jsonb(name, present)} = {_pair(name)} -> 1"


def _may_return(name: str) -> str:
    """Null where the record does not speak of the field."""
    found = _is_written(name, f"v.{name}")
    return f"({found} AND {_has_channel()})" if name == "channel_display_name" else f"({found})"


def _has_channel() -> str:
    old = f"{_pair('channel_display_name')} ->> 0"
    return f"({old} IS NULL OR EXISTS (SELECT FROM channel WHERE channel.name = {old}))"


def _old_value(name: str) -> str:
    return f"CASE WHEN {_may_return(name)} THEN {stored(name, _pair(name), 0)} ELSE v.{name} END"


def _verdict(new_is_short: str | None) -> str:
    """The verdict goes with the field; one that came alone is judged alone.

    A report and a look enter their Shorts into the list without a word in the history.
    """
    old = stored(SHORT_VERDICT, _pair(SHORT_VERDICT), 0)
    alone = f"""CASE WHEN {_is_written(SHORT_VERDICT, PRESENT_VERDICT)} THEN {old}
        ELSE {PRESENT_VERDICT} END"""
    if new_is_short is None:
        return alone
    return f"""CASE WHEN (r.changes ? 'is_short') IS NOT TRUE THEN {alone}
        WHEN {_may_return("is_short")} IS NOT TRUE THEN {PRESENT_VERDICT}
        WHEN r.changes ? '{SHORT_VERDICT}' THEN {old}
        WHEN r.source IN ('report', 'youtube') THEN {verdict_on(f"({new_is_short})")}
        ELSE {PRESENT_VERDICT} END"""


def _left(name: str) -> str:
    """What is said of a field that keeps its present value."""
    present = as_jsonb(name, f"v.{name}")
    other = reason(f"NOT ({_is_written(name, f'v.{name}')})", OTHER_VALUE, name, present)
    if name != "channel_display_name":
        return other
    return f"coalesce({other}, {reason(f'NOT {_has_channel()}', NO_CHANNEL, name, present)})"


def _foreign() -> str:
    """Claims and counters have histories in other places; their texts are never part of the SQL."""
    known = ", ".join(f"'{name}'" for name in sorted({*STORED, *COMPANIONS}))
    return f"""(SELECT jsonb_agg(jsonb_build_object(
            'field', field, 'reason', '{NOT_HERE}', 'present', NULL))
        FROM jsonb_object_keys(r.changes) AS field WHERE field NOT IN ({known}))"""


def _all_of(said: Iterable[str]) -> str:
    every = " || ".join(f"coalesce({one}, '[]')" for one in said)
    return f"nullif({every}, '[]')" if every else "NULL::jsonb"
