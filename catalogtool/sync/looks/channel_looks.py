"""The figures of channels, asked for along the way: 50 channels for one unit, each once a day.

Few batches of videos carry such a call, so that it hardly counts beside theirs: one in 250, or the
first one after half an hour in which nobody asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from catalogtool.channels.looks import look_at_channels, take_due, were_asked_lately
from catalogtool.sync.looks.pull_values import LONGEST_NAME, clean, count
from catalogtool.youtube.client import YouTube
from catalogtool.youtube.errors import NoToken, YouTubeError
from catalogtool.youtube.facts import ChannelFacts, Listing

MOST = 50
ONE_BATCH_IN = 250
REST = "30 minutes"
LONGEST_DESCRIPTION = 5_000

_NAMES = text(
    """SELECT DISTINCT channel_display_name FROM video
    WHERE video_id = ANY (cast(:video_ids AS text[])) AND channel_display_name IS NOT NULL"""
)


def due_with(session: Session, lease_id: int, video_ids: Sequence[str]) -> list[str]:
    """The ids of the channels that the batch with this lease is to ask for; mostly none."""
    if lease_id % ONE_BATCH_IN and were_asked_lately(session, REST):
        return []
    names = session.scalars(_NAMES, {"video_ids": list(video_ids)}).all()
    return take_due(session, names, MOST)


def fetch(youtube: YouTube, channel_ids: Sequence[str]) -> Listing[ChannelFacts] | None:
    """One call; should it fail, the videos that came before it are not asked for again."""
    if not channel_ids:
        return None
    try:
        return youtube.channels(channel_ids)
    except (YouTubeError, NoToken):
        return None


def apply(session: Session, listing: Listing[ChannelFacts] | None, at: datetime) -> None:
    """Write what was told; in the order of the ids, whichever batch asked."""
    if listing is not None:
        told = {facts.channel_id: _told(facts) for facts in listing.found.values()}
        look_at_channels(session, told, listing.missing, at)


def _told(facts: ChannelFacts) -> dict[str, Any]:
    return {
        "title": clean(facts.title, LONGEST_NAME),
        "description": clean(facts.description, LONGEST_DESCRIPTION),
        "country": clean(facts.country, 2),
        "image_url": clean(facts.image_url, 1_000),
        "subscriber_count": count(facts.subscribers),
        "video_count": count(facts.videos),
        "view_count": count(facts.views),
    }
