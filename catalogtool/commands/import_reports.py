"""`catalogtool import`: reports from the command line, by the same door as from the browser."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from catalogtool.commands.environment import connected, load_settings
from catalogtool.core.settings import Settings

POLL_SECONDS = 0.25
PLAIN_LINE_SECONDS = 5.0
ENDED = {"completed", "error", "cancelled"}


@click.command("import")
@click.argument("sources", metavar="PATH_OR_KEY...", nargs=-1, required=True)
@click.option("--dry-run", is_flag=True, help="Only count what would change.")
@click.option("--exclude-shorts", is_flag=True, help="Leave known Shorts out.")
@click.option("--json", "as_json", is_flag=True, help="The results as JSON on standard output.")
def import_reports(
    sources: tuple[str, ...], dry_run: bool, exclude_shorts: bool, as_json: bool
) -> None:
    """Import reports: files of this machine (they are put into the report store) or keys of it."""
    from catalogtool.core.db import unit_of_work
    from catalogtool.reports.service import process_reports
    from catalogtool.reports.stores import report_store

    settings = load_settings()
    with connected(settings):
        store = report_store(settings.report_store)
        keys = [_key_of(source, settings) for source in sources]
        with unit_of_work() as session:
            reports = process_reports(
                session, store, keys, exclude_shorts=exclude_shorts, dry_run=dry_run
            )
            waiting = [report.id for report in reports]
        with _somebody_works(settings):
            results = [_follow(report_id, quiet=as_json) for report_id in waiting]
    if as_json:
        click.echo(json.dumps(results, default=str, indent=2))
    failed = [result for result in results if result["status"] != "completed"]
    if failed:
        raise click.ClickException(
            "; ".join(f"{r['filename']}: {r['error_message'] or r['status']}" for r in failed)
        )


def _key_of(source: str, settings: Settings) -> str:
    """The key of a file in the store; a local file is put there first."""
    from catalogtool.reports.files import store_upload
    from catalogtool.reports.stores import report_store

    path = Path(source)
    if not path.is_file():
        return source
    with path.open("rb") as stream:
        store = report_store(settings.report_store)
        return store_upload(store, path.name, stream, settings.max_upload_bytes).key


@contextmanager
def _somebody_works(settings: Settings) -> Iterator[None]:
    """Leave the work to a running worker; where there is none, be one meanwhile."""
    import catalogtool.worker  # noqa: F401 (declares every job)
    from catalogtool.core.db import unit_of_work
    from catalogtool.jobs.status import processor_status
    from catalogtool.jobs.worker import QueueProcessor

    with unit_of_work() as session:
        running = processor_status(session)["running"]
    if running:
        yield
        return
    processor = QueueProcessor(settings)
    processor.start()
    try:
        yield
    finally:
        processor.stop()


def _follow(report_id: int, *, quiet: bool) -> dict[str, Any]:
    """Wait for the end of an import: a bar on a terminal, a line now and then elsewhere."""
    report = _describe(report_id)
    if quiet:
        while report["status"] not in ENDED:
            time.sleep(POLL_SECONDS)
            report = _describe(report_id)
        return report
    report = _with_bar(report) if sys.stderr.isatty() else _with_lines(report)
    click.echo(_result_line(report))
    return report


def _with_bar(report: dict[str, Any]) -> dict[str, Any]:
    with click.progressbar(length=100, label=report["filename"], file=sys.stderr) as bar:
        shown = 0
        while True:
            percentage = int(report["progress"]["percentage"])
            bar.update(percentage - shown)
            shown = percentage
            if report["status"] in ENDED:
                return report
            time.sleep(POLL_SECONDS)
            report = _describe(report["id"])


def _with_lines(report: dict[str, Any]) -> dict[str, Any]:
    last = 0.0
    while report["status"] not in ENDED:
        if time.monotonic() - last > PLAIN_LINE_SECONDS:
            last = time.monotonic()
            progress = report["progress"]
            click.echo(f"{report['filename']}: {progress['percentage']:.0f} %", err=True)
        time.sleep(POLL_SECONDS)
        report = _describe(report["id"])
    return report


def _result_line(report: dict[str, Any]) -> str:
    summary = report["summary"]
    return (
        f"{report['filename']}: {report['status']}"
        f"{' (dry run)' if report['dry_run'] else ''}, {summary['total_rows']:,} rows,"
        f" {summary['videos_created']:,} videos created, {summary['videos_updated']:,} updated,"
        f" {summary['videos_unchanged']:,} unchanged, {summary['videos_skipped']:,} skipped,"
        f" {summary['errors']:,} rows rejected,"
        f" {summary['processing_time_seconds']:.1f} s"
    )


def _describe(report_id: int) -> dict[str, Any]:
    from catalogtool.core.db import unit_of_work
    from catalogtool.reports.queries import describe, get_report

    with unit_of_work() as session:
        return describe(get_report(session, report_id))
