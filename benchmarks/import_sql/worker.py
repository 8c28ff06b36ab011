"""Our side: `run_import` in a process of its own, as a worker runs it."""

from __future__ import annotations

import multiprocessing
import time
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

import psycopg
from sqlalchemy import text

from catalogtool.core import db
from catalogtool.core.log import configure_logging
from catalogtool.core.settings import Settings
from catalogtool.core.storage import open_store
from catalogtool.reports.importer import run_import
from import_sql.profiling import Profile

KILOBYTES_PER_MEGABYTE = 1024


@dataclass(frozen=True)
class Measured:
    """Wall and processor seconds of the process, megabytes that it grew by at its peak."""

    seconds: float
    processor: float
    grown: float
    breakdown: list[str] = field(default_factory=list)


def import_report(url: str, file: Path, *, profile: bool = False) -> Measured:
    """Import a file in a fresh process; neither its start nor its first connection is counted."""
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "INSERT INTO report (filename) VALUES (%s) RETURNING id",
            [f"{file.parent.name}/{file.name}"],
        ).fetchone()
    assert row is not None
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(theirs, url, file.parent, row[0], profile))
    process.start()
    theirs.close()
    try:
        measured = ours.recv()
    finally:
        process.join()
    assert isinstance(measured, Measured)
    with psycopg.connect(url) as connection:
        report = connection.execute(
            "SELECT status, error_message FROM report WHERE id = %s", [row[0]]
        ).fetchone()
    if report is None or report[0] != "completed":
        raise RuntimeError(f"the import did not complete: {report}")
    return measured


def _work(answer: Connection, url: str, folder: Path, report_id: int, profile: bool) -> None:
    configure_logging("WARNING", "console")
    engine = db.connect(url)
    store = open_store(str(folder), Settings.model_construct())
    with db.unit_of_work() as session:
        session.execute(text("SELECT 1"))
    watched = Profile(engine) if profile else None
    before, began, used = _peak_megabytes(), time.perf_counter(), time.process_time()
    if watched is None:
        run_import(report_id, store)
    else:
        watched.run(lambda: run_import(report_id, store))
    seconds, processor = time.perf_counter() - began, time.process_time() - used
    grown = _peak_megabytes() - before
    engine.dispose()
    answer.send(Measured(seconds, processor, grown, watched.lines(seconds) if watched else []))


def _peak_megabytes() -> float:
    """The largest resident size so far (Linux tells it of this program alone)."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / KILOBYTES_PER_MEGABYTE
    raise RuntimeError("no VmHWM in /proc/self/status")
