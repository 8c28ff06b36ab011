"""What YouTube itself says of channels: their figures, and what nobody has changed here.

Name, picture, country and description follow YouTube as long as ours is what YouTube told last.
As soon as somebody has changed one here, that one stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from catalogtool.channels.changes import HTTPS_URL, LONGEST_DESCRIPTION, LONGEST_URL
from catalogtool.channels.countries import COUNTRIES
from catalogtool.channels.models import Channel
from catalogtool.channels.service import rename_as_told

FIGURES = ("subscriber_count", "video_count", "view_count")
FOLLOWING = ("image_url", "country", "description")

_DUE = "(looked_at IS NULL OR looked_at < now() - interval '1 day')"
_FREE = "(asked_at IS NULL OR asked_at < now() - interval '10 minutes')"
_TAKE = text(
    f"""UPDATE channel SET asked_at = now()
    FROM (SELECT id FROM channel WHERE channel_id IS NOT NULL AND {_DUE} AND {_FREE}
          ORDER BY name = ANY (cast(:first AS text[])) DESC, looked_at NULLS FIRST, id
          LIMIT :most FOR NO KEY UPDATE SKIP LOCKED) AS due
    WHERE channel.id = due.id RETURNING channel.channel_id"""
)
_LAST_ASKED = text("SELECT max(asked_at) > now() - cast(:span AS interval) FROM channel")
_WRITE = text(
    """UPDATE channel SET subscriber_count = :subscriber_count, video_count = :video_count,
        view_count = :view_count, image_url = :image_url, country = :country,
        description = :description, told = :told, looked_at = :at,
        updated_at = CASE WHEN :changed THEN now() ELSE updated_at END
    WHERE id = :id"""
).bindparams(bindparam("told", type_=JSONB))
_NOT_FOUND = text("UPDATE channel SET looked_at = :at WHERE channel_id = ANY (:ids)")


def were_asked_lately(session: Session, span: str) -> bool:
    """Whether somebody has set out to ask for channels within this span, like `30 minutes`."""
    return bool(session.scalar(_LAST_ASKED, {"span": span}))


def take_due(session: Session, first: Sequence[str], most: int) -> list[str]:
    """The ids of channels whose last look is older than a day; those with these names first.

    They are marked, so that nobody else asks for them in the next ten minutes.
    """
    rows = session.scalars(_TAKE, {"first": list(first), "most": most})
    return sorted(rows)


def look_at_channels(
    session: Session, told: Mapping[str, Mapping[str, Any]], missing: Iterable[str], at: datetime
) -> None:
    """Bring in what YouTube says, by channel id: `title`, `FIGURES` and `FOLLOWING`.

    Unknown values are None. A channel that is missing keeps what is known of it.
    """
    # In the order of the keys, as everybody does who writes several.
    found = session.scalars(
        select(Channel)
        .where(Channel.channel_id.in_(told))
        .order_by(Channel.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).all()
    for channel in found:
        _look_at(session, channel, told[channel.channel_id or ""], at)
    if gone := list(missing):
        session.execute(_NOT_FOUND, {"at": at, "ids": gone})


def _look_at(session: Session, channel: Channel, told: Mapping[str, Any], at: datetime) -> None:
    if channel.looked_at is not None and channel.looked_at > at:
        return
    before = channel.told or {}
    told = {**told, **_usable(told)}
    values: dict[str, Any] = {name: _newer(told.get(name), channel, name) for name in FIGURES}
    for name in FOLLOWING:
        ours = getattr(channel, name)
        follows = told.get(name) is not None and ours == before.get(name)
        values[name] = told[name] if follows else ours
    changed = any(getattr(channel, name) != value for name, value in values.items())
    kept = {name: told.get(name) or before.get(name) for name in ("title", *FOLLOWING)}
    session.execute(
        _WRITE, {**values, "told": kept, "at": at, "changed": changed, "id": channel.id}
    )
    if (title := told.get("title")) and title != before.get("title"):
        rename_as_told(session, channel, title, before.get("title"))
    session.expire(channel)


def _newer(value: Any, channel: Channel, name: str) -> Any:
    return getattr(channel, name) if value is None else value


def _usable(told: Mapping[str, Any]) -> dict[str, Any]:
    """What may be shown: an address that begins with https://, a known country, a short text."""
    image, country, description = (told.get(name) for name in FOLLOWING)
    if image is not None and not (len(image) <= LONGEST_URL and re.fullmatch(HTTPS_URL, image)):
        image = None
    if country not in COUNTRIES:
        country = None
    if description is not None:
        description = description[:LONGEST_DESCRIPTION].rstrip() or None
    return {"image_url": image, "country": country, "description": description}
