"""The import of one report, step by step: stage → compare → merge in chunks → finish.

Every step is a transaction that also saves how far the report is. Whoever takes the report up
after a crash goes on behind the last step that was committed; staging tables that the crash has
emptied are filled again from the file.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from catalogtool.catalog.merge.assets import merge_assets
from catalogtool.catalog.merge.chunk import count_new, merge_chunk
from catalogtool.catalog.merge.chunk import take_turn as wait_for_merge
from catalogtool.catalog.merge.compare import NEW, SKIPPED, compare
from catalogtool.catalog.merge.coverage import Edition, forget
from catalogtool.catalog.merge.fields import Kind
from catalogtool.catalog.merge.finish import cover_known, finish
from catalogtool.catalog.merge.staging import Staging, drop, is_whole
from catalogtool.core.db import unit_of_work
from catalogtool.core.events import publish
from catalogtool.core.log import bound, get_logger
from catalogtool.core.storage import Store
from catalogtool.jobs.enqueue import defer
from catalogtool.reports.chunk_size import ChunkSize
from catalogtool.reports.ending import give_up
from catalogtool.reports.models import Report
from catalogtool.reports.stage import stage
from catalogtool.reports.turn import LostTurn, Turn, save, take_turn
from catalogtool.reports.watch import Watcher

COMPARED = 50.0

log = get_logger(__name__)


def run_import(report_id: int, store: Store) -> None:
    """Bring a report in, from wherever an earlier turn left it.

    Ends with the report `completed`, `error` or `cancelled`. Raises Requeue when the worker is
    about to stop, and whatever speaks of an absent database, for the job to be run again.
    """
    with unit_of_work() as session:
        turn = take_turn(session, report_id)
    if turn is None:
        return
    with bound(report_id=report_id, attempt=turn.attempt):
        log.info("import_started", file=turn.filename, phase=turn.phase)
        with Watcher(turn) as watcher:
            try:
                _Import(turn, store, watcher).run()
                log.info("import_completed")
            except LostTurn:
                log.warning("import_lost_its_turn")
            except Exception as error:
                give_up(turn, watcher, error)


class _Import:
    """One turn at one report."""

    def __init__(self, turn: Turn, store: Store, watcher: Watcher):
        self.turn = turn
        self.store = store
        self.watcher = watcher

    def run(self) -> None:
        """Take the steps that are still to be taken."""
        staging, edition = self._known()
        if staging is None or edition is None or not self._is_staged(staging):
            with unit_of_work() as session:
                # What is staged again is compared again, with the catalogue as it is then.
                save(session, self.turn, phase="staging", cursor=0)
                forget(session, self.turn.report_id)
            with unit_of_work() as session, self.watcher.over(session):
                staging, edition = stage(session, self.turn, self.store, self.watcher)
        if not self._is_compared(staging):
            self._compare(staging, edition)
        if self.turn.dry_run:
            return
        self._merge(staging, edition)
        self._finish(staging, edition)

    def _known(self) -> tuple[Staging | None, Edition | None]:
        """What an earlier turn found out about the file."""
        with unit_of_work() as session:
            report = session.get_one(Report, self.turn.report_id)
            if report.kind is None or report.as_of is None or report.file_time is None:
                return None, None
            kind = Kind(report.kind)
            return Staging(report.id, kind), Edition(
                report.id, kind, report.as_of, report.file_time
            )

    def _is_staged(self, staging: Staging) -> bool:
        with unit_of_work() as session:
            report = session.get_one(Report, self.turn.report_id)
            expected = report.total_rows > report.errors
            return report.phase in {"comparing", "merging"} and is_whole(
                session, staging.rows, expected
            )

    def _is_compared(self, staging: Staging) -> bool:
        table = staging.assets if staging.kind is Kind.ASSET else staging.pick
        with unit_of_work() as session:
            report = session.get_one(Report, self.turn.report_id)
            return report.phase == "merging" and is_whole(
                session, table, staging.kind is not Kind.ASSET and report.entries > 0
            )

    def _compare(self, staging: Staging, edition: Edition) -> None:
        with unit_of_work() as session, self.watcher.over(session):
            session.execute(text("SET LOCAL work_mem = '256MB'"))
            session.execute(text("SET LOCAL jit = off"))
            wait_for_merge(session)
            compare(session, staging, edition, self.turn.exclude_shorts)
            counts = _counts(session, staging)
            if self.turn.dry_run:
                _tell_what_would_be(session, self.turn, staging, counts)
                return
            cover_known(session, staging, edition)
            save(
                session,
                self.turn,
                phase="merging",
                cursor=0,
                entries=sum(counts.values()),
                videos_skipped=counts.get(SKIPPED, 0),
                percentage=COMPARED,
            )

    def _merge(self, staging: Staging, edition: Edition) -> None:
        """Assets first, so that new videos find their codes; then the videos."""
        with unit_of_work() as session:
            report = session.get_one(Report, self.turn.report_id)
            position = report.cursor
            assets, videos = _lengths(session, staging)
            unchanged = report.entries - videos
        size = ChunkSize()
        while position < assets + videos:
            self.watcher.check()
            started = time.monotonic()
            in_assets = position < assets
            last = min(position + size.rows, assets if in_assets else assets + videos)
            with unit_of_work() as session, self.watcher.over(session):
                session.execute(text("SET LOCAL synchronous_commit = off"))
                if in_assets:
                    created = 0
                    changed = merge_assets(session, staging, edition, position + 1, last)
                else:
                    span = (position + 1 - assets, last - assets)
                    changed = merge_chunk(session, staging, edition, *span)
                    created = count_new(session, staging, *span)
                self._save_chunk(session, last, created, len(changed), assets, videos, unchanged)
            position = last
            size.adapt(time.monotonic() - started)

    def _save_chunk(
        self,
        session: Session,
        last: int,
        created: int,
        updated: int,
        assets: int,
        videos: int,
        unchanged: int,
    ) -> None:
        report = session.get_one(Report, self.turn.report_id)
        entries = max(report.entries, 1)
        done = unchanged + max(last - assets, 0) if videos else 0
        usable = report.total_rows - report.errors
        save(
            session,
            self.turn,
            cursor=last,
            videos_created=report.videos_created + created,
            videos_updated=report.videos_updated + updated,
            processed_rows=report.errors + usable * done // entries,
            percentage=COMPARED + (100.0 - COMPARED) * last / (assets + videos + 1),
        )

    def _finish(self, staging: Staging, edition: Edition) -> None:
        with unit_of_work() as session, self.watcher.over(session):
            report = session.get_one(Report, self.turn.report_id)
            updated = report.videos_updated
            if staging.kind.tells_assets:
                updated = _count_updated(session, report)
            finish(session, staging, edition)
            known = report.entries - report.videos_skipped - report.videos_created
            save(
                session,
                self.turn,
                status="completed",
                phase="done",
                processed_at=datetime.now(UTC),
                videos_updated=updated,
                videos_unchanged=max(known - updated, 0) if staging.kind is not Kind.ASSET else 0,
                processed_rows=report.total_rows,
                percentage=100.0,
            )
            if report.videos_created or updated:
                publish(session, "video_update", {"video_ids": [], "source": "report"})
            defer(session, "enrich_after_import", queue="default")
            if report.videos_created + updated > 10_000:
                defer(session, "refresh_statistics", queue="default")


def _counts(session: Session, staging: Staging) -> dict[int, int]:
    """How many videos of the file need what; of an asset report, how many assets there are."""
    if staging.kind is Kind.ASSET:
        distinct = f"SELECT 0, count(DISTINCT asset_id) FROM {staging.rows}"
        return _pairs(session, distinct)
    by_need = f"SELECT what, count(*) FROM {staging.pick} GROUP BY what"
    return _pairs(session, by_need)


def _pairs(session: Session, query: str) -> dict[int, int]:
    return {row[0]: row[1] for row in session.execute(text(query))}


def _tell_what_would_be(
    session: Session, turn: Turn, staging: Staging, counts: dict[int, int]
) -> None:
    """A dry run ends here: with the numbers, and nothing written."""
    drop(session, staging)
    created, skipped = counts.get(NEW, 0), counts.get(SKIPPED, 0)
    unchanged = counts.get(0, 0)
    report = session.get_one(Report, turn.report_id)
    entries = sum(counts.values())
    save(
        session,
        turn,
        status="completed",
        phase="done",
        processed_at=datetime.now(UTC),
        entries=entries,
        videos_created=created,
        videos_skipped=skipped,
        videos_unchanged=unchanged,
        videos_updated=entries - created - skipped - unchanged,
        processed_rows=report.total_rows,
        percentage=100.0,
    )


def _lengths(session: Session, staging: Staging) -> tuple[int, int]:
    """How many assets and how many videos are to be merged."""

    def length(table: str) -> int:
        return session.scalar(text(f"SELECT coalesce(max(n), 0) FROM {table}")) or 0

    return (
        length(staging.assets) if staging.kind.tells_assets else 0,
        0 if staging.kind is Kind.ASSET else length(staging.todo),
    )


def _count_updated(session: Session, report: Report) -> int:
    """How many videos this report changed; some in two steps, by their asset and by themselves."""
    return (
        session.scalar(
            text(
                """SELECT count(*) FROM (
                    SELECT video_id FROM metadata_sync
                    WHERE report_id = :id AND sync_time >= :since
                    UNION
                    SELECT v.video_id FROM counter_change c JOIN video v ON v.id = c.video_pk
                    WHERE c.report_id = :id AND c.recorded_at >= :since) AS changed"""
            ),
            {"id": report.id, "since": report.started_at},
        )
        or 0
    )
