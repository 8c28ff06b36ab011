"""Edits of many videos: what was asked for, how far it came, and the videos that it is about."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from catalogtool.auth.models import User
from catalogtool.core.db import Base

KINDS = ("edit", "rollback")
STATUSES = ("pending", "processing", "completed", "cancelled", "error")
OPEN = ("pending", "processing")


class EditBatch(Base):
    """One edit or rollback of many videos; `id` is the `batch_id` of its records."""

    __tablename__ = "edit_batch"
    __table_args__ = (
        CheckConstraint(f"kind IN {KINDS}", name="kind"),
        CheckConstraint(f"status IN {STATUSES}", name="status"),
        Index("ix_edit_batch_created_at", "created_at"),
        Index("ix_edit_batch_undoes_batch_id", "undoes_batch_id"),
        Index("ix_edit_batch_user_id", "user_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text, server_default="pending", default="pending")
    user_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey(User.id, ondelete="SET NULL")
    )
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    error_message: Mapped[str | None] = mapped_column(Text)

    # What an edit does, to which videos. `snapshot`: what its preview saw, if there was one.
    changes: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    filter: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    snapshot: Mapped[str | None] = mapped_column(Text)
    # What a rollback takes back: the records of a batch or of a report, or a single one, all of
    # them written in this span of time.
    undoes_batch_id: Mapped[UUID | None]
    undoes_report_id: Mapped[int | None] = mapped_column(BigInteger)
    undoes_record_id: Mapped[int | None] = mapped_column(BigInteger)
    since: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    # The fields that its own records can speak of.
    fields: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))

    # How far it came. `attempt` is the fence: a worker that lost its turn can save nothing.
    attempt: Mapped[int] = mapped_column(BigInteger, server_default="0", default=0)
    cancel_requested: Mapped[bool] = mapped_column(server_default="false", default=False)
    cursor: Mapped[int] = mapped_column(BigInteger, server_default="0", default=0)
    matched: Mapped[int] = mapped_column(BigInteger, server_default="0", default=0)
    processed: Mapped[int] = mapped_column(BigInteger, server_default="0", default=0)
    updated: Mapped[int] = mapped_column(BigInteger, server_default="0", default=0)
    unchanged: Mapped[int] = mapped_column(BigInteger, server_default="0", default=0)
    skipped_count: Mapped[int] = mapped_column(BigInteger, server_default="0", default=0)
    # The first hundred that were skipped, and why.
    skipped: Mapped[list[dict[str, Any]]] = mapped_column(
        JSONB, server_default=text("'[]'::jsonb"), default=list
    )


class EditChunk(Base):
    """The videos that one transaction of a batch is about, chosen when the batch was accepted."""

    __tablename__ = "edit_chunk"

    batch_id: Mapped[UUID] = mapped_column(
        ForeignKey(EditBatch.id, ondelete="CASCADE"), primary_key=True
    )
    n: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    video_pks: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
