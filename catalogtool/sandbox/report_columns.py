"""Which columns each kind and version of a report has, in which order, and how it is spelled.

The right side of a renamed column is the name that the newest report gives it.
"""

from dataclasses import dataclass, field

_ADS = (
    "third_party_ads_enabled display_ads_enabled sponsored_cards_enabled overlay_ads_enabled "
    "nonskippable_video_ads_enabled long_nonskippable_video_ads_enabled "
    "skippable_video_ads_enabled prerolls_enabled midrolls_enabled postrolls_enabled"
)
AD_COLUMNS = tuple(_ADS.split())

_UPLOAD = (
    "video_id channel_id channel_display_name time_uploaded time_published video_title "
    "video_length views {engaged} comments video_privacy_status video_url category "
    "embedding_allowed ratings_allowed comments_allowed claim_origin content_type upload_source "
    "claimed_by_this_owner {another} other_owners_claiming offweb_syndicatable claim_id asset_id "
    f"custom_id effective_policy third_party_video_id {_ADS} {{kids}} isrc eidr"
)
_KIDS = (
    "in_video_ads_enabled is_made_for_kids_effective_setting is_made_for_kids_modifiable "
    "is_made_for_kids_user_selection"
)
_A2 = _UPLOAD.format(engaged="", another="claimed_by_another_owner", kids="")
_A3 = _UPLOAD.format(engaged="", another="", kids=_KIDS)
_A4 = _UPLOAD.format(engaged="engaged_views", another="", kids=_KIDS)
_YEAR_2013 = (
    "video_id username time_uploaded title=video_title length=video_length view_count=views "
    "comment_count=comments status=video_privacy_status category favorite_count "
    "embedding_allowed ratings_allowed responses_allowed comments_allowed is_licensed "
    "offweb_syndicatable in_video_ads_enabled claim_source=claim_origin claimed_by_this_owner "
    "claimed_by_another_owner claim_id asset_id claim_custom_id=custom_id policy=effective_policy "
    "third_party_ads_enabled afv_overlay_enabled=overlay_ads_enabled "
    "instream_ads_enabled=nonskippable_video_ads_enabled "
    "long_instream_enabled=long_nonskippable_video_ads_enabled "
    "trueview_instream_enabled=skippable_video_ads_enabled "
    "trueview_inslate_enabled=trueview_inslate_enabled prerolls_enabled midrolls_enabled "
    "postrolls_enabled isrc"
)
_HUMAN = (
    "Video ID=video_id|Video title=video_title|Channel ID=channel_id"
    "|Channel name=channel_display_name|Asset ID=asset_id|Custom ID=custom_id"
    "|Privacy status=video_privacy_status|Category=category|Claimed status=claimed_status"
    "|Other owners claiming=other_owners_claiming"
    "|Claimed by another owner=claimed_by_another_owner|Embedding allowed=embedding_allowed"
    "|Ratings allowed=ratings_allowed|Comments allowed=comments_allowed"
    "|Effective policy=effective_policy|Time published=time_published"
    "|Video duration=video_length|Views=views"
)
_POLICIES = (
    "claim_policy_monetize claim_policy_track claim_policy_block asset_policy_monetize "
    "asset_policy_track asset_policy_block"
)
_CLAIMS = (
    "claim_id channel_id asset_id video_id reference_id reference_video_id claim_policy_id "
    "asset_policy_id custom_id claim_status claim_status_detail claim_origin claim_type uploader "
    "channel_display_name {title} views {engaged} matching_duration longest_match content_type "
    f"{_POLICIES} claim_created_date video_upload_date video_duration_sec asset_title "
    "asset_labels tms director {studio} season episode_number episode_title release_date "
    "hfa_song_code isrc grid artist album record_label upc iswc writers {shorts}"
)
_CLAIMS_STUDIO = (
    "claim_id claim_status claim_status_detail claim_origin claim_type asset_id video_id uploader "
    "channel_id channel_display_name video_title views matching_duration longest_match "
    "content_type reference_video_id reference_id claim_policy_id asset_policy_id "
    f"{_POLICIES} claim_created_date video_upload_date custom_id video_duration_sec asset_title "
    "asset_labels tms director studio season episode_number episode_title release_date "
    "hfa_song_code isrc grid artist album record_label upc iswc writers"
)
_ASSET_MUSIC = (
    "approx_daily_views asset_id asset_type status metadata_origination custom_id isrc grid upc "
    "artist asset_title album label constituent_asset_id active_reference_id "
    "inactive_reference_id match_policy is_merged ownership conflicting_country_code "
    "embedded_asset_id asset_label active_claims"
)
_ASSET_FILM = (
    "approx_daily_views asset_id asset_type status metadata_origination custom_id season "
    "episode_title tms active_claims constituent_asset_id active_reference_id "
    "inactive_reference_id match_policy is_merged conflicting_owner ownership asset_label "
    "conflicting_country_code"
)
_ASSET_A3 = (
    "asset_id custom_id constituent_asset_id active_reference_id inactive_reference_id "
    "approx_daily_views approx_daily_engaged_views sr_approx_daily_engaged_views asset_type "
    "asset_labels=asset_label metadata_origination season episode_title tms active_claims "
    "match_policy is_merged conflicting_owner ownership conflicting_country_code "
    "display_isrc=isrc your_isrc=isrc other_isrc=other_isrc"
)


@dataclass(frozen=True)
class Layout:
    """How one version of a report is written; `names[i]` is the fact behind `header[i]`."""

    header: tuple[str, ...]
    names: tuple[str, ...]
    studio: bool = field(default=False, kw_only=True)
    """Made in Studio: a byte order mark, CR LF and capitals, where the API writes none."""
    slashed_dates: bool = field(default=False, kw_only=True)


def _layout(columns: str, *, studio: bool = False, slashed_dates: bool = False) -> Layout:
    pairs = [part.partition("=") for part in columns.split("|" if "|" in columns else None)]
    header = tuple(name for name, _, _ in pairs)
    names = tuple(fact or name for name, _, fact in pairs)
    return Layout(header, names, studio=studio, slashed_dates=slashed_dates)


def _claims(engaged: str = "", shorts: str = "", studio: str = "") -> Layout:
    title = "video_privacy_status" if studio else "video_title"
    return _layout(_CLAIMS.format(title=title, engaged=engaged, studio=studio, shorts=shorts))


LAYOUTS: dict[str, dict[str, Layout]] = {
    "video": {
        "a4": _layout(_A4),
        "a3": _layout(_A3, slashed_dates=True),
        "a2": _layout(_A2, slashed_dates=True),
        "studio": _layout(_A2, studio=True),
        "2013": _layout(_YEAR_2013, studio=True, slashed_dates=True),
        "human": _layout(_HUMAN, studio=True),
    },
    "claims": {
        "a3": _claims("engaged_views video_matching_length", "is_shorts_eligible"),
        "a2": _claims(shorts="is_shorts_eligible"),
        "a1": _claims(studio="studio"),
        "studio": _layout(_CLAIMS_STUDIO, studio=True),
    },
    "asset": {
        "music": _layout(_ASSET_MUSIC, studio=True),
        "non-music": _layout(_ASSET_FILM, studio=True),
        "a3": _layout(_ASSET_A3),
    },
}
"""Kind → version → layout; the first version of a kind is its newest."""


def layout_of(kind: str, version: str | None) -> Layout:
    """The layout of a version, or of the newest one; ValueError names what there is."""
    if kind not in LAYOUTS:
        raise ValueError(f"no report kind {kind!r}; there are: {', '.join(LAYOUTS)}")
    versions = LAYOUTS[kind]
    chosen = version or next(iter(versions))
    if chosen not in versions:
        raise ValueError(f"no {kind} version {version!r}; there are: {', '.join(versions)}")
    return versions[chosen]
