"""Turns the synthetic catalogue into the rows of a report: tuples of cells ready for a CSV file.

One video's rows are made together and then handed on as one list, because the caller counts
videos. A cell is quoted only where RFC 4180 asks for it.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from itertools import count
from operator import itemgetter

from catalogtool.sandbox.report_columns import Layout
from catalogtool.sandbox.synthetic import (
    CATEGORIES,
    POLICIES,
    PRIVACY,
    PUBLISHED_DAYS,
    Claim,
    Synthetic,
    Video,
)

Cells = tuple[str, ...]

YES_NO = ("No", "Yes")
_FIRST_DAY = date(2011, 1, 1)
_DAYS_BEFORE = 16  # An upload may precede its publication.
_DAYS = tuple(
    (_FIRST_DAY + timedelta(number)).isoformat() for number in range(-_DAYS_BEFORE, PUBLISHED_DAYS)
)
_SLASHED = tuple(day.replace("-", "/") for day in _DAYS)
_TIMES = tuple(f"T{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}Z" for s in range(0, 86400, 53))
_ADS = tuple(tuple(YES_NO[bits >> n & 1] for n in range(10)) for bits in range(1024))
_ORIGINS = ("Audio match", "Audio match", "Video match", "Descriptive search", "Manual", "Upload")
_SOURCES = ("UPLOAD", "UPLOAD", "UPLOAD", "LIVE_STREAM")
_OTHERS = ("",) * 13 + ("Some Other Label", "Another Network|Third Rights", '"Big, Bigger" Media')
_STUDIO_PRIVACY = tuple(name.capitalize() for name in PRIVACY)

VIDEO_FACTS = (
    "video_id", "channel_id", "channel_display_name", "username", "time_uploaded",
    "time_published", "video_title", "video_length", "views", "engaged_views", "comments",
    "video_privacy_status", "video_url", "category", "embedding_allowed", "ratings_allowed",
    "comments_allowed", "responses_allowed", "content_type", "upload_source",
    "claimed_by_this_owner", "claimed_by_another_owner", "other_owners_claiming",
    "offweb_syndicatable", "is_licensed", "favorite_count", "effective_policy",
    "third_party_video_id", "third_party_ads_enabled", "display_ads_enabled",
    "sponsored_cards_enabled", "overlay_ads_enabled", "nonskippable_video_ads_enabled",
    "long_nonskippable_video_ads_enabled", "skippable_video_ads_enabled", "prerolls_enabled",
    "midrolls_enabled", "postrolls_enabled", "in_video_ads_enabled", "trueview_inslate_enabled",
    "is_made_for_kids_effective_setting", "is_made_for_kids_modifiable",
    "is_made_for_kids_user_selection", "eidr", "claimed_status",
    "claim_id", "asset_id", "custom_id", "isrc", "claim_origin",
)  # fmt: skip


def quoted(text: str) -> str:
    """The text as one CSV cell."""
    if '"' in text or "," in text or "\n" in text or "\r" in text:
        return '"' + text.replace('"', '""') + '"'
    return text


_POLICY_CELLS = tuple(map(quoted, POLICIES))
_OTHERS_CELLS = tuple(map(quoted, _OTHERS))


def picker(facts: tuple[str, ...], layout: Layout) -> Callable[[Cells], Cells]:
    """Puts the cells of a row into the layout's order."""
    return itemgetter(*(facts.index(name) for name in layout.names))


def video_rows(
    catalogue: Synthetic, layout: Layout, indexes: Iterable[int] | None = None
) -> Iterator[list[Cells]]:
    """For these videos, else endless: a row for each claim, or a single one without a claim."""
    pick = picker(VIDEO_FACTS, layout)
    for index in count() if indexes is None else indexes:
        video = catalogue.video(index)
        common = _video_cells(video, layout)
        claims = catalogue.claims(video)
        if claims:
            yield [pick(common + _claim_cells(catalogue, claim)) for claim in claims]
        else:
            yield [pick((*common, "", "", "", "", ""))]


def day_cell(days_since_2011: int) -> str:
    """A day as YYYY-MM-DD; days beyond the last published one fall on that one."""
    return _DAYS[min(days_since_2011, PUBLISHED_DAYS - 1) + _DAYS_BEFORE]


def engaged_views(video: Video) -> int:
    return video.views - (video.views >> 2 if video.length <= 60 else video.views >> 5)


def published_at(video: Video) -> str:
    """When the video was published, as in YYYY-MM-DDTHH:MM:SSZ."""
    time = _TIMES[video.chance[12] % len(_TIMES)]
    return day_cell(video.published) + time


def upload_source(video: Video) -> str:
    return _SOURCES[video.chance[8] >> 12 & 3]


def comment_count(video: Video) -> int:
    return video.chance[14] % 5000


def other_owners(video: Video) -> str:
    """The names of others who claim the video, joined by `|`."""
    return _OTHERS[video.chance[13] & 15]


def claim_origin(claim: Claim) -> str:
    return _ORIGINS[claim.asset % 6]


def _claim_cells(catalogue: Synthetic, claim: Claim) -> Cells:
    asset_id, custom_id, isrc = catalogue.ids.asset_codes(claim.asset)
    return claim.claim_id, asset_id, custom_id, isrc, claim_origin(claim)


def _video_cells(video: Video, layout: Layout) -> Cells:
    """Everything in a row of the video report except the claim; in the order of VIDEO_FACTS."""
    channel, chance, views = video.channel, video.chance, video.views
    flags, others = chance[8], _OTHERS_CELLS[chance[13] & 15]
    privacy = _STUDIO_PRIVACY if layout.studio else PRIVACY
    days, time = _DAYS, _TIMES[chance[12] % len(_TIMES)]
    if layout.slashed_dates:
        days, time = _SLASHED, ""
    published = video.published + _DAYS_BEFORE
    kids = YES_NO[flags >> 15 & 7 == 0]
    claimed = YES_NO[video.claims > 0]
    return (
        video.video_id, channel.channel_id, quoted(channel.name), channel.username,
        days[published - (chance[13] >> 4 & 7)] + time, days[published] + time,
        quoted(video.title.text), str(video.length), str(views), str(engaged_views(video)),
        str(comment_count(video)), privacy[video.privacy],
        f"https://www.youtube.com/watch?v={video.video_id}", CATEGORIES[video.category],
        YES_NO[video.embeddable], YES_NO[flags >> 4 & 15 != 0], YES_NO[flags >> 8 & 7 != 0],
        YES_NO[flags >> 11 & 1], "Partner-provided", _SOURCES[flags >> 12 & 3],
        claimed, YES_NO[others != ""], others, YES_NO[flags >> 14 & 1], "Yes", "0",
        _POLICY_CELLS[video.policy], "[None]" if flags >> 27 == 0 else "",
        *_ADS[flags >> 16 & 1023], YES_NO[flags >> 26 & 1], YES_NO[flags >> 25 & 1],
        kids, "Yes", kids, "", "claimed" if video.claims else "unclaimed",
    )  # fmt: skip
