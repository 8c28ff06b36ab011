"""The history of a video: its audit records and its counters' steps as one list.

Counters are kept as a series of their own. A step that came with the same report as an audit
record (or, without a report, at the same moment) is shown as part of that record; any other is a
record by itself. Such a record has no `id`, because there is nothing that could be put back.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    RowMapping,
    Select,
    Text,
    and_,
    case,
    cast,
    extract,
    func,
    literal,
    literal_column,
    select,
)
from sqlalchemy.orm import Session

from catalogtool.auth.models import User
from catalogtool.catalog.audit_models import MetadataSync
from catalogtool.catalog.models import CounterChange
from catalogtool.catalog.queries import find_video_pk
from catalogtool.catalog.search.latest import COUNTER_COLUMNS, counter_changes
from catalogtool.core.times import iso


def list_history(session: Session, video_id: str, page: int, per_page: int) -> dict[str, Any]:
    """A page of a video's history, newest first; VideoNotFoundError if it is unknown."""
    pk = find_video_pk(session, video_id)
    records = _records(pk, video_id)
    total = session.scalar(select(func.count()).select_from(records.subquery())) or 0
    rows = session.execute(
        records.order_by(
            literal_column("sync_time").desc(), literal_column("id").desc().nulls_last()
        )
        .offset((page - 1) * per_page)
        .limit(per_page)
    )
    return {
        "records": [_record(row._mapping) for row in rows],
        "total": total,
        "pages": -(-total // per_page),
        "current_page": page,
    }


def _records(pk: int, video_id: str) -> Select[Any]:
    audit, counters = _audit(video_id), _counters(pk)
    same = and_(audit.c.origin == counters.c.origin, audit.c.place == counters.c.place)
    return (
        select(
            audit.c.id,
            func.greatest(audit.c.sync_time, counters.c.recorded_at).label("sync_time"),
            audit.c.changes,
            func.coalesce(audit.c.source, _source_of(counters)).label("source"),
            User.email,
            func.coalesce(audit.c.report_id, counters.c.report_id).label("report_id"),
            audit.c.batch_id,
            *(counters.c[column.key] for column in COUNTER_COLUMNS),
        )
        .select_from(audit.join(counters, same, full=True))
        .outerjoin(User, User.id == audit.c.user_id)
    )


def _audit(video_id: str) -> CTE:
    origin = _origin(MetadataSync.report_id, MetadataSync.sync_time)
    newest_first = (MetadataSync.sync_time.desc(), MetadataSync.id.desc())
    return (
        select(
            MetadataSync.id,
            MetadataSync.sync_time,
            MetadataSync.changes,
            MetadataSync.source,
            MetadataSync.user_id,
            MetadataSync.report_id,
            MetadataSync.batch_id,
            origin.label("origin"),
            func.row_number().over(partition_by=origin, order_by=newest_first).label("place"),
        )
        .where(MetadataSync.video_id == video_id)
        .cte("audit")
    )


def _counters(pk: int) -> CTE:
    origin = _origin(CounterChange.report_id, CounterChange.recorded_at)
    newest_first = CounterChange.recorded_at.desc()
    return (
        select(
            CounterChange.recorded_at,
            CounterChange.report_id,
            *COUNTER_COLUMNS,
            origin.label("origin"),
            func.row_number().over(partition_by=origin, order_by=newest_first).label("place"),
        )
        .where(CounterChange.video_pk == pk)
        .cte("counters")
    )


def _source_of(counters: CTE) -> ColumnElement[str]:
    """Who changed counters alone: a report, else YouTube itself was asked."""
    return case((counters.c.report_id.is_(None), literal("youtube")), else_=literal("report"))


def _origin(report_id: Any, moment: Any) -> ColumnElement[str]:
    """What two changes have in common that belong together: the report, else the moment."""
    by_moment = literal("at ") + cast(extract("epoch", moment), Text)
    by_report = literal("report ") + cast(report_id, Text)
    return case((report_id.is_(None), by_moment), else_=by_report)


def _record(row: RowMapping) -> dict[str, Any]:
    # Without a step of the counters all of their columns are null, so nothing differs.
    changes = {**(row["changes"] or {}), **counter_changes(row)}
    return {
        "id": row["id"],
        "sync_time": iso(row["sync_time"]),
        "changes": changes,
        "source": row["source"],
        "user": row["email"],
        "report_id": row["report_id"],
        "batch_id": str(row["batch_id"]) if row["batch_id"] else None,
    }
