"""A channel: known by its display name, by its YouTube id where a report tells it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    DateTime,
    Identity,
    Index,
    String,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from catalogtool.core.db import Base

NAME_LENGTH = 200


class Channel(Base):
    """One channel; videos refer to `name`, so that a rename follows by cascade."""

    __tablename__ = "channel"
    __table_args__ = (
        Index(
            "ix_channel_name_trigram",
            "name",
            postgresql_using="gin",
            postgresql_ops={"name": "gin_trgm_ops"},
        ),
        Index("ix_channel_hidden", "name", postgresql_where=text("hidden")),
        CheckConstraint("subscriber_count >= 0", name="subscriber_count"),
        CheckConstraint("video_count >= 0", name="video_count"),
        CheckConstraint("view_count >= 0", name="view_count"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    channel_id: Mapped[str | None] = mapped_column(String(100), unique=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH), unique=True)
    # What it was called before somebody renamed it here; reports may go on calling it so.
    former_names: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    image_url: Mapped[str | None] = mapped_column(String(500))
    subscriber_count: Mapped[int | None] = mapped_column(BigInteger)
    video_count: Mapped[int | None] = mapped_column(BigInteger)
    view_count: Mapped[int | None] = mapped_column(BigInteger)
    description: Mapped[str | None] = mapped_column(Text)
    country: Mapped[str | None] = mapped_column(String(2))
    is_monetized: Mapped[bool | None]
    hidden: Mapped[bool] = mapped_column(server_default="false", default=False)
    # A claims report spells names without commas; a channel that only such a report
    # knows disappears again when its last video turns out to belong elsewhere.
    provisional: Mapped[bool] = mapped_column(server_default="false", default=False)
    # When YouTube itself was last asked, when somebody last set out to ask, and what it said: as
    # long as ours is the same, nobody has changed it here, and it follows what YouTube says next.
    looked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    asked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    told: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
