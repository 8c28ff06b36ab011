"""The queue of work that is owed to YouTube, one row a task."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    SmallInteger,
    String,
    Table,
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
        # What may run now, in the order in which it is taken; what has to wait; what is in hand;
        # what has ended. Each is small where the others are large.
        Index(
            "ix_processing_queue_ready",
            "task_type",
            text("priority DESC"),
            "id",
            postgresql_where=text("status = 'pending' AND run_at IS NULL"),
        ),
        Index(
            "ix_processing_queue_delayed",
            "run_at",
            postgresql_where=text("status = 'pending' AND run_at IS NOT NULL"),
        ),
        Index(
            "ix_processing_queue_lease_id",
            "lease_id",
            postgresql_where=text("lease_id IS NOT NULL"),
        ),
        Index(
            "ix_processing_queue_completed_at",
            "completed_at",
            "id",
            postgresql_where=text("completed_at IS NOT NULL"),
        ),
        # The same by what became of them: few failed among millions that did not.
        Index(
            "ix_processing_queue_ended",
            "status",
            "task_type",
            "id",
            postgresql_where=text("completed_at IS NOT NULL"),
        ),
        Index("ix_processing_queue_video_id", "video_id"),
        Index("ix_processing_queue_created_by", "created_by"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    video_id: Mapped[str] = mapped_column(
        String(20), ForeignKey(Video.video_id, ondelete="CASCADE", onupdate="CASCADE")
    )
    task_type: Mapped[str] = mapped_column(String(50))
    status: Mapped[str] = mapped_column(String(20), server_default="pending", default="pending")
    priority: Mapped[int] = mapped_column(server_default="0", default=0)
    # Not before this time; empty means as soon as possible.
    run_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    # Who works on it; no foreign key, since it would cost a look-up for every task.
    lease_id: Mapped[int | None] = mapped_column(BigInteger)
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


class SyncLease(Base):
    """The right to end a batch of tasks; a worker whose lease is gone may write nothing."""

    __tablename__ = "sync_lease"
    __table_args__ = (Index("ix_sync_lease_expires_at", "expires_at"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    task_type: Mapped[str] = mapped_column(String(50))
    worker: Mapped[str] = mapped_column(String(100))
    taken_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class SyncControl(Base):
    """Whether people have paused the work; one row, or none."""

    __tablename__ = "sync_control"
    __table_args__ = (
        CheckConstraint("id = 1", name="one_row"),
        Index("ix_sync_control_paused_by", "paused_by"),
    )

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False, default=1)
    paused: Mapped[bool] = mapped_column(server_default="false", default=False)
    paused_by: Mapped[int | None] = mapped_column(ForeignKey(User.id, ondelete="SET NULL"))
    paused_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class SyncWait(Base):
    """Why a type of task rests and until when, as the last worker that found out says it.

    `until` is empty, or passed, when the work goes on; `error` and `at` stay.
    """

    __tablename__ = "sync_wait"
    __table_args__ = (CheckConstraint(f"task_type IN {TASK_TYPES}", name="task_type"),)

    task_type: Mapped[str] = mapped_column(String(50), primary_key=True)
    reason: Mapped[str] = mapped_column(String(20))
    until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    error: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


# A ledger: triggers on the queue add to it, `fold_queue_counts()` sums it up. Without a key, so
# that nobody waits for anybody; no class, because nobody writes to it from here.
QUEUE_COUNT = Table(
    "queue_count",
    Base.metadata,
    Column("task_type", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("tasks", BigInteger, nullable=False),
)
