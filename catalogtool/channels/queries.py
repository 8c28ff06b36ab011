"""What the screens read of the channels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, String, cast, column, func, select, table
from sqlalchemy.orm import Session

from catalogtool.channels.models import Channel
from catalogtool.core.times import iso

# The catalogue builds on the channels, so its models can't be imported here. It keeps a ledger of
# how many videos each channel has, whose sum is exact at any moment.
_ledger = table("channel_count", column("channel_display_name", String), column("videos"))


def list_channels(
    session: Session, page: int, per_page: int, search: str = "", monetization: str | None = None
) -> dict[str, Any]:
    """A page of channels by name, each with the number of its videos in the catalogue.

    `search` is a literal part of the name; `not_monetizing` includes what is unknown.
    """
    conditions = _conditions(search, monetization)
    total = session.scalar(select(func.count(Channel.id)).where(*conditions)) or 0
    found = session.scalars(
        select(Channel)
        .where(*conditions)
        .order_by(Channel.name)
        .offset((page - 1) * per_page)
        .limit(per_page)
    ).all()
    counts = count_videos(session, [channel.name for channel in found])
    return {
        "channels": [channel_view(channel, counts.get(channel.name, 0)) for channel in found],
        "total": total,
        "pages": -(-total // per_page),
        "current_page": page,
    }


def suggest_channels(session: Session, search: str, per_page: int) -> list[dict[str, Any]]:
    """The first channels whose name holds this text: what starts with it comes first."""
    named = select(Channel.name, Channel.hidden).where(*_conditions(search, None))
    starts = func.strpos(func.lower(Channel.name), func.lower(search)) == 1
    rows = session.execute(named.order_by(starts.desc(), Channel.name).limit(per_page))
    return [dict(row._mapping) for row in rows]


def count_videos(session: Session, names: Sequence[str]) -> dict[str, int]:
    """How many videos of the catalogue each of these channels has, hidden ones included."""
    if not names:
        return {}
    name, videos = _ledger.c.channel_display_name, cast(func.sum(_ledger.c.videos), BigInteger)
    rows = session.execute(select(name, videos).where(name.in_(names)).group_by(name))
    return {row[0]: row[1] for row in rows}


def channel_view(channel: Channel, videos: int) -> dict[str, Any]:
    """A channel as administrators see it.

    `video_count` is counted here; `youtube_video_count` is what YouTube says.
    """
    return {
        "id": channel.id,
        "channel_id": channel.channel_id,
        "name": channel.name,
        "image_url": channel.image_url,
        "subscriber_count": channel.subscriber_count,
        "video_count": videos,
        "youtube_video_count": channel.video_count,
        "view_count": channel.view_count,
        "description": channel.description,
        "country": channel.country,
        "is_monetized": channel.is_monetized,
        "hidden": channel.hidden,
        "updated_at": iso(channel.updated_at),
    }


def _conditions(search: str, monetization: str | None) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if search:
        found.append(func.strpos(func.lower(Channel.name), func.lower(search)) > 0)
    if monetization is not None:
        wanted = monetization == "monetizing"
        found.append(
            Channel.is_monetized.is_(True) if wanted else Channel.is_monetized.is_not(True)
        )
    return found
