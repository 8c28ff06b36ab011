"""What changed, and what a user changed that YouTube does not know yet."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Sequence,
    String,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from catalogtool.auth.models import User
from catalogtool.catalog.models import Video
from catalogtool.channels.models import NAME_LENGTH
from catalogtool.core.db import Base

SOURCES = ("report", "user", "youtube", "rollback")

Sequence("metadata_sync_ids", metadata=Base.metadata)

# The names of the fields that a record speaks of, spelled as PostgreSQL prints it back.
CHANGED_FIELDS = """jsonb_path_query_array(changes, '$.keyvalue()."key"'::jsonpath)"""


class MetadataSync(Base):
    """One change of one video: `{field: [old, new]}`; partitioned by month of `sync_time`."""

    __tablename__ = "metadata_sync"
    __table_args__ = (
        CheckConstraint(f"source IN {SOURCES}", name="source"),
        Index("ix_metadata_sync_video_id", "video_id", text("sync_time DESC")),
        Index("ix_metadata_sync_report_id", "report_id", postgresql_using="brin"),
        Index("ix_metadata_sync_sync_time", "sync_time", "id"),
        # Only what people do has a person or a batch: a report's changes cost these nothing.
        *(
            Index(
                f"ix_metadata_sync_{name}",
                name,
                "sync_time",
                "id",
                postgresql_where=text(f"{name} IS NOT NULL"),
            )
            for name in ("batch_id", "user_id")
        ),
        Index(
            "ix_metadata_sync_source",
            "source",
            "sync_time",
            "id",
            postgresql_where=text("source <> 'report'"),
        ),
        Index("ix_metadata_sync_changed_fields", text(CHANGED_FIELDS), postgresql_using="gin"),
        {"postgresql_partition_by": "RANGE (sync_time)"},
    )

    id: Mapped[int] = mapped_column(
        BigInteger,
        server_default=text("nextval('metadata_sync_ids')"),
        primary_key=True,
    )
    sync_time: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), primary_key=True
    )
    video_id: Mapped[str] = mapped_column(
        String(20), ForeignKey(Video.video_id, ondelete="CASCADE", onupdate="CASCADE")
    )
    channel_display_name: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    video_title: Mapped[str | None] = mapped_column(String(500))
    changes: Mapped[dict[str, Any]] = mapped_column(JSONB)
    source: Mapped[str] = mapped_column(String(20))
    user_id: Mapped[int | None] = mapped_column(ForeignKey(User.id, ondelete="SET NULL"))
    # No foreign key to report: the trail of a report outlives its archived row.
    report_id: Mapped[int | None] = mapped_column(BigInteger)
    batch_id: Mapped[UUID | None]


class PendingEdit(Base):
    """A user's value that a report or a sync has not confirmed yet; imports leave it alone."""

    __tablename__ = "pending_edit"
    __table_args__ = (
        UniqueConstraint("video_id", "field"),
        Index("ix_pending_edit_user_id", "user_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    video_id: Mapped[str] = mapped_column(
        String(20), ForeignKey(Video.video_id, ondelete="CASCADE", onupdate="CASCADE")
    )
    field: Mapped[str] = mapped_column(String(50))
    value: Mapped[Any] = mapped_column(JSONB, nullable=True)
    # What the field was before its first unconfirmed edit; back at that, nothing is pending.
    base: Mapped[Any] = mapped_column(JSONB, nullable=True)
    # What YouTube holds instead of `base`, seen at this time: a conflict for a person to settle.
    theirs: Mapped[Any] = mapped_column(JSONB, nullable=True)
    theirs_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    user_id: Mapped[int | None] = mapped_column(ForeignKey(User.id, ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
