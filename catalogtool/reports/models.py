"""A report file's way into the catalogue, and the rows of it that could not go in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    String,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import INT8MULTIRANGE, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from catalogtool.auth.models import User
from catalogtool.core.db import Base

STATUSES = ("pending", "processing", "completed", "error", "cancelled")
PHASES = ("queued", "staging", "comparing", "merging", "done")


class Report(Base):
    """One import of one file: what it is, how far it came, what it did."""

    __tablename__ = "report"
    __table_args__ = (
        CheckConstraint(f"status IN {STATUSES}", name="status"),
        CheckConstraint(f"phase IN {PHASES}", name="phase"),
        Index("ix_report_status", "status"),
        Index("ix_report_created_at", "created_at"),
        Index("ix_report_filename", "filename"),
        Index("ix_report_created_by", "created_by"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    filename: Mapped[str] = mapped_column(String(1024))
    status: Mapped[str] = mapped_column(String(20), server_default="pending", default="pending")
    processed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    error_message: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    created_by: Mapped[int | None] = mapped_column(ForeignKey(User.id, ondelete="SET NULL"))
    exclude_shorts: Mapped[bool] = mapped_column(server_default="false", default=False)
    dry_run: Mapped[bool] = mapped_column(server_default="false", default=False)

    # What the file is. `as_of` is the day that it speaks of: from its name, else its upload time.
    kind: Mapped[str | None] = mapped_column(String(20))
    as_of: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    file_time: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    file_size: Mapped[int | None] = mapped_column(BigInteger)
    file_version: Mapped[str | None] = mapped_column(String(200))
    unknown_columns: Mapped[list[Any]] = mapped_column(
        JSONB, server_default=text("'[]'::jsonb"), default=list
    )

    # How far it came. `attempt` is the fence: a worker that lost its turn can save nothing.
    attempt: Mapped[int] = mapped_column(server_default="0", default=0)
    cancel_requested: Mapped[bool] = mapped_column(server_default="false", default=False)
    phase: Mapped[str] = mapped_column(String(20), server_default="queued", default="queued")
    cursor: Mapped[int] = mapped_column(BigInteger, server_default="0", default=0)
    percentage: Mapped[float] = mapped_column(server_default="0", default=0.0)
    started_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    seconds: Mapped[float] = mapped_column(server_default="0", default=0.0)

    # What it did.
    total_rows: Mapped[int] = mapped_column(BigInteger, server_default="0", default=0)
    processed_rows: Mapped[int] = mapped_column(BigInteger, server_default="0", default=0)
    # Distinct videos (assets, for an asset report) that the file speaks of.
    entries: Mapped[int] = mapped_column(BigInteger, server_default="0", default=0)
    videos_created: Mapped[int] = mapped_column(BigInteger, server_default="0", default=0)
    videos_updated: Mapped[int] = mapped_column(BigInteger, server_default="0", default=0)
    videos_unchanged: Mapped[int] = mapped_column(BigInteger, server_default="0", default=0)
    videos_skipped: Mapped[int] = mapped_column(BigInteger, server_default="0", default=0)
    errors: Mapped[int] = mapped_column(BigInteger, server_default="0", default=0)
    values_cut: Mapped[int] = mapped_column(BigInteger, server_default="0", default=0)
    values_dropped: Mapped[int] = mapped_column(BigInteger, server_default="0", default=0)
    youtube_api_calls: Mapped[int] = mapped_column(server_default="0", default=0)


class ReportError(Base):
    """A row of a report that was rejected: its number in the file, the rule and the value."""

    __tablename__ = "report_error"

    report_id: Mapped[int] = mapped_column(
        ForeignKey("report.id", ondelete="CASCADE"), primary_key=True
    )
    row_number: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    column_name: Mapped[str | None] = mapped_column(String(100))
    rule: Mapped[str] = mapped_column(String(300))
    value: Mapped[str | None] = mapped_column(String(200))


class ReportCoverage(Base):
    """The videos (assets, for an asset report) that this report was the latest to speak of.

    Row ids as a multirange: a snapshot of a million videos is a handful of ranges. It lets an
    older report know what a newer one brought, without a date to rewrite on a million rows.
    """

    __tablename__ = "report_coverage"
    __table_args__ = (Index("ix_report_coverage_report_id", "report_id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id", ondelete="CASCADE"))
    ids: Mapped[Any] = mapped_column(INT8MULTIRANGE)


class FetchedReport(Base):
    """A report of YouTube's Reporting API that was noticed: it is fetched and imported once."""

    __tablename__ = "fetched_report"
    __table_args__ = (
        UniqueConstraint("youtube_report_id"),
        Index("ix_fetched_report_period", "report_type", "start_time"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    youtube_report_id: Mapped[str] = mapped_column(String(200))
    report_type: Mapped[str] = mapped_column(String(200))
    start_time: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    end_time: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    # When YouTube made it: of two for one period the later replaces the earlier.
    create_time: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    key: Mapped[str | None] = mapped_column(Text)
    # The import; empty with `key` empty too: replaced by a later one before it was fetched.
    report_id: Mapped[int | None] = mapped_column(BigInteger)
    noticed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    fetched_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
