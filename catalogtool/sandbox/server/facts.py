"""What is true of a video now: the synthetic catalogue, its drift, and what was written since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from catalogtool.sandbox.report_rows import comment_count, published_at
from catalogtool.sandbox.server.drift import Fate
from catalogtool.sandbox.synthetic import CATEGORIES, PRIVACY

CATEGORY_IDS = {
    "Film & Animation": "1", "Autos & Vehicles": "2", "Music": "10", "Pets & Animals": "15",
    "Sports": "17", "Travel & Events": "19", "Gaming": "20", "People & Blogs": "22",
    "Comedy": "23", "Entertainment": "24", "News & Politics": "25", "Howto & Style": "26",
    "Education": "27", "Science & Technology": "28", "Nonprofits & Activism": "29",
}  # fmt: skip
CATEGORY_NAMES = {number: name for name, number in CATEGORY_IDS.items()}


@dataclass(frozen=True)
class VideoFacts:
    """One video as YouTube has it; `length` None: a broadcast that has not ended.

    `gone`: not in any list. `refuse`: the reason with which everything about it is refused.
    """

    video_id: str
    gone: bool
    title: str
    description: str
    tags: list[str]
    category_id: str
    channel_id: str
    channel_title: str
    published_at: str
    default_language: str | None
    privacy_status: str
    upload_status: str
    rejection_reason: str | None
    license: str
    embeddable: bool
    public_stats_viewable: bool
    made_for_kids: bool
    length: int | None
    live_state: str
    views: int
    likes: int | None
    comments: int | None
    width: int
    height: int
    refuse: str | None = None


FIELDS = {field.name for field in fields(VideoFacts)} - {"video_id"}


def facts_of(fate: Fate, written: Mapping[str, Any]) -> VideoFacts:
    """The facts; `written` has values for some of FIELDS."""
    video, chance = fate.video, fate.video.chance
    title = video.title
    waiting = fate.live_state in ("live", "upcoming")
    lines = [title.song, title.artist, f"© {video.channel.name}"]
    if fate.edits:
        lines.append(f"Updated {fate.edits} times")
    facts = VideoFacts(
        video_id=video.video_id,
        gone=fate.gone,
        title=title.text,
        description="\n\n".join(lines),
        tags=[] if chance[15] >> 20 & 7 == 0 else [title.artist, title.song],
        category_id=CATEGORY_IDS[CATEGORIES[video.category]],
        channel_id=video.channel.channel_id,
        channel_title=video.channel.name,
        published_at=published_at(video),
        default_language=None,
        privacy_status=PRIVACY[video.privacy],
        upload_status="rejected" if fate.rejected else "processed",
        rejection_reason="copyright" if fate.rejected else None,
        license="youtube",
        embeddable=video.embeddable,
        public_stats_viewable=True,
        made_for_kids=chance[8] >> 15 & 7 == 0,
        length=None if waiting else video.length,
        live_state=fate.live_state,
        views=video.views,
        likes=None if chance[15] >> 24 & 31 == 0 else video.views // 40,
        comments=None if chance[8] >> 8 & 7 == 0 else comment_count(video),
        width=1080 if fate.upright else 1920,
        height=1920 if fate.upright else 1080,
    )
    return replace(facts, **written) if written else facts
