"""What runs in the background for reports."""

from __future__ import annotations

from catalogtool.jobs.app import job
from catalogtool.reports.importer import run_import
from catalogtool.reports.service import JOB, QUEUE
from catalogtool.reports.stores import report_store


@job(JOB, queue=QUEUE)
def import_report(report_id: int) -> None:
    """Bring one report into the catalogue."""
    run_import(report_id, report_store())
