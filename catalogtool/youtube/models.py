"""The ledger of what YouTube's quota was spent on, for all processes together."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, DateTime, Integer, SmallInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from catalogtool.core.db import Base


class QuotaUsage(Base):
    """What was reserved within ten seconds: units of reading, units of writing, requests."""

    __tablename__ = "quota_usage"
    __table_args__ = (
        CheckConstraint("read_units >= 0", name="read_units"),
        CheckConstraint("write_units >= 0", name="write_units"),
        CheckConstraint("requests >= 0", name="requests"),
    )

    bucket: Mapped[datetime] = mapped_column(DateTime(timezone=True), primary_key=True)
    read_units: Mapped[int] = mapped_column(Integer, server_default="0", default=0)
    write_units: Mapped[int] = mapped_column(Integer, server_default="0", default=0)
    requests: Mapped[int] = mapped_column(Integer, server_default="0", default=0)


class QuotaState(Base):
    """The one row that every reservation takes its turn at.

    `next_request_at`: when the next request may leave. `stopped_until`: YouTube itself said that
    the quota is used up; nobody asks again before. `refusals`: how often it said so in a row.
    """

    __tablename__ = "quota_state"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False, default=1)
    next_request_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    stopped_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    stop_reason: Mapped[str | None] = mapped_column(Text)
    refusals: Mapped[int] = mapped_column(Integer, server_default="0", default=0)
