"""Shapes of the report routes."""

from __future__ import annotations

from apiflask import Schema
from apiflask.fields import Boolean, DateTime, Dict, File, Float, Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Range

from catalogtool.auth.schemas import PageIn, PageOut, StatusOut
from catalogtool.reports.models import STATUSES
from catalogtool.reports.service import MOST_FILES

LARGEST_PAGE_SIZE = 500


class FilesIn(Schema):
    """Which page of the report files."""

    page = Integer(load_default=1, validate=Range(min=1, max=1_000_000))
    pageSize = Integer(  # noqa: N815 (the public name)
        load_default=25, validate=Range(min=1, max=LARGEST_PAGE_SIZE)
    )
    search = String(load_default="", validate=Length(max=200))


class FileOut(Schema):
    """A file of the report store; `processed` if it has been imported to the end."""

    key = String(required=True)
    size = Integer(required=True)
    last_modified = DateTime(required=True)
    processed = Boolean(required=True)


class FilesOut(StatusOut):
    """A page of report files, newest first."""

    files = List(Nested(FileOut), required=True)
    count = Integer(required=True)
    total = Integer(required=True)
    page = Integer(required=True)
    pageSize = Integer(required=True)  # noqa: N815


class UploadIn(Schema):
    """A report to put into the store."""

    file = File(required=True)  # type: ignore[no-untyped-call]


class UploadOut(StatusOut):
    """Where the upload is now."""

    key = String(required=True)
    size = Integer(required=True)


class ProcessIn(Schema):
    """Which files to import, and how."""

    files = List(
        String(required=True, validate=Length(min=1, max=1024)),
        required=True,
        validate=Length(min=1, max=MOST_FILES),
    )
    exclude_shorts = Boolean(load_default=False)
    dry_run = Boolean(load_default=False)


class ProcessorOut(Schema):
    """What the workers are doing."""

    running = Boolean(required=True)
    tasks_processed = Integer(required=True)
    last_activity = DateTime(required=True, allow_none=True)
    queue_length = Dict(keys=String(), values=Integer())


class ProcessOut(StatusOut):
    """What was queued."""

    report_ids = List(Integer(), required=True)
    queued_files = List(String(), required=True)
    processor_status = Nested(ProcessorOut, required=True)


class ProgressOut(Schema):
    """How far an import is; no number in it ever goes back."""

    processed_rows = Integer(required=True)
    total_rows = Integer(required=True)
    percentage = Float(required=True)
    videos_created = Integer(required=True)
    videos_updated = Integer(required=True)
    errors = Integer(required=True)
    phase = String(required=True)


class SummaryOut(Schema):
    """What an import did."""

    total_rows = Integer(required=True)
    videos_created = Integer(required=True)
    videos_updated = Integer(required=True)
    videos_unchanged = Integer(required=True)
    videos_skipped = Integer(required=True)
    errors = Integer(required=True)
    values_cut = Integer(required=True)
    values_dropped = Integer(required=True)
    unknown_columns = List(String(), required=True)
    processing_time_seconds = Float(required=True)
    youtube_api_calls = Integer(required=True)


class ReportOut(Schema):
    """A report and its import."""

    id = Integer(required=True)
    filename = String(required=True)
    kind = String(required=True, allow_none=True)
    status = String(required=True, validate=OneOf(STATUSES))
    created_at = DateTime(required=True)
    processed_at = DateTime(required=True, allow_none=True)
    exclude_shorts = Boolean(required=True)
    dry_run = Boolean(required=True)
    progress = Nested(ProgressOut, required=True)
    summary = Nested(SummaryOut, required=True)
    error_message = String(required=True, allow_none=True)


class OneReportOut(StatusOut):
    """One report."""

    report = Nested(ReportOut, required=True)


class HistoryIn(PageIn):
    """Which page of the reports."""

    status = String(validate=OneOf(STATUSES))


class ReportsOut(PageOut):
    """A page of reports, newest first."""

    reports = List(Nested(ReportOut), required=True)


class ErrorsIn(PageIn):
    """Which page of the rejected rows."""

    per_page = Integer(load_default=50, validate=Range(min=1, max=500))


class RowErrorOut(Schema):
    """A rejected row: its number in the file (the header is row 1) and the reason."""

    row_number = Integer(required=True)
    column = String(required=True, allow_none=True)
    rule = String(required=True)
    value = String(required=True, allow_none=True)


class ErrorsOut(PageOut):
    """A page of a report's rejected rows, in the order of the file."""

    errors = List(Nested(RowErrorOut), required=True)
