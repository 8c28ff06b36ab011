"""A made-up catalogue with nulls, ties and odd scripts, as plain values and as rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from catalogtool.catalog.audit_models import MetadataSync
from catalogtool.catalog.models import CounterChange, Video, VideoCounter
from catalogtool.channels.models import Channel

EPOCH = datetime(2026, 3, 1, tzinfo=UTC)
WORDS = (
    "Live", "LIVE", "live", "100%", "50_50", "back\\slash", "夜", "夜に駆ける", "ありがとう",
    "حفلة", "Ελλάδα", "ΣΟΦΟΣ", "İstanbul", "ıstanbul", "Straße", "STRASSE", "🎵", "🎵🎶",
    "e\u0301te\u0301", "été", "don't", '"quoted"', "a\nb", "  ", "<b>", "=1+1", "привет", "ПРИВЕТ",
    # Letters whose other case is a trap: full width, final sigma, Kelvin, Ångström, long s, the
    # large ß, letters of three cases, Cherokee, Georgian capitals, Deseret beyond the first plane.
    "ＬＩＶＥ", "ｌｉｖｅ", "σοφος", "σοφοσ", "\u212aelvin", "\u212bngstr\u00f6m", "ångström",
    "\u017ftill", "GRO\u1e9eE", "große", "\u01c5ep", "\u01c7", "ᎣᏏᏲ", "ꭳꮟꮰ", "ᲐᲑ", "აბ",
    "𐐀𐐁", "𐐨𐐩", "한국", "\u1112\u1161\u11ab", "👩\u200d🚀", "\u202eabc", "\xa0", "ﬁ", "FI",
    "_", "%", "\\", "\\%", "``", "a'b\"c", "$1", ":x", "{}", "\t", "\ufffd",
)  # fmt: skip
CHANNELS = (
    "Alpha", "alpha", "Бета", "频道", "50% Off", "Hidden One", "Hidden Two", "Quiet",
    "A\\B", "O'Hara \"Q\"", "a/b", "İZMİR", "Ａｌｐｈａ",
)  # fmt: skip
HIDDEN_CHANNELS = {"Hidden One", "Hidden Two"}
CATEGORIES = ("Music", "music", "MUSIC", "Gaming", "Éducation", "éducation", "Film & Animation")
POLICIES = {
    "Monetize in all countries": "monetize",
    "MONETISE": "monetize",
    "Track in all countries": "track",
    "Block worldwide": "block",
    "Custom": "other",
}
ARTISTS = ("Ado", "ado", "Björk", "100% Rock", "宇多田ヒカル", "AC\\DC", "O'Neal", "ΣΑΚΗΣ", "Σάκης")
LABELS = ("Sub_Label", "sublabel", "", "Sub%", "Ｌａｂｅｌ", "L'Été")
CUSTOM_IDS = ("X_1", "X%1", "x-1", "x\\1", "Х1", "it's")


@dataclass
class Sample:
    """One video as the model sees it: its columns, its views, and its trails."""

    columns: dict[str, Any]
    views: int | None = None
    audit_times: list[datetime] = field(default_factory=list)
    counter_times: list[datetime] = field(default_factory=list)

    def __getitem__(self, name: str) -> Any:
        if name == "views":
            return self.views
        if name == "last_synced":
            return max([*self.audit_times, *self.counter_times], default=None)
        return self.columns.get(name)


def make_samples(seed: int, number: int) -> list[Sample]:
    """Videos that differ only by the seed."""
    random = Random(seed)
    return [_sample(random, n) for n in range(1, number + 1)]


def _sample(random: Random, number: int) -> Sample:
    def some(*values: Any) -> Any:
        return random.choice(values) if random.random() > 0.25 else None

    moments = [EPOCH + timedelta(hours=hours) for hours in (0, 1, 1, 30)]
    policy, views = some(*POLICIES), some(0, 0, 7, 10**12, number)
    columns = {
        "id": number,
        "video_id": f"{random.choice('aAbB_-')}{number:09d}x",
        "title": some(*(" ".join(random.sample(WORDS, random.randint(1, 3))) for _ in "ab"), ""),
        "channel_display_name": some(*CHANNELS),
        "asset_id": some("A111", "A222", "a111", ""),
        "custom_id": some(*CUSTOM_IDS),
        "category": some(*CATEGORIES),
        "artist": some([], [random.choice(ARTISTS)], ["Ado", random.choice(ARTISTS)]),
        "label": some(*LABELS),
        "isrc": some("USRC17607839", "JPPO00000001"),
        "upc": some("036000291452", "4006381333931"),
        "claimed_status": some("claimed", "Claimed", "unclaimed"),
        "claimed_by_another_owner": some("Yes", "No"),
        "effective_policy": policy,
        "privacy_status": some("public", "unlisted", "private"),
        "is_short": some(True, False),
        "is_live_stream": some(True, False),
        "administered": random.random() < 0.3,
        "hidden": random.random() < 0.15,
        "video_length": some(0, 239, 240, 1200, 1201, 60),
        "time_published": some(
            datetime(2024, 2, 29, tzinfo=UTC),
            datetime(2024, 2, 29, 23, 59, 59, 999_999, tzinfo=UTC),
            datetime(2024, 3, 1, tzinfo=UTC),
            datetime(2023, 1, 1, 12, tzinfo=UTC),
        ),
        "updated_at": random.choice(moments),
        "genre": some([], ["Rock"], ["Pop", ""]),
        "notes": some("", "ask again"),
        "channel_id": some("UC1", ""),
        "administered_at": some(*moments),
        "prerolls_enabled": some("Yes", "No"),
        "comments_allowed": some("Yes", "No"),
    }
    return Sample(
        columns,
        views=views,
        audit_times=random.sample(moments, 2) if random.random() < 0.3 else [],
        counter_times=[random.choice(moments[1:])] if random.random() < 0.3 else [],
    )


def insert_samples(session: Session, samples: list[Sample]) -> None:
    """Write the samples; their row ids are the numbers that they already have."""
    channels = [{"name": name, "hidden": name in HIDDEN_CHANNELS} for name in CHANNELS]
    session.execute(insert(Channel), channels)
    session.execute(insert(Video), [sample.columns for sample in samples])
    facets = {row.id: row.facets for row in session.execute(select(Video.id, Video.facets))}
    session.execute(
        insert(VideoCounter),
        [
            {
                "video_pk": s["id"],
                "views": s.views,
                "facets": facets[s["id"]],
                "last_synced": max(s.counter_times, default=None),
            }
            for s in samples
        ],
    )
    session.execute(
        insert(MetadataSync),
        [
            {"video_id": s["video_id"], "sync_time": at, "source": "user", "changes": {}}
            for s in samples
            for at in s.audit_times
        ],
    )
    session.execute(
        insert(CounterChange),
        [
            {"video_pk": s["id"], "recorded_at": at, "old_views": 1, "views": 2}
            for s in samples
            for at in s.counter_times
        ],
    )
