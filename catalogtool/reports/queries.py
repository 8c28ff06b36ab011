"""What the screens show of reports."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalogtool.core.errors import ReportNotFoundError
from catalogtool.reports.models import Report, ReportError


def progress_of(report: Any) -> dict[str, Any]:
    """How far a report (a row of its table) came.

    `total_rows` grows while the file is read and is final afterwards; `processed_rows` counts rows
    whose effect is in the catalogue (or that were rejected). Nothing in it ever goes back.
    """
    return {
        "processed_rows": min(report.processed_rows, report.total_rows),
        "total_rows": report.total_rows,
        "percentage": round(report.percentage, 1),
        "videos_created": report.videos_created,
        "videos_updated": report.videos_updated,
        "errors": report.errors,
        "phase": report.phase,
    }


def summary_of(report: Report) -> dict[str, Any]:
    """What a report did, in numbers."""
    return {
        "total_rows": report.total_rows,
        "videos_created": report.videos_created,
        "videos_updated": report.videos_updated,
        "videos_unchanged": report.videos_unchanged,
        "videos_skipped": report.videos_skipped,
        "errors": report.errors,
        "values_cut": report.values_cut,
        "values_dropped": report.values_dropped,
        "unknown_columns": report.unknown_columns,
        "processing_time_seconds": round(report.seconds, 3),
        "youtube_api_calls": report.youtube_api_calls,
    }


def describe(report: Report) -> dict[str, Any]:
    """Everything that the status route tells of a report."""
    return {
        "id": report.id,
        "filename": report.filename,
        "kind": report.kind,
        "status": report.status,
        "created_at": report.created_at,
        "processed_at": report.processed_at,
        "exclude_shorts": report.exclude_shorts,
        "dry_run": report.dry_run,
        "progress": progress_of(report),
        "summary": summary_of(report),
        "error_message": report.error_message,
    }


def get_report(session: Session, report_id: int) -> Report:
    """The report, or ReportNotFoundError."""
    report = session.get(Report, report_id) if report_id < 2**63 else None
    if report is None:
        raise ReportNotFoundError(f"There is no report {report_id}.", {"report_id": report_id})
    return report


def list_reports(
    session: Session, status: str | None, page: int, per_page: int
) -> tuple[list[Report], int]:
    """One page of reports, newest first, and how many there are."""
    chosen = select(Report)
    if status:
        chosen = chosen.where(Report.status == status)
    total = session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
    page_of = chosen.order_by(Report.id.desc()).limit(per_page).offset((page - 1) * per_page)
    return list(session.scalars(page_of)), total


def list_errors(
    session: Session, report_id: int, page: int, per_page: int
) -> tuple[list[ReportError], int]:
    """One page of a report's rejected rows in the order of the file, and how many there are."""
    chosen = select(ReportError).where(ReportError.report_id == report_id)
    total = session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
    page_of = chosen.order_by(ReportError.row_number)
    page_of = page_of.limit(per_page).offset((page - 1) * per_page)
    return list(session.scalars(page_of)), total


def every_error(session: Session, report_id: int) -> Iterator[ReportError]:
    """All rejected rows of a report, streamed."""
    chosen = select(ReportError).where(ReportError.report_id == report_id)
    found = session.scalars(
        chosen.order_by(ReportError.row_number), execution_options={"yield_per": 1000}
    )
    yield from found


def processed_keys(session: Session, keys: list[str]) -> set[str]:
    """Which of these files have been imported to the end at least once."""
    found = select(Report.filename).where(
        Report.filename.in_(keys), Report.status == "completed", Report.dry_run.is_(False)
    )
    return set(session.scalars(found))
