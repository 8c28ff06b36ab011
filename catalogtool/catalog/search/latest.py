"""The last change of each video of a page, and its unconfirmed edits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    ScalarSelect,
    Text,
    bindparam,
    func,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.orm import InstrumentedAttribute

from catalogtool.auth.models import User
from catalogtool.catalog.audit_models import MetadataSync, PendingEdit
from catalogtool.catalog.models import CounterChange
from catalogtool.catalog.search.lookup import Lookup
from catalogtool.core.db import Reader
from catalogtool.core.times import iso

COUNTERS = ("views", "engaged_views", "comments", "likes")
COUNTER_COLUMNS = tuple(
    getattr(CounterChange, name) for counter in COUNTERS for name in (f"old_{counter}", counter)
)

Changes = dict[str, list[Any]]
LONGEST_IMPORT = timedelta(days=1)


@dataclass
class Latest:
    """When a video last changed here, and what; the fields of one report come together."""

    last_synced: datetime
    last_changes: Changes = field(default_factory=dict)


def counter_changes(row: Mapping[Any, Any]) -> Changes:
    """`{counter: [old, new]}` of the counters that a row of the series changed."""
    pairs = {name: [row[f"old_{name}"], row[name]] for name in COUNTERS}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def latest_changes(
    session: Reader, videos: Mapping[int, tuple[str, datetime]]
) -> dict[int, Latest]:
    """By id, the last change of these videos (`{id: (video_id, last_synced)}`).

    Where the last audit record and the last counter change come from one report, or from one
    moment, they are one change; else the later of the two counts.
    """
    given = {
        "ids": list(videos),
        "video_ids": [video_id for video_id, _ in videos.values()],
        "moments": [moment for _, moment in videos.values()],
        "oldest": min(moment for _, moment in videos.values()) - LONGEST_IMPORT,
        "newest": max(moment for _, moment in videos.values()),
    }
    statement = _last_changes()
    rows = (dict(zip(statement.columns, row, strict=True)) for row in statement.ask(session, given))
    return _merged(rows)


@cache
def _last_changes() -> Lookup:
    """Built once: to put it together takes longer than to run it."""
    page = (
        func.unnest(
            bindparam("ids", type_=ARRAY(BigInteger)),
            bindparam("video_ids", type_=ARRAY(Text)),
            bindparam("moments", type_=ARRAY(DateTime(timezone=True))),
        )
        .table_valued("id", "video_id", "at")
        .render_derived(name="page")
    )
    records, counters = _last_records(page), _last_counters(page)
    return Lookup.of(
        select(page.c.id.label("pk"), *records.c, *counters.c)
        .select_from(page.outerjoin(records, true()).outerjoin(counters, true()))
        .order_by(records.c.id)
    )


def _last_records(page: Any) -> Any:
    """Records of one moment belong together: they were written by one transaction."""
    return (
        select(
            MetadataSync.id,
            MetadataSync.sync_time,
            MetadataSync.changes,
            MetadataSync.report_id.label("audit_report_id"),
        )
        .where(
            MetadataSync.video_id == page.c.video_id, *_of_one_import(MetadataSync.sync_time, page)
        )
        .order_by(MetadataSync.sync_time.desc())
        .fetch(1, with_ties=True)
        .lateral("records")
    )


def _last_counters(page: Any) -> Any:
    return (
        select(CounterChange.recorded_at, CounterChange.report_id, *COUNTER_COLUMNS)
        .where(
            CounterChange.video_pk == page.c.id, *_of_one_import(CounterChange.recorded_at, page)
        )
        .order_by(CounterChange.recorded_at.desc())
        .limit(1)
        .lateral("counters")
    )


def _of_one_import(moment: Any, page: Any) -> tuple[ColumnElement[bool], ...]:
    """What can belong to the last change.

    Within the bounds of the whole page, too: they spare the planner the months outside.
    """
    return (
        moment <= page.c.at,
        moment >= page.c.at - LONGEST_IMPORT,
        moment >= bindparam("oldest", type_=DateTime(timezone=True)),
        moment <= bindparam("newest", type_=DateTime(timezone=True)),
    )


def _merged(rows: Iterable[Mapping[str, Any]]) -> dict[int, Latest]:
    found: dict[int, Latest] = {}
    for row in rows:
        synced, recorded = row["sync_time"], row["recorded_at"]
        times = [time for time in (synced, recorded) if time is not None]
        if not times:
            continue
        together = row["report_id"] is not None and row["report_id"] == row["audit_report_id"]
        latest = found.setdefault(row["pk"], Latest(max(times)))
        if synced is not None and (together or synced == latest.last_synced):
            _add(latest.last_changes, row["changes"])
        if recorded is not None and (together or recorded == latest.last_synced):
            latest.last_changes |= counter_changes(row)
    return found


def _add(changes: Changes, more: Changes) -> None:
    """Take a later record in: the first old value stays, the last new value counts."""
    for name, (old, new) in more.items():
        changes[name] = [changes[name][0] if name in changes else old, new]


def pending_edits(video_id: InstrumentedAttribute[str]) -> ScalarSelect[Any]:
    """SQL for what users edited in a video and nothing confirmed yet.

    Of each [field, value, by, at, theirs, theirs_at]; the last two are null without a conflict.
    """
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
