"""A later report by hand: what differs, its audit, its update. Nothing is known to be new."""

from __future__ import annotations

RULE = "claim_id IS NULL, asset_id IS NULL, claim_id, asset_id, custom_id"

# Each column of `video` that the report fills, and its value in the raw row.
VALUES = {
    "title": "r.video_title",
    "channel_id": "r.channel_id",
    "channel_display_name": "r.channel_display_name",
    "asset_id": "r.asset_id",
    "custom_id": "r.custom_id",
    "isrc": "r.isrc",
    "video_length": "r.video_length::integer",
    "time_published": "r.time_published::timestamptz",
    "claimed_status": """CASE WHEN r.claim_id IS NOT NULL OR r.claimed_by_this_owner = 'Yes'
        THEN 'claimed' WHEN r.claimed_by_this_owner = 'No' THEN 'unclaimed' END""",
    "privacy_status": "lower(r.video_privacy_status)",
    "claimed_by_another_owner": "CASE WHEN r.other_owners_claiming IS NULL THEN 'No' ELSE 'Yes' END",
    "other_owners_claiming": "r.other_owners_claiming",
    "effective_policy": "r.effective_policy",
    "category": "r.category",
    "upload_source": "r.upload_source",
    "is_live_stream": "r.upload_source LIKE '%LIVE%'",
    **{
        flag: f"r.{flag}"
        for flag in (
            "embedding_allowed",
            "ratings_allowed",
            "comments_allowed",
            "third_party_ads_enabled",
            "display_ads_enabled",
            "sponsored_cards_enabled",
            "overlay_ads_enabled",
            "nonskippable_video_ads_enabled",
            "long_nonskippable_video_ads_enabled",
            "skippable_video_ads_enabled",
            "prerolls_enabled",
            "midrolls_enabled",
            "postrolls_enabled",
        )
    },
}
COUNTERS = ("views", "engaged_views", "comments")

_DIFFERS = {
    name: f"(v.{name} IS DISTINCT FROM {value} AND {value} IS NOT NULL)"
    for name, value in VALUES.items()
}
_COUNTER_DIFFERS = {
    name: f"(c.{name} IS DISTINCT FROM r.{name}::bigint AND r.{name} IS NOT NULL)"
    for name in COUNTERS
}
CHANGES=()
