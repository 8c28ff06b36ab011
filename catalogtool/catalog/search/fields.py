"""The fields of a video as the outside world sees them, and the columns behind them."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import InstrumentedAttribute

from catalogtool.catalog.models import AD_SETTINGS, Video, VideoCounter

Column = InstrumentedAttribute[Any]

_VIDEO_COLUMNS = (
    "id",
    "video_id",
    "title",
    "channel_id",
    "channel_display_name",
    "asset_id",
    "custom_id",
    "artist",
    "genre",
    "label",
    "upc",
    "isrc",
    "privacy_status",
    "claimed_status",
    "claimed_by_another_owner",
    "other_owners_claiming",
    "embedding_allowed",
    "ratings_allowed",
    "comments_allowed",
    "effective_policy",
    "policy",
    "category",
    "video_length",
    "is_short",
    "is_live_stream",
    "upload_source",
    "time_published",
    "administered",
    "administered_at",
    "hidden",
    "notes",
    "updated_at",
)

COLUMNS: dict[str, Column] = {
    **{name: getattr(Video, name) for name in _VIDEO_COLUMNS},
    "views": VideoCounter.views,
}
AD_COLUMNS: dict[str, Column] = {name: getattr(Video, name) for name in AD_SETTINGS}

# What a row answers besides its own columns.
AD_FIELD = "ad_settings"
LATEST_FIELDS = ("last_synced", "last_changes")
PENDING_FIELD = "pending_edits"

FIELDS = (*COLUMNS, AD_FIELD, *LATEST_FIELDS, PENDING_FIELD)

# What `missing` may name: everything that can be unknown.
NULLABLE: dict[str, Column] = {
    name: column
    for name, column in {**COLUMNS, **AD_COLUMNS}.items()
    if column.property.columns[0].nullable and name != "policy"
}
