"""The report routes: files in the store, imports, what became of them."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Iterator
from typing import Any, BinaryIO, cast

from apiflask import APIBlueprint
from flask import Response, current_app, request, stream_with_context
from werkzeug.datastructures import FileStorage

from catalogtool.auth.policy import needs
from catalogtool.auth.routes import the_user
from catalogtool.core.db import unit_of_work
from catalogtool.core.settings import Settings
from catalogtool.core.storage import Store
from catalogtool.jobs.status import processor_status
from catalogtool.reports import queries, schemas, service
from catalogtool.reports.files import list_report_files, store_upload
from catalogtool.reports.models import Report
from catalogtool.reports.stores import report_store

reports_bp = APIBlueprint("reports", __name__, url_prefix="/api", tag="Reports")

Answer = dict[str, Any]
CANCEL_SECONDS = 2.0
ROOM_FOR_FORM = 1024 * 1024
STORE_FAILS: dict[int | str, Any] = {502: "The report store did not answer as expected"}
AS_FILE: dict[int | str, Any] = {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


def _store() -> Store:
    return report_store(_settings().report_store)


@reports_bp.get("/reports/s3-files")
@reports_bp.input(schemas.FilesIn, location="query")
@reports_bp.output(schemas.FilesOut)
@reports_bp.doc(responses=STORE_FAILS)
@needs("login")
def list_files(query_data: Answer) -> Answer:
    """The files of the report store, newest first"""
    page, size = query_data["page"], query_data["pageSize"]
    files, total = list_report_files(_store(), page, size, query_data["search"])
    with unit_of_work() as session:
        processed = queries.processed_keys(session, [file.key for file in files])
    return {
        "files": [
            {
                "key": file.key,
                "size": file.size,
                "last_modified": file.last_modified,
                "processed": file.key in processed,
            }
            for file in files
        ],
        "count": len(files),
        "total": total,
        "page": page,
        "pageSize": size,
    }


@reports_bp.url_value_preprocessor
def allow_large_upload(endpoint: str | None, _values: Answer | None) -> None:
    """Raise the limit for this one route, before anything looks at the body.

    The body goes to a file on disk while it comes in; it is never held in memory.
    """
    if endpoint == "reports.upload":
        request.max_content_length = _settings().max_upload_bytes + ROOM_FOR_FORM


@reports_bp.post("/reports/upload")
@reports_bp.input(schemas.UploadIn, location="files")
@reports_bp.output(schemas.UploadOut, status_code=201)
@reports_bp.doc(responses=STORE_FAILS)
@needs("login")
def upload(files_data: dict[str, FileStorage]) -> Answer:
    """Put a report into the store"""
    sent = files_data["file"]
    limit = _settings().max_upload_bytes
    file = store_upload(_store(), sent.filename or "", cast("BinaryIO", sent.stream), limit)
    return {"key": file.key, "size": file.size}


@reports_bp.post("/process-report")
@reports_bp.input(schemas.ProcessIn)
@reports_bp.output(schemas.ProcessOut)
@reports_bp.doc(responses=STORE_FAILS)
@needs("login")
def process_report(json_data: Answer) -> Answer:
    """Import files of the store"""
    with unit_of_work() as session:
        reports = service.process_reports(
            session,
            _store(),
            json_data["files"],
            exclude_shorts=json_data["exclude_shorts"],
            dry_run=json_data["dry_run"],
            user_id=the_user().id,
        )
    with unit_of_work() as session:
        processor = processor_status(session)
    return {
        "report_ids": [report.id for report in reports],
        "queued_files": [report.filename for report in reports],
        "processor_status": processor,
    }


@reports_bp.get("/process-status/<int:report_id>")
@reports_bp.output(schemas.OneReportOut)
@needs("login")
def process_status(report_id: int) -> Answer:
    """How far an import is and what it did"""
    with unit_of_work() as session:
        return {"report": queries.describe(queries.get_report(session, report_id))}


@reports_bp.get("/reports/history")
@reports_bp.input(schemas.HistoryIn, location="query")
@reports_bp.output(schemas.ReportsOut)
@needs("login")
def history(query_data: Answer) -> Answer:
    """All imports, newest first"""
    page, per_page = query_data["page"], query_data["per_page"]
    with unit_of_work() as session:
        reports, total = queries.list_reports(session, query_data.get("status"), page, per_page)
        listed = [queries.describe(report) for report in reports]
    return {"reports": listed, **_paging(total, page, per_page)}


@reports_bp.get("/reports/<int:report_id>/errors")
@reports_bp.input(schemas.ErrorsIn, location="query")
@reports_bp.output(schemas.ErrorsOut)
@reports_bp.doc(responses=AS_FILE)
@needs("login")
def errors(report_id: int, query_data: Answer) -> Answer | Response:
    """The rejected rows of a report; `Accept: text/csv` gives all of them as a file"""
    with unit_of_work() as session:
        queries.get_report(session, report_id)
    if request.accept_mimetypes.best_match(["application/json", "text/csv"]) == "text/csv":
        return _errors_file(report_id)
    page, per_page = query_data["page"], query_data["per_page"]
    with unit_of_work() as session:
        found, total = queries.list_errors(session, report_id, page, per_page)
        rows = [
            {
                "row_number": error.row_number,
                "column": error.column_name,
                "rule": error.rule,
                "value": error.value,
            }
            for error in found
        ]
    return {"errors": rows, **_paging(total, page, per_page)}


@reports_bp.post("/reports/<int:report_id>/cancel")
@reports_bp.output(schemas.OneReportOut)
@needs("login")
def cancel(report_id: int) -> Answer:
    """Stop an import; what has come in stays, and the answer says how far that is"""
    with unit_of_work() as session:
        report = service.request_cancel(session, report_id)
    return {"report": queries.describe(_when_stopped(report))}


@reports_bp.post("/reports/<int:report_id>/retry")
@reports_bp.output(schemas.OneReportOut)
@needs("login")
def retry(report_id: int) -> Answer:
    """Import again what failed or was cancelled"""
    with unit_of_work() as session:
        return {"report": queries.describe(service.retry(session, report_id))}


def _when_stopped(report: Report) -> Report:
    """The report once its worker has let go of it, or as it is after two seconds."""
    give_up = time.monotonic() + CANCEL_SECONDS
    while report.status == "processing" and time.monotonic() < give_up:
        time.sleep(0.1)
        with unit_of_work() as session:
            report = queries.get_report(session, report.id)
    return report


def _errors_file(report_id: int) -> Response:
    """All rejected rows as CSV; a value that a spreadsheet might run is made harmless."""

    def lines() -> Iterator[str]:
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(["row_number", "column", "rule", "value"])
        with unit_of_work() as session:
            for error in queries.every_error(session, report_id):
                value = error.value or ""
                if value.startswith(FORMULA_STARTS):
                    value = f"'{value}"
                writer.writerow([error.row_number, error.column_name or "", error.rule, value])
                if text.tell() > 65_536:
                    yield text.getvalue()
                    text.seek(0)
                    text.truncate()
        yield text.getvalue()

    name = f"report_{report_id}_rejected_rows.csv"
    return Response(
        stream_with_context(lines()),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _paging(total: int, page: int, per_page: int) -> Answer:
    return {"total": total, "pages": -(-total // per_page), "current_page": page}
