"""The queue of work that is owed to YouTube, one row a task."""

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
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from catalogtool.auth.models import User
from catalogtool.catalog.models import Video
from catalogtool.core.db import Base

TASK_TYPES = ("metadata_sync", "ownership_update", "asset_enrichment", "metadata_push")
STATUSES = ("pending", "processing", "completed", "failed")


class ProcessingQueue(Base):
    """A task for one video; at most one of a type waits for the same video."""

    __tablename__ = "processing_queue"
    __table_args__ = (
        CheckConstraint(f"task_type IN {TASK_TYPES}", name="task_type"),
        CheckConstraint(f"status IN {STATUSES}", name="status"),
        CheckConstraint("retry_count >= 0", name="retry_count"),
        CheckConstraint("priority >= 0", name="priority"),
        Index(
            "uq_processing_queue_waiting",
            "video_id",
            "task_type",
            unique=True,
            postgresql_where=text("status = 'pending'"),
        ),
        Index("ix_processing_queue_video_id", "video_id"),
        Index("ix_processing_queue_status", "status"),
        Index("ix_processing_queue_created_at", "created_at"),
        Index("ix_processing_queue_priority", text("priority DESC")),
        Index("ix_processing_queue_created_by", "created_by"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    video_id: Mapped[str] = mapped_column(
        String(20), ForeignKey(Video.video_id, ondelete="CASCADE", onupdate="CASCADE")
    )
    task_type: Mapped[str] = mapped_column(String(50))
    status: Mapped[str] = mapped_column(String(20), server_default="pending", default="pending")
    priority: Mapped[int] = mapped_column(server_default="0", default=0)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    started_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    completed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    payload: Mapped[dict[str, Any]] = mapped_column(
        JSONB, server_default=text("'{}'::jsonb"), default=dict
    )
    result: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    error_message: Mapped[str | None] = mapped_column(Text)
    retry_count: Mapped[int] = mapped_column(server_default="0", default=0)
    created_by: Mapped[int | None] = mapped_column(ForeignKey(User.id, ondelete="SET NULL"))
