"""The videos that this house administers."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from catalogtool.catalog.models import Video
from catalogtool.catalog.search.fields import FIELDS
from catalogtool.catalog.search.rows import fetch_rows
from catalogtool.core.db import plan_for_reading
from catalogtool.core.patterns import like

SEARCHED = (
    Video.title,
    Video.video_id,
    Video.asset_id,
    Video.custom_id,
    Video.channel_display_name,
)


def list_administered(
    session: Session, page: int, per_page: int, search: str = ""
) -> dict[str, Any]:
    """A page of them, the latest first; `search` is a part of a title, an id or a channel."""
    plan_for_reading(session)
    conditions: list[ColumnElement[bool]] = [Video.administered.expression]
    if search:
        conditions.append(or_(*(column.ilike(like(search)) for column in SEARCHED)))
    total = session.scalar(select(func.count(Video.id)).where(*conditions)) or 0
    ids = session.scalars(
        select(Video.id)
        .where(*conditions)
        .order_by(Video.administered_at.desc().nulls_last(), Video.id)
        .offset((page - 1) * per_page)
        .limit(per_page)
    ).all()
    return {
        "assets": fetch_rows(session, ids, FIELDS),
        "total": total,
        "pages": -(-total // per_page),
        "current_page": page,
    }
