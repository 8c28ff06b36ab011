"""Fetches the reports that YouTube makes by itself, and queues their import.

Noticed, downloaded, imported: each step leaves its trace before the next one begins, and finds what
an earlier run that was cut short has left. No transaction is open while YouTube is asked.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from isal import igzip

from catalogtool.core.db import unit_of_work
from catalogtool.core.errors import ConcurrencyError, NotFoundError, S3ProcessingError
from catalogtool.core.log import get_logger
from catalogtool.core.settings import Settings
from catalogtool.core.storage import Store
from catalogtool.core.times import iso
from catalogtool.jobs.running import Requeue, hold_job, stop_requested
from catalogtool.reports import fetched
from catalogtool.reports.service import process_reports
from catalogtool.youtube.client import YouTube
from catalogtool.youtube.errors import BadRequest, BrokenAnswer, Busy, NotFound, Refused
from catalogtool.youtube.facts import ReportingJob, ReportingReport

log = get_logger(__name__)

# The kinds that the importer reads, in their versions.
WANTED = re.compile(r"(content_owner_(?:video_metadata|active_claims|asset))_a(\d{1,3})")
# Reports may become visible out of the order in which they were made.
OVERLAP = timedelta(days=7)
# What may concern one report alone.
LOCAL_ERRORS = (BadRequest, BrokenAnswer, Busy, NotFound, Refused, S3ProcessingError, OSError)
IN_MEMORY = 8 * 1024 * 1024
COMPRESSION = 1


def is_on(settings: Settings) -> bool:
    """Whether reports are fetched: as set, or else where there are credentials of YouTube's."""
    chosen = settings.youtube_intake
    return bool(settings.client_id) if chosen is None else chosen


def take_in(youtube: YouTube, store: Store) -> int:
    """Fetch all reports that are new; how many imports were queued.

    What goes wrong with one report is logged and leaves it for the next run. Raises QuotaExhausted,
    NoToken and Unauthorized, after which no other report would fare better, and Requeue when the
    worker stops.
    """
    offer = _look(youtube)
    with unit_of_work() as session:
        passed = fetched.pass_over(session)
        rows = fetched.waiting(session)
    log.info("reports_noticed", waiting=len(rows), passed_over=passed)
    return sum(_one(youtube, store, row, offer) for row in rows)


def warn_of_ends(youtube: YouTube) -> None:
    """Log which of the wanted kinds YouTube will stop making, and when."""
    for kind in youtube.report_types():
        if WANTED.fullmatch(kind.report_type) and kind.deprecate_time:
            log.warning(
                "report_type_ends", report_type=kind.report_type, at=iso(kind.deprecate_time)
            )


@dataclass
class Offer:
    """What YouTube has: reports by their ids in the ledger, of the kinds that could be listed."""

    reports: dict[str, ReportingReport] = field(default_factory=dict)
    listed: set[str] = field(default_factory=set)


def _look(youtube: YouTube) -> Offer:
    """Ask for the reports of each kind and note what is new."""
    offer = Offer()
    for versions in _by_kind(youtube.reporting_jobs()):
        for job in versions:
            try:
                reports = _of_job(youtube, job)
            except LOCAL_ERRORS as error:
                log.warning("reports_not_listed", report_type=job.report_type, reason=str(error))
                break
            offer.listed.add(job.report_type)
            offer.reports.update({fetched.ledger_id(report): report for report in reports})
            if reports:
                break  # Older versions say the same with fewer columns.
    return offer


def _by_kind(jobs: Iterable[ReportingJob]) -> list[list[ReportingJob]]:
    """The jobs that make what can be imported: for each kind its versions, the newest first."""
    kinds: dict[str, list[tuple[int, ReportingJob]]] = {}
    for job in jobs:
        wanted = WANTED.fullmatch(job.report_type)
        if wanted and job.system_managed:
            kinds.setdefault(wanted[1], []).append((int(wanted[2]), job))
    return [[job for _, job in sorted(k, key=lambda v: -v[0])] for k in kinds.values()]


def _of_job(youtube: YouTube, job: ReportingJob) -> list[ReportingReport]:
    """The reports of a job that may be new or still wait, and some that are known."""
    with unit_of_work() as session:
        done = fetched.done_until(session, job.report_type)
    reports = youtube.reporting_reports(job.job_id, done - OVERLAP if done else None)
    with unit_of_work() as session:
        fetched.notice(session, job.report_type, reports)
    return reports


def _one(youtube: YouTube, store: Store, row: Any, offer: Offer) -> bool:
    """Fetch one report and queue its import; whether that was done, and not done before."""
    key = _key(store, row.report_type, row.start_time, row.create_time)
    try:
        if not _is_there(store, key):
            report = offer.reports.get(row.youtube_report_id)
            if report is None:
                return _gone(row) if row.report_type in offer.listed else False
            _fetch(youtube, store, report, key)
        return _queue(store, row, key)
    except NotFound:
        return _gone(row)
    except LOCAL_ERRORS as error:
        log.warning("report_not_fetched", report_type=row.report_type, key=key, reason=str(error))
        return False


def _key(store: Store, report_type: str, period: datetime, created: datetime) -> str:
    """The day that the report speaks of comes last: that is where the import looks for it."""
    name = f"{report_type}_made-{created:%Y%m%dT%H%M%S%fZ}_{period:%Y-%m-%d}.csv.gz"
    return f"{store.prefix}{name}"


def _is_there(store: Store, key: str) -> bool:
    """Whether an earlier run has stored the file; the store has files only whole."""
    try:
        store.stat(key)
    except NotFoundError:
        return False
    return True


def _fetch(youtube: YouTube, store: Store, report: ReportingReport, key: str) -> None:
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as file:
        # Its constructor has no types.
        packed: Any = igzip.IGzipFile(fileobj=file, mode="wb", compresslevel=COMPRESSION)  # type: ignore[no-untyped-call]
        with packed:
            size = youtube.download(report.download_url, Patient(packed))
        file.seek(0)
        try:
            store.put(key, file, overwrite=False)
        except ConcurrencyError:
            return  # Another worker was faster.
    log.info("report_fetched", key=key, bytes=size)


class Patient:
    """Writes a download on, unless the worker is asked to stop."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def write(self, data: bytes) -> int:
        if stop_requested():
            raise Requeue
        return int(self._file.write(data))


def _queue(store: Store, row: Any, key: str) -> bool:
    """The import and the note that there is one, together."""
    with unit_of_work() as session:
        hold_job(session)
        if not fetched.take(session, row.id):
            return False
        (report,) = process_reports(session, store, [key])
        fetched.note_taken(session, row.id, key, report.id)
    return True


def _gone(row: Any) -> bool:
    """YouTube keeps a report for some weeks only; the later ones say more."""
    log.warning("report_is_gone", report_type=row.report_type, period=iso(row.start_time))
    with unit_of_work() as session:
        if fetched.take(session, row.id):
            fetched.note_taken(session, row.id, None, None)
    return False
