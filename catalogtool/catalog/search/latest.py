"""The last change of each video of a page, and its unconfirmed edits: one statement each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Row, RowMapping, Text, and_, func, literal, select, true
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Session, aliased

from catalogtool.auth.models import User
from catalogtool.catalog.audit_models import MetadataSync, PendingEdit
from catalogtool.catalog.models import CounterChange
from catalogtool.core.times import iso

COUNTERS = ("views", "engaged_views", "comments", "likes")
COUNTER_COLUMNS = tuple(
    getattr(CounterChange, name) for counter in COUNTERS for name in (f"old_{counter}", counter)
)

Changes = dict[str, list[Any]]


@dataclass
class Latest:
    """When a video last changed here, and what; the fields of one report come together."""

    last_synced: datetime
    last_changes: Changes = field(default_factory=dict)


def counter_changes(row: RowMapping) -> Changes:
    """`{counter: [old, new]}` of the counters that a row of the series changed."""
    pairs = {name: [row[f"old_{name}"], row[name]] for name in COUNTERS}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def latest_changes(session: Session, videos: Mapping[int, str]) -> dict[int, Latest]:
    """By id, the last change of these videos (`{id: video_id}`); none for a video without any.

    Where the last audit record and the last counter change come from one report, or from one
    moment, they are one change; else the later of the two counts.
    """
    page = (
        func.unnest(
            literal(list(videos), ARRAY(BigInteger)), literal(list(videos.values()), ARRAY(Text))
        )
        .table_valued("id", "video_id")
        .render_derived(name="page")
    )
    newest = aliased(MetadataSync)
    last_time = (
        select(newest.sync_time)
        .where(newest.video_id == page.c.video_id)
        .order_by(newest.sync_time.desc())
        .limit(1)
        .lateral("last_time")
    )
    # Records of one moment belong together: they were written by one transaction.
    audit = and_(
        MetadataSync.video_id == page.c.video_id,
        MetadataSync.sync_time == last_time.c.sync_time,
    )
    counters = (
        select(CounterChange.recorded_at, CounterChange.report_id, *COUNTER_COLUMNS)
        .where(CounterChange.video_pk == page.c.id)
        .order_by(CounterChange.recorded_at.desc())
        .limit(1)
        .lateral("counters")
    )
    rows = session.execute(
        select(
            page.c.id.label("pk"),
            MetadataSync.sync_time,
            MetadataSync.changes,
            MetadataSync.report_id.label("audit_report_id"),
            *counters.c,
        )
        .select_from(
            page.outerjoin(last_time, true())
            .outerjoin(MetadataSync, audit)
            .outerjoin(counters, true())
        )
        .order_by(MetadataSync.id)
    )
    return _merged(rows)


def _merged(rows: Iterable[Row[Any]]) -> dict[int, Latest]:
    found: dict[int, Latest] = {}
    for row in rows:
        synced, recorded = row.sync_time, row.recorded_at
        times = [time for time in (synced, recorded) if time is not None]
        if not times:
            continue
        together = row.report_id is not None and row.report_id == row.audit_report_id
        latest = found.setdefault(row.pk, Latest(max(times)))
        if synced is not None and (together or synced == latest.last_synced):
            _add(latest.last_changes, row.changes)
        if recorded is not None and (together or recorded == latest.last_synced):
            latest.last_changes |= counter_changes(row._mapping)
    return found


def _add(changes: Changes, more: Changes) -> None:
    """Take a later record in: the first old value stays, the last new value counts."""
    for name, (old, new) in more.items():
        changes[name] = [changes[name][0] if name in changes else old, new]


def pending_edits(session: Session, video_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """By video id, `{field: {value, by, at}}` of what users edited and nothing confirmed yet."""
    query = (
        select(
            PendingEdit.video_id,
            PendingEdit.field,
            # As it stands: a JSON null is a value here.
            PendingEdit.value.cast(JSONB(none_as_null=False)).label("value"),
            User.email,
            PendingEdit.created_at,
        )
        .outerjoin(User, User.id == PendingEdit.user_id)
        .where(PendingEdit.video_id == func.any(list(video_ids)))
        .order_by(PendingEdit.id)
    )
    found: dict[str, dict[str, Any]] = {}
    for video_id, name, value, email, at in session.execute(query):
        edits = found.setdefault(video_id, {})
        edits[name] = {"value": value, "by": email, "at": iso(at)}
    return found
