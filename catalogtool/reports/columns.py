"""The names that a report's columns go by, in every version of every report seen so far."""

from __future__ import annotations

import re

from catalogtool.catalog.merge.fields import VIDEO_FIELDS, Kind

# Claims files exist whose header is the SQL that made them: REPLACE(video_title, ",", " ").
_SQL_REPLACE = re.compile(r"^\s*replace\s*\(\s*(\w+)\s*,", re.IGNORECASE)
_NOT_A_WORD = re.compile(r"[^a-z0-9]+")


def normalise(header: str) -> str:
    """`Video ID`, `video_id` and `VIDEO-ID ` are one name."""
    written_by_sql = _SQL_REPLACE.match(header)
    name = written_by_sql.group(1) if written_by_sql else header
    return _NOT_A_WORD.sub("_", name.casefold()).strip("_")


# Staging column -> the headers that may hold it, the best first.
_SHARED: dict[str, tuple[str, ...]] = {
    "video_id": ("video_id", "video", "video_ids"),
    "channel_id": ("channel_id",),
    "channel_display_name": ("channel_display_name", "channel_name", "channel"),
    "asset_id": ("asset_id",),
    "claim_id": ("claim_id",),
    "views": ("views", "view_count", "video_views"),
    "engaged_views": ("engaged_views",),
}

_AD_SETTINGS: dict[str, tuple[str, ...]] = {
    "third_party_ads_enabled": ("third_party_ads_enabled",),
    "display_ads_enabled": ("display_ads_enabled",),
    "sponsored_cards_enabled": ("sponsored_cards_enabled",),
    "overlay_ads_enabled": ("overlay_ads_enabled", "afv_overlay_enabled"),
    "nonskippable_video_ads_enabled": ("nonskippable_video_ads_enabled", "instream_ads_enabled"),
    "long_nonskippable_video_ads_enabled": (
        "long_nonskippable_video_ads_enabled",
        "long_instream_enabled",
    ),
    "skippable_video_ads_enabled": (
        "skippable_video_ads_enabled",
        "trueview_instream_enabled",
    ),
    "prerolls_enabled": ("prerolls_enabled",),
    "midrolls_enabled": ("midrolls_enabled",),
    "postrolls_enabled": ("postrolls_enabled",),
}

ALIASES: dict[Kind, dict[str, tuple[str, ...]]] = {
    Kind.VIDEO: {
        **_SHARED,
        "channel_display_name": (*_SHARED["channel_display_name"], "username"),
        "custom_id": ("custom_id", "claim_custom_id"),
        "title": ("video_title", "title"),
        "video_length": (
            "video_length",
            "length",
            "video_duration",
            "video_duration_sec",
            "duration",
        ),
        "time_published": ("time_published", "published_at", "published", "time_uploaded"),
        "comments": ("comments", "comment_count"),
        "isrc": ("isrc",),
        "privacy_status": ("video_privacy_status", "privacy_status", "privacy", "status"),
        "claim_origin": ("claim_origin", "claim_source"),
        "claimed_status": ("claimed_status",),
        "claimed_by_this_owner": ("claimed_by_this_owner",),
        "claimed_by_another_owner": ("claimed_by_another_owner",),
        "other_owners_claiming": ("other_owners_claiming",),
        "effective_policy": ("effective_policy", "policy"),
        "category": ("category",),
        "upload_source": ("upload_source",),
        "embedding_allowed": ("embedding_allowed",),
        "ratings_allowed": ("ratings_allowed",),
        "comments_allowed": ("comments_allowed",),
        **_AD_SETTINGS,
    },
    Kind.CLAIMS: {
        **_SHARED,
        "custom_id": ("custom_id",),
        "title": ("video_title", "title"),
        "video_length": ("video_duration_sec", "video_duration"),
        "time_published": ("video_upload_date",),
        "is_short": ("is_shorts_eligible",),
        "claim_status": ("claim_status", "status"),
        "claim_status_detail": ("claim_status_detail",),
        "claim_origin": ("claim_origin",),
        "claim_type": ("claim_type",),
        "content_type": ("content_type",),
        "claim_policy_id": ("claim_policy_id",),
        "asset_policy_id": ("asset_policy_id",),
        "claim_policy_monetize": ("claim_policy_monetize",),
        "claim_policy_track": ("claim_policy_track",),
        "claim_policy_block": ("claim_policy_block",),
        "asset_policy_monetize": ("asset_policy_monetize",),
        "asset_policy_track": ("asset_policy_track",),
        "asset_policy_block": ("asset_policy_block",),
        "reference_id": ("reference_id",),
        "reference_video_id": ("reference_video_id",),
        "matching_duration": ("matching_duration",),
        "longest_match": ("longest_match",),
        "claim_created": ("claim_created_date", "claim_date"),
        "of_asset_title": ("asset_title",),
        "of_asset_album": ("album",),
        "of_asset_artist": ("artist", "artists"),
        "of_asset_label": ("record_label", "label"),
        "of_asset_upc": ("upc",),
        "of_asset_isrc": ("isrc",),
        "of_asset_asset_labels": ("asset_labels", "asset_label"),
    },
    Kind.ASSET: {
        "asset_id": ("asset_id",),
        "of_asset_title": ("asset_title", "title", "episode_title"),
        "of_asset_album": ("album",),
        "of_asset_artist": ("artist", "artists"),
        "of_asset_label": ("label", "record_label"),
        "of_asset_upc": ("upc",),
        "of_asset_isrc": ("display_isrc", "your_isrc", "isrc", "other_isrc"),
        "of_asset_custom_id": ("custom_id",),
        "of_asset_asset_labels": ("asset_labels", "asset_label"),
        "of_asset_asset_type": ("asset_type",),
        "of_asset_match_policy": ("match_policy",),
        "of_asset_ownership": ("ownership",),
        "of_asset_conflicting_owner": ("conflicting_owner",),
        "of_asset_conflicting_country_code": ("conflicting_country_code",),
    },
    # Whatever else the same word means in a report: an export names each field as we do.
    Kind.EXPORT: {
        name: (name,)
        for name in (
            "video_id",
            "updated_at",
            "views",
            *(field.name for field in VIDEO_FIELDS[Kind.EXPORT]),
        )
    },
}

# Columns that a report is known to have and that the catalogue has no use for.
KNOWN_UNUSED = frozenset(
    [
        "active_claims",
        "active_reference_id",
        "active_reference_ids",
        "approx_daily_engaged_views",
        "approx_daily_views",
        "claim_origin",
        "constituent_asset_id",
        "constituent_asset_ids",
        "content_type",
        "custom_id",
        "director",
        "eidr",
        "embedded_asset_id",
        "episode_number",
        "episode_title",
        "favorite_count",
        "grid",
        "hfa_song_code",
        "in_video_ads_enabled",
        "inactive_reference_id",
        "inactive_reference_ids",
        "is_licensed",
        "is_made_for_kids_effective_setting",
        "is_made_for_kids_modifiable",
        "is_made_for_kids_user_selection",
        "is_merged",
        "is_partner_uploaded",
        "is_premium",
        "iswc",
        "metadata_origination",
        "notes",
        "number_of_claims",
        "offweb_syndicatable",
        "other_isrc",
        "recent_daily_average",
        "release_date",
        "responses_allowed",
        "season",
        "season_number",
        "sr_approx_daily_engaged_views",
        "status",
        "studio",
        "third_party_video_id",
        "time_uploaded",
        "title",
        "tms",
        "trueview_inslate_enabled",
        "uploader",
        "username",
        "video_matching_length",
        "video_privacy_status",
        "video_upload_date",
        "video_uploader",
        "video_url",
        "writers",
        "your_isrc",
        "isrc",
        "applied_policy",
    ]
)

# What people and the catalogue itself say of a video; bringing an export back changes none of it.
UNUSED_OF_EXPORTS = frozenset(
    {"id", "policy", "administered", "administered_at", "hidden", "last_synced"}
)

# What tells the kinds apart, in headers that have been normalised.
OF_EXPORTS = frozenset({"video_id", "updated_at", "administered"})
OF_CLAIMS = frozenset(
    {"claim_type", "claim_status", "claim_created_date", "claim_date", "claim_policy_monetize"}
)
OF_ASSETS = frozenset(
    {"asset_type", "metadata_origination", "match_policy", "constituent_asset_id", "is_merged"}
)
OF_FINANCES = frozenset({"partner_revenue", "youtube_revenue_split", "adjustment_type"})
