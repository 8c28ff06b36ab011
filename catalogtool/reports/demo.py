"""A first look: an empty catalogue gets a sample report, through the same door as any other."""

from __future__ import annotations

import tempfile

from sqlalchemy import select

from catalogtool.catalog.models import Video
from catalogtool.core.db import unit_of_work
from catalogtool.core.errors import NotFoundError
from catalogtool.core.settings import Settings
from catalogtool.core.storage import open_store
from catalogtool.reports.models import Report
from catalogtool.reports.service import process_reports
from catalogtool.sandbox.reports import write_report

ROWS = 5_000
SEED = 2026
NAMES = {"video": "video_report_Demo_V_v1-3.csv.gz", "claims": "claim_report_Demo_C.csv.gz"}


def ensure_demo(settings: Settings) -> bool:
    """Put the sample reports into the store and queue them; whether that was done.

    Only where nothing has ever been imported and `DEMO` is not 0.
    """
    if not settings.demo:
        return False
    with unit_of_work() as session:
        if session.scalar(select(Report.id).limit(1)) or session.scalar(select(Video.id).limit(1)):
            return False
    store = open_store(settings.report_store, settings)
    keys = []
    for kind, name in NAMES.items():
        key = f"{store.prefix}{name}"
        keys.append(key)
        try:
            store.stat(key)
        except NotFoundError:
            with tempfile.TemporaryFile() as file:
                write_report(file, ROWS, seed=SEED, kind=kind, gzip=True)  # type: ignore[arg-type]
                file.seek(0)
                store.put(key, file)
    with unit_of_work() as session:
        process_reports(session, store, keys)
    return True
