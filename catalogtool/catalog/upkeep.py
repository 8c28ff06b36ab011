"""Looking after the catalogue's tables: partitions ahead of time, fresh statistics."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from catalogtool.core.db import engine

PARTITIONED = ("metadata_sync", "counter_change")
MONTHS_AHEAD = 3
LARGE_TABLES = ("video", "video_counter", "claim", "asset", "metadata_sync", "counter_change")


def ensure_partitions(session: Session) -> None:
    """Make this month's and the next months' partitions where they are missing."""
    for parent in PARTITIONED:
        session.execute(
            text("SELECT ensure_month_partitions(cast(:parent AS regclass), :months)"),
            {"parent": parent, "months": MONTHS_AHEAD},
        )


def fold_counts(session: Session) -> None:
    """Sum the ledgers of counts up if they have grown since the last time."""
    ledger = "SELECT count(*) FILTER (WHERE NOT folded) > count(*) / 2 FROM facet_count"
    if session.scalar(text(ledger)):
        session.execute(text("SELECT fold_counts()"))


def refresh_statistics() -> None:
    """VACUUM (ANALYZE) what a large import has changed; it cannot run in a transaction."""
    with engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in LARGE_TABLES:
            connection.execute(text(f"VACUUM (ANALYZE) {table}"))
