"""The last change of each video of a page, and its unconfirmed edits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from json import JSONDecoder
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Interval,
    ScalarSelect,
    Text,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import InstrumentedAttribute

from catalogtool.auth.models import User
from catalogtool.catalog.audit_models import MetadataSync, PendingEdit
from catalogtool.catalog.models import CounterChange, Video, VideoCounter
from catalogtool.core.times import iso

COUNTERS = ("views", "engaged_views", "comments", "likes")
COUNTER_COLUMNS = tuple(
    getattr(CounterChange, name) for counter in COUNTERS for name in (f"old_{counter}", counter)
)
# Of each counter, where its old and its new value stand among these columns.
PLACES = tuple((name, 2 * number, 2 * number + 1) for number, name in enumerate(COUNTERS))

Changes = dict[str, list[Any]]
LONGEST_IMPORT = literal_column("interval '1 day'", Interval)
ONE: ColumnElement[int] = literal_column("1")

# What PostgreSQL writes has no blanks around it, which `json.loads` looks for each time.
_read = JSONDecoder().raw_decode
RECORD_ID = itemgetter(0)


@dataclass(frozen=True)
class LastChange:
    """The last change of a video as SQL, beside `Video` and `VideoCounter`.

    `records` and `counters` are to be joined. `moment` is when the video changed; `columns` tell
    `shown_changes` what. There are several rows where several records were written at one moment.
    """

    records: FromClause
    counters: FromClause
    moment: ColumnElement[datetime | None]
    columns: tuple[ColumnElement[Any], ...]


def last_change() -> LastChange:
    """When and how a video changed last.

    Where the last audit record and the last counter change come from one report, or from one
    moment, they are one change; else the later of the two counts.
    """
    records, counters = _last_records(), _last_counters()
    audited, recorded = records.c.sync_time, counters.c.recorded_at
    together = records.c.report_id == counters.c.report_id
    return LastChange(
        records,
        counters,
        # Not null if one of them isn't.
        func.greatest(audited, recorded),
        (
            records.c.id,
            case(
                (
                    or_(recorded.is_(None), together, audited >= recorded),
                    cast(records.c.changes, Text),
                )
            ),
            case((or_(audited.is_(None), together, recorded >= audited), recorded.is_not(None))),
            *(counters.c[column.key] for column in COUNTER_COLUMNS),
        ),
    )


def _last_records() -> FromClause:
    """Records of one moment belong together: they were written by one transaction."""
    return (
        select(
            MetadataSync.id,
            MetadataSync.sync_time,
            MetadataSync.changes,
            MetadataSync.report_id,
        )
        .where(MetadataSync.video_id == Video.video_id, *_of_one_import(MetadataSync.sync_time))
        .order_by(MetadataSync.sync_time.desc())
        .fetch(ONE, with_ties=True)
        .lateral("records")
    )


def _last_counters() -> FromClause:
    return (
        select(CounterChange.recorded_at, CounterChange.report_id, *COUNTER_COLUMNS)
        .where(CounterChange.video_pk == Video.id, *_of_one_import(CounterChange.recorded_at))
        .order_by(CounterChange.recorded_at.desc())
        .limit(ONE)
        .lateral("counters")
    )


def _of_one_import(moment: Any) -> tuple[ColumnElement[bool], ...]:
    """What can belong to the last change: nothing where there never was one."""
    last_synced = VideoCounter.last_synced
    return moment <= last_synced, moment >= last_synced - LONGEST_IMPORT


def shown_changes(parts: Sequence[Sequence[Any]]) -> Changes:
    """What changed last, from the values of `LastChange.columns` in each row of a video."""
    shown: Changes = {}
    for part in sorted(parts, key=RECORD_ID) if len(parts) > 1 else parts:
        record, counted = part[1:3]
        if record is not None:
            _add(shown, _read(record)[0])
        if counted:
            shown |= _changed(part[3:])
    return shown


def counter_changes(row: Mapping[Any, Any]) -> Changes:
    """`{counter: [old, new]}` of the counters that a row of the series changed."""
    return _changed([row[column.key] for column in COUNTER_COLUMNS])


def _changed(counters: Sequence[int | None]) -> Changes:
    return {
        name: [counters[old], counters[new]]
        for name, old, new in PLACES
        if counters[old] != counters[new]
    }


def _add(changes: Changes, more: Changes) -> None:
    """Take a later record in: the first old value stays, the last new value counts."""
    if not changes:
        changes |= more
        return
    for name, (old, new) in more.items():
        changes[name] = [changes[name][0] if name in changes else old, new]


def pending_edits(video_id: InstrumentedAttribute[str]) -> ColumnElement[Any]:
    """SQL for what users edited in a video and nothing confirmed yet.

    Of each [field, value, by, at, theirs, theirs_at]; the last two are null without a conflict.
    """
    # Few videos have any, and to see that takes half as long as to put a list of none together.
    any_at_all = select(true()).where(PendingEdit.video_id == video_id).limit(ONE).scalar_subquery()
    return case((any_at_all, _listed_edits(video_id)))


def _listed_edits(video_id: InstrumentedAttribute[str]) -> ScalarSelect[Any]:
    by_age = func.jsonb_build_array(
        PendingEdit.field,
        PendingEdit.value,
        User.email,
        PendingEdit.created_at,
        PendingEdit.theirs,
        PendingEdit.theirs_at,
    )
    return (
        select(func.jsonb_agg(aggregate_order_by(by_age, PendingEdit.id)))
        .outerjoin(User, User.id == PendingEdit.user_id)
        .where(PendingEdit.video_id == video_id)
        .scalar_subquery()
    )


def shown_edits(listed: list[Any] | None) -> dict[str, dict[str, Any]]:
    """The same as `{field: {value, by, at}}`, in conflict with `theirs` and `theirs_at`."""
    return {name: _shown_edit(*edit) for name, *edit in listed or ()}


def _shown_edit(
    value: Any, email: str | None, at: str, theirs: Any, theirs_at: str | None
) -> dict[str, Any]:
    shown = {"value": value, "by": email, "at": iso(datetime.fromisoformat(at))}
    if theirs_at is not None:
        shown |= {"theirs": theirs, "theirs_at": iso(datetime.fromisoformat(theirs_at))}
    return shown
