"""What runs in the background for reports."""

from __future__ import annotations

from contextlib import closing

from catalogtool.core.db import unit_of_work
from catalogtool.core.log import get_logger
from catalogtool.jobs.app import job
from catalogtool.jobs.schedule import periodic
from catalogtool.reports import intake, service
from catalogtool.reports.importer import run_import
from catalogtool.reports.stores import report_store, settings_of_process
from catalogtool.youtube.client import YouTube
from catalogtool.youtube.errors import NoToken, QuotaExhausted, Unauthorized

log = get_logger(__name__)


@job(service.JOB, queue=service.QUEUE)
def import_report(report_id: int) -> None:
    """Bring one report into the catalogue."""
    run_import(report_id, report_store())


@periodic("revive_reports", "* * * * *")
def revive_reports() -> None:
    """Every minute: no report is forgotten."""
    with unit_of_work() as session:
        service.revive(session)


@periodic("fetch_reports", "23 * * * *")
def fetch_reports() -> None:
    """Every hour: what YouTube has reported is in the report store, and its import queued."""
    settings = settings_of_process()
    if not intake.is_on(settings):
        return
    try:
        with closing(YouTube.of(settings)) as youtube:
            queued = intake.take_in(youtube, report_store())
            log.info("reports_fetched", queued=queued)
    except (NoToken, QuotaExhausted, Unauthorized) as error:
        log.warning("reports_not_fetched", reason=error.message)


@periodic("watch_report_types", "41 4 * * *")
def watch_report_types() -> None:
    """Every day: say in time which reports YouTube will stop making."""
    settings = settings_of_process()
    if not intake.is_on(settings):
        return
    try:
        with closing(YouTube.of(settings)) as youtube:
            intake.warn_of_ends(youtube)
    except (NoToken, QuotaExhausted, Unauthorized) as error:
        log.warning("report_types_not_known", reason=error.message)
