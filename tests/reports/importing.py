"""Imports files the way a worker does, and shows what became of the catalogue."""

from __future__ import annotations

import io
import os
import secrets
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text

from catalogtool.core.db import unit_of_work
from catalogtool.core.settings import Settings
from catalogtool.core.storage import Store, open_store
from catalogtool.reports.importer import run_import
from catalogtool.reports.models import Report
from catalogtool.reports.queries import list_errors
from catalogtool.sandbox.dirt import DirtSummary
from catalogtool.sandbox.reports import write_report
from tests.reports.reading import table

# What is stored of the catalogue, without keys and times that differ from run to run.
CATALOGUE = {
    "video": """SELECT to_jsonb(v) - '{id,created_at,updated_at}'::text[] || jsonb_build_object(
            'counters', (SELECT to_jsonb(c) - '{video_pk,last_synced}'::text[]
                         FROM video_counter c
                         WHERE c.video_pk = v.id)) FROM video v ORDER BY v.video_id""",
    "claim": """SELECT to_jsonb(c) - '{id,created_at,updated_at}'::text[] FROM claim c
        ORDER BY video_id, claim_id, asset_id, custom_id""",
    "asset": """SELECT to_jsonb(a) - '{id,created_at,updated_at}'::text[] FROM asset a
        ORDER BY asset_id""",
    "channel": """SELECT to_jsonb(c) - '{id,created_at,updated_at}'::text[] FROM channel c
        ORDER BY name""",
    "youtube_shorts": "SELECT to_jsonb(video_id) FROM youtube_shorts ORDER BY video_id",
}
# Whatever is written leaves its mark in one of these, also where it writes the same value again.
TOUCHED = (
    *("video", "video_counter", "claim", "asset", "channel", "metadata_sync", "counter_change"),
    *("youtube_shorts", "non_youtube_shorts", "pending_edit"),
)


class Imports:
    """A report store in a folder, and the database that the process is connected to."""

    def __init__(self, folder: Path, store: Store | None = None):
        self.folder = folder / "reports"
        self.store = store or open_store(str(self.folder), Settings(_env_file=None))

    def put(self, name: str, content: bytes, uploaded: datetime | None = None) -> str:
        """Lay a file into the store; its key."""
        file = self.store.put(self.store.prefix + name, io.BytesIO(content))
        if uploaded is not None:
            os.utime(self.folder / name, (uploaded.timestamp(), uploaded.timestamp()))
        return file.key

    def queue(self, key: str, **options: Any) -> int:
        """A report that waits for its worker; its id."""
        with unit_of_work() as session:
            report = Report(filename=key, **options)
            session.add(report)
            session.flush()
            return report.id

    def run(
        self,
        content: bytes | str,
        name: str | None = None,
        uploaded: datetime | None = None,
        **options: Any,
    ) -> Report:
        """Import a file with this content; the report as it stands afterwards."""
        data = content.encode() if isinstance(content, str) else content
        key = self.put(name or f"{secrets.token_hex(4)}.csv", data, uploaded)
        return self.import_key(key, **options)

    def rows(self, columns: str, *rows: Sequence[object], **options: Any) -> Report:
        """Import a report with these columns and rows."""
        return self.run(table([columns.split(","), *rows]), **options)

    def synthetic(self, rows: int, name: str, **choices: Any) -> tuple[Report, DirtSummary]:
        """Import a synthetic report."""
        stream = io.BytesIO()
        summary = write_report(stream, rows, **choices)
        return self.run(stream.getvalue(), name), summary

    def import_key(self, key: str, **options: Any) -> Report:
        """Import a file that is (or is not) in the store."""
        return self.go_on(self.queue(key, **options))

    def go_on(self, report_id: int) -> Report:
        """Run the import of a report that waits."""
        run_import(report_id, self.store)
        return report_of(report_id)


def report_of(report_id: int) -> Report:
    """The report as it stands."""
    with unit_of_work() as session:
        return session.get_one(Report, report_id)


def errors_of(report: Report) -> list[tuple[int, str | None, str, str | None]]:
    """A report's rejected rows: number, column, rule, value."""
    with unit_of_work() as session:
        found, total = list_errors(session, report.id, 1, 100_000)
        assert total == len(found) == report.errors
        return [(e.row_number, e.column_name, e.rule, e.value) for e in found]


def catalogue() -> dict[str, list[Any]]:
    """All that the catalogue says."""
    with unit_of_work() as session:
        return {name: list(session.scalars(text(query))) for name, query in CATALOGUE.items()}


def video(video_id: str) -> dict[str, Any]:
    """All that the catalogue says of one video."""
    (found,) = [v for v in catalogue()["video"] if v["video_id"] == video_id]
    return dict(found)


def fingerprint() -> dict[str, str]:
    """Changes with every write to the catalogue, also with one of an equal value."""
    with unit_of_work() as session:
        return {
            name: session.execute(
                text(
                    f"SELECT count(*), md5(string_agg(t::text || t.xmin || t.ctid::text, ''"
                    f" ORDER BY t::text, t.tableoid)) FROM {name} t"
                )
            )
            .one()
            .__repr__()
            for name in TOUCHED
        }


def changes_of(report: Report) -> dict[str, dict[str, list[Any]]]:
    """What the audit trail says that a report changed, by video; no video has two records."""
    with unit_of_work() as session:
        rows = session.execute(
            text("SELECT video_id, changes FROM metadata_sync WHERE report_id = :id"),
            {"id": report.id},
        ).all()
    assert len({row.video_id for row in rows}) == len(rows)
    return {row.video_id: row.changes for row in rows}


def leftovers() -> list[str]:
    """Staging tables that no running import can need any more."""
    with unit_of_work() as session:
        found = session.scalars(
            text("SELECT tablename FROM pg_tables WHERE schemaname = 'staging'")
        )
        return list(found)


def sql(statement: str, **parameters: Any) -> Any:
    """One statement in a transaction of its own; what it returns first, if anything."""
    with unit_of_work() as session:
        result = session.execute(text(statement), parameters)
        return result.scalar() if result.returns_rows else None  # type: ignore[attr-defined]
