"""YouTube's answers as the catalogue stores them: the same words, lengths and rules as a report's.

Text from YouTube is only text: without NUL and half characters, without blanks around it, and cut
at the length of its column.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime

from catalogtool.catalog.search.filters import PRIVACY
from catalogtool.youtube.facts import VideoFacts

LONGEST_TITLE = 500
LONGEST_NAME = 200
LONGEST_COUNT = 2**63 - 1
LONGEST_LENGTH = 2**31 - 1
FIRST_YEAR, LAST_YEAR = 1990, 2100
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")

Stored = dict[str, object]


def stored_video(facts: VideoFacts, at: datetime) -> Stored:
    """A row for `look_at_videos` of a video that was found when asked for at this time."""
    return {
        "video_id": facts.video_id,
        "at": at,
        "found": True,
        "title": clean(facts.title, LONGEST_TITLE),
        "channel_id": clean(facts.channel_id, 100),
        "channel_display_name": clean(facts.channel_title, LONGEST_NAME),
        "category": clean(facts.category, 100),
        "privacy_status": facts.privacy_status if facts.privacy_status in PRIVACY else None,
        "embedding_allowed": flag(facts.embeddable),
        "video_length": count(facts.length, LONGEST_LENGTH),
        "time_published": moment(facts.published_at),
        "is_live_stream": facts.is_live_stream,
        "is_short": facts.is_short,
        "views": count(facts.views),
        "comments": count(facts.comments),
        "likes": count(facts.likes),
    }


def missing_video(video_id: str, at: datetime) -> Stored:
    """A row for `look_at_videos` of a video that the answer left out."""
    return {"video_id": video_id, "at": at, "found": False}


def clean(text: str | None, longest: int) -> str | None:
    """The text as it can be stored; nothing left is unknown."""
    if text is None:
        return None
    return _UNSTORABLE.sub("", text).strip()[:longest].rstrip() or None


def items(texts: Iterable[str] | None) -> list[str] | None:
    """A list as reports spell it: entries without the mark that divides them, none empty."""
    if texts is None:
        return None
    parts = (clean(part, 10_000) for text in texts for part in text.split("|"))
    return [part for part in parts if part] or None


def flag(value: bool | None) -> str | None:
    """Yes, No or unknown."""
    return None if value is None else "Yes" if value else "No"


def count(value: int | None, largest: int = LONGEST_COUNT) -> int | None:
    """A number that its column can hold."""
    return value if value is not None and 0 <= value <= largest else None


def moment(value: datetime | None) -> datetime | None:
    """A time in whole seconds, as reports tell it."""
    if value is None or not FIRST_YEAR <= value.year <= LAST_YEAR:
        return None
    return value.astimezone(UTC).replace(microsecond=0)
