"""What runs in the background for reports."""

from __future__ import annotations

from catalogtool.core.db import unit_of_work
from catalogtool.jobs.app import job
from catalogtool.jobs.schedule import periodic
from catalogtool.reports import service
from catalogtool.reports.importer import run_import
from catalogtool.reports.stores import report_store


@job(service.JOB, queue=service.QUEUE)
def import_report(report_id: int) -> None:
    """Bring one report into the catalogue."""
    run_import(report_id, report_store())


@periodic("revive_reports", "* * * * *")
def revive_reports() -> None:
    """Every minute: no report is forgotten."""
    with unit_of_work() as session:
        service.revive(session)
