"""What open pages ask about reports, and what they hear after a gap."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from catalogtool.core.db import unit_of_work
from catalogtool.core.errors import ValidationError
from catalogtool.reports import service
from catalogtool.reports.models import Report
from catalogtool.reports.turn import EVENT, status_event

RECENT = 20


def answer_cancel(payload: dict[str, Any]) -> dict[str, Any]:
    """Ask a report to stop; the page hears of the end by an event."""
    report_id = payload.get("report_id")
    if not isinstance(report_id, int) or not 0 < report_id < 2**63:
        raise ValidationError("report_id must be a number.", {"field": "report_id"})
    with unit_of_work() as session:
        report = service.request_cancel(session, report_id)
        return {"status": "success", "report_id": report.id, "report_status": report.status}


def recent_states() -> Iterable[tuple[str, dict[str, Any]]]:
    """How the latest reports do, for pages that may have missed some events."""
    with unit_of_work() as session:
        latest = session.scalars(select(Report).order_by(Report.id.desc()).limit(RECENT))
        return [(EVENT, status_event(report)) for report in latest]
