"""A channel of channels.list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from catalogtool.youtube.facts import ChannelFacts
from catalogtool.youtube.reading.scalars import count_of, part, text_of, word_of

LONGEST_URL = 2000


def channel_facts(item: Mapping[str, Any]) -> ChannelFacts | None:
    """What the item says; None if it does not say of which channel."""
    channel_id = word_of(item, "id")
    if channel_id is None:
        return None
    snippet, counts = part(item, "snippet"), part(item, "statistics")
    hidden = counts.get("hiddenSubscriberCount") is True
    return ChannelFacts(
        channel_id=channel_id,
        title=word_of(snippet, "title"),
        description=text_of(snippet, "description"),
        country=word_of(snippet, "country"),
        image_url=_image(part(snippet, "thumbnails")),
        subscribers=None if hidden else count_of(counts, "subscriberCount"),
        videos=count_of(counts, "videoCount"),
        views=count_of(counts, "viewCount"),
    )


def _image(thumbnails: Mapping[str, Any]) -> str | None:
    """The largest picture that has an address of https."""
    for size in ("high", "medium", "default"):
        url = word_of(part(thumbnails, size), "url")
        if url and url.startswith("https://") and len(url) <= LONGEST_URL:
            return url
    return None
