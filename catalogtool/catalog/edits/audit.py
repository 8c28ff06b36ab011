"""A search over all changes: by field, source, person, video, report, batch and time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, false, func, literal_column, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from catalogtool.auth.models import User
from catalogtool.catalog.audit_models import CHANGED_FIELDS, MetadataSync
from catalogtool.catalog.edits.planned import planned_rows
from catalogtool.catalog.search.estimate import EXACT_UP_TO
from catalogtool.catalog.search.parameters import refuse
from catalogtool.core.db import plan_for_reading
from catalogtool.core.times import iso

# Further down only a narrower search reaches; it is what one wants there anyway.
DEEPEST = 100_000

_FIELDS: ColumnElement[Any] = literal_column(f"({CHANGED_FIELDS})", JSONB)


@dataclass(frozen=True)
class Wanted:
    """Which records; None is no restriction. Days are UTC and inclusive, `user` is an address."""

    field: str | None = None
    source: str | None = None
    user: str | None = None
    video_id: str | None = None
    report_id: int | None = None
    batch_id: UUID | None = None
    date_from: date | None = None
    date_to: date | None = None


def search_audit(session: Session, wanted: Wanted, page: int, per_page: int) -> dict[str, Any]:
    """A page of the records, newest first; `total` is an estimate above 10,000 and says so."""
    if page * per_page > DEEPEST:
        refuse("page", f"at most {DEEPEST} records deep; narrow the search by days instead")
    plan_for_reading(session)
    conditions = _conditions(session, wanted)
    total, exact = _count(session, conditions)
    records = MetadataSync.__table__.c
    rows = session.execute(
        select(MetadataSync, User.email)
        .outerjoin(User, User.id == MetadataSync.user_id)
        .where(*conditions)
        .order_by(records.sync_time.desc(), records.id.desc())
        .offset((page - 1) * per_page)
        .limit(per_page)
    )
    return {
        "records": [_record(record, email) for record, email in rows],
        "total": total,
        "total_is_exact": exact,
        "pages": min(-(-total // per_page), DEEPEST // per_page),
        "current_page": page,
    }


def _conditions(session: Session, wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.field is not None:
        found.append(_FIELDS.op("?")(wanted.field))
    for name in ("source", "video_id", "report_id", "batch_id"):
        value = getattr(wanted, name)
        if value is not None:
            found.append(getattr(MetadataSync, name) == value)
    if wanted.user is not None:
        found.append(_by(session, wanted.user))
    if wanted.report_id is not None:
        found += _span_of_report(session, wanted.report_id)
    if wanted.date_from is not None:
        found.append(MetadataSync.sync_time >= _midnight(wanted.date_from))
    if wanted.date_to is not None and wanted.date_to < date.max:
        found.append(MetadataSync.sync_time < _midnight(wanted.date_to + timedelta(days=1)))
    return found


def _by(session: Session, email: str) -> ColumnElement[bool]:
    """Looked up first: with the person's number at hand the planner knows how much they did."""
    user_id = session.scalar(select(User.id).where(func.lower(User.email) == func.lower(email)))
    return false() if user_id is None else MetadataSync.user_id == user_id


def _span_of_report(session: Session, report_id: int) -> list[ColumnElement[bool]]:
    """When the report changed something: its records lie together, but far from the newest.

    Fenced, since the planner would rather walk along all that came later.
    """
    times = select(MetadataSync.sync_time).where(MetadataSync.report_id == report_id)
    fenced = times.cte("times").prefix_with("MATERIALIZED")
    first, last = session.execute(
        select(func.min(fenced.c.sync_time), func.max(fenced.c.sync_time))
    ).one()
    return [false()] if first is None else [MetadataSync.sync_time.between(first, last)]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


def _count(session: Session, conditions: list[ColumnElement[bool]]) -> tuple[int, bool]:
    """How many records, and whether that is exact."""
    matching = select(MetadataSync.id).where(*conditions)
    some = matching.limit(EXACT_UP_TO + 1).subquery()
    total = session.scalar(select(func.count()).select_from(some)) or 0
    if total <= EXACT_UP_TO:
        return total, True
    return max(total, planned_rows(session, matching)), False


def _record(record: MetadataSync, email: str | None) -> dict[str, Any]:
    return {
        "id": record.id,
        "video_id": record.video_id,
        "video_title": record.video_title,
        "sync_time": iso(record.sync_time),
        "changes": record.changes,
        "source": record.source,
        "user": email,
        "report_id": record.report_id,
        "batch_id": str(record.batch_id) if record.batch_id else None,
    }
