"""What YouTube's answers say, as values without a word of HTTP or of the catalogue.

Everywhere, None means that the answer does not say. An empty text or list means that the answer
says: there is none. Texts hold neither NUL nor lone surrogates, and are otherwise as YouTube sent
them: of any length, and never to be trusted as anything but text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """The answer to a question about some ids: what was found by its id, and which ids were not.

    A missing id is no proof that the thing is gone; the answer just leaves it out.
    """

    found: dict[str, T]
    missing: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoFacts:
    """One video of videos.list.

    length: seconds, None while a live stream has none. width and height: pixels, or the shape of
    the player; only their ratio counts. category: the name that reports use for `category_id`.
    live_state: none, upcoming, live or completed. is_short: by YouTube's written rule, None where
    the answer holds no evidence of the shape.
    """

    video_id: str
    title: str | None = None
    description: str | None = None
    channel_id: str | None = None
    channel_title: str | None = None
    category_id: str | None = None
    category: str | None = None
    tags: list[str] | None = None
    published_at: datetime | None = None
    privacy_status: str | None = None
    upload_status: str | None = None
    rejection_reason: str | None = None
    embeddable: bool | None = None
    made_for_kids: bool | None = None
    length: int | None = None
    is_live_stream: bool = False
    live_state: str | None = None
    views: int | None = None
    likes: int | None = None
    comments: int | None = None
    width: int | None = None
    height: int | None = None
    is_short: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelFacts:
    """One channel of channels.list; subscribers is None also where the channel hides them."""

    channel_id: str
    title: str | None = None
    description: str | None = None
    country: str | None = None
    image_url: str | None = None
    subscribers: int | None = None
    videos: int | None = None
    views: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetFacts:
    """One asset of assets.list: the metadata that YouTube shows, and `mine` as this owner gave it.

    asset_id: the surviving one, where the asset was merged into another. labels: the owner's own
    tags for assets; label: the record label. The last five before `mine` are known only when
    ownership was asked for: texts like `100% US|CA`, `WW` for the whole world, and empty where
    there is no conflict.
    """

    asset_id: str
    aliases: list[str] = field(default_factory=list)
    type: str | None = None
    labels: list[str] | None = None
    title: str | None = None
    album: str | None = None
    artist: list[str] | None = None
    genre: list[str] | None = None
    label: str | None = None
    upc: str | None = None
    isrc: str | None = None
    custom_id: str | None = None
    match_policy: str | None = None
    ownership: str | None = None
    conflicting_owner: str | None = None
    conflicting_country_code: str | None = None
    mine: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimFacts:
    """One claim on a video, of claimSearch and, for policies, of claims.list.

    status: active, appealed, disputed, inactive, pending, potential, routedForReview or takedown,
    as YouTube spells it. policy: its name, or what it does. policy_monetize, policy_track and
    policy_block: codes of territories divided by `|`, `WW` for all of them, empty for none.
    """

    claim_id: str
    video_id: str
    asset_id: str | None = None
    status: str | None = None
    content_type: str | None = None
    third_party: bool | None = None
    policy: str | None = None
    policy_monetize: str | None = None
    policy_track: str | None = None
    policy_block: str | None = None
    origin: str | None = None
    type: str | None = None
    created: datetime | None = None
    is_short_eligible: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyFacts:
    """One saved policy; action: monetize, track or block (in most territories), or other."""

    policy_id: str
    name: str | None = None
    description: str | None = None
    action: str = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportingJob:
    """A job of the Reporting API; YouTube makes its reports as long as it exists."""

    job_id: str
    report_type: str
    system_managed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportingReport:
    """A report that can be downloaded; it speaks of [start_time, end_time)."""

    report_id: str
    job_id: str
    start_time: datetime
    end_time: datetime
    create_time: datetime
    download_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportType:
    """A kind of report; deprecate_time: when YouTube will stop making it."""

    report_type: str
    deprecate_time: datetime | None = None
