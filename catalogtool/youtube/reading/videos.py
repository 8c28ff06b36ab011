"""A video of videos.list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from catalogtool.youtube.categories import category_name
from catalogtool.youtube.facts import VideoFacts
from catalogtool.youtube.reading.scalars import (
    count_of,
    flag_of,
    items_of,
    length_of,
    part,
    text_of,
    texts_of,
    time_of,
    word_of,
)
from catalogtool.youtube.shorts import is_short


def video_facts(item: Mapping[str, Any]) -> VideoFacts | None:
    """What the item says; None if it does not say of which video."""
    video_id = word_of(item, "id")
    if video_id is None:
        return None
    snippet, status, counts = (part(item, name) for name in ("snippet", "status", "statistics"))
    length = length_of(part(item, "contentDetails"), "duration")
    published_at = time_of(snippet, "publishedAt")
    width, height = _shape(item)
    category = word_of(snippet, "categoryId")
    return VideoFacts(
        video_id=video_id,
        title=text_of(snippet, "title"),
        description=text_of(snippet, "description"),
        channel_id=word_of(snippet, "channelId"),
        channel_title=word_of(snippet, "channelTitle"),
        category_id=category,
        category=category_name(category),
        tags=texts_of(snippet, "tags"),
        published_at=published_at,
        privacy_status=word_of(status, "privacyStatus"),
        upload_status=word_of(status, "uploadStatus"),
        rejection_reason=word_of(status, "rejectionReason"),
        embeddable=flag_of(status, "embeddable"),
        made_for_kids=flag_of(status, "madeForKids"),
        length=length,
        is_live_stream=isinstance(item.get("liveStreamingDetails"), dict),
        live_state=word_of(snippet, "liveBroadcastContent"),
        views=count_of(counts, "viewCount"),
        likes=count_of(counts, "likeCount"),
        comments=count_of(counts, "commentCount"),
        width=width,
        height=height,
        is_short=is_short(published_at, length, width, height),
    )


def _shape(item: Mapping[str, Any]) -> tuple[int | None, int | None]:
    """Of the file, which only its owner is told of; else of the player, which keeps the ratio."""
    for stream in items_of(part(item, "fileDetails"), "videoStreams"):
        width, height = count_of(stream, "widthPixels"), count_of(stream, "heightPixels")
        if width and height:
            turned = stream.get("rotation") in {"clockwise", "counterClockwise"}
            return (height, width) if turned else (width, height)
    player = part(item, "player")
    return count_of(player, "embedWidth") or None, count_of(player, "embedHeight") or None
