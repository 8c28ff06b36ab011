"""The catalogue's tables: a video, its claims, its asset's metadata and its counters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    func,
    literal_column,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from catalogtool.auth.models import User
from catalogtool.catalog.words.tokens import Field
from catalogtool.channels.models import NAME_LENGTH, Channel
from catalogtool.core.db import Base

AD_SETTINGS = (
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
ENGAGEMENT = ("embedding_allowed", "ratings_allowed", "comments_allowed")
FLAGS = ("claimed_by_another_owner", *ENGAGEMENT, *AD_SETTINGS)

# What the facets of a video are made of, in the order of the function's parameters.
FACET_COLUMNS = (
    "category",
    "claimed_status",
    "effective_policy",
    "privacy_status",
    "claimed_by_another_owner",
    "asset_id",
    "custom_id",
    "isrc",
    "upc",
    "label",
    "title",
    "channel_id",
    "channel_display_name",
    "other_owners_claiming",
    "embedding_allowed",
    "ratings_allowed",
    "comments_allowed",
    "upload_source",
    "notes",
    *AD_SETTINGS,
    "video_length",
    "is_short",
    "is_live_stream",
    "administered",
    "hidden",
    "artist",
    "genre",
    "time_published",
    "administered_at",
)

# The class of a policy's free text: the first action that it names. Spelled as PostgreSQL prints
# it back, so that a comparison of models and migrations sees no difference.
POLICY_CLASS = """CASE
    WHEN (effective_policy IS NULL) THEN 'none'::text
    ELSE COALESCE(replace("substring"(lower(effective_policy),
        'monetize|monetise|track|block'::text), 'is'::text, 'iz'::text), 'other'::text)
END"""

# See the migration that makes this function: the facets are its bits.
FACETS = f"""video_facets({", ".join(FACET_COLUMNS)})"""
# Fields of `video` that the list can be sorted by.
SORTED_BY = (
    "title",
    "updated_at",
    "time_published",
    "video_length",
    "category",
    "channel_display_name",
)
# The facets by whose combinations videos are counted, and found where few have one.
COUNTED_FACETS = f"facets & {(1 << 35) - 1}::bigint"
# A number from 0 to 8191 for each video, as good as random and always the same.
SAMPLE_RANK = "hashint8(id) & 8191"

# The names of all artists as one text, a line each, for an index.
NAMES = literal_column("video_names(artist)", Text)
IDS = ("video_id", "asset_id", "custom_id")


def letters(text_sql: str) -> str:
    """SQL for the letters and pairs of letters of a text: they find what has no trigram."""
    return f"video_letters({text_sql})"


def _gin(name: str, *parts: Any, trigrams: Iterable[str] = ()) -> Index:
    return Index(
        f"ix_video_{name}",
        *parts,
        postgresql_using="gin",
        postgresql_ops=dict.fromkeys(trigrams, "gin_trgm_ops"),
    )


Flag = String(10)


class Video(Base):
    """One video. Flags that come from reports are `Yes`, `No` or null (unknown)."""

    __tablename__ = "video"
    __table_args__ = (
        CheckConstraint("video_length >= 0", name="video_length"),
        CheckConstraint(
            " AND ".join(f"{flag} IN ('Yes', 'No')" for flag in FLAGS), name="flags_yes_no"
        ),
        *(
            Index(f"ix_video_{field}", field, "id", postgresql_include=["facets"])
            for field in SORTED_BY
        ),
        Index("ix_video_facets", text(f"({COUNTED_FACETS})")),
        Index("ix_video_hidden", "id", postgresql_where=text("hidden")),
        Index(
            "ix_video_administered_at",
            "administered_at",
            "id",
            postgresql_where=text("administered"),
        ),
        # One video in 128, in a random order: what a search will find can be told from a look at
        # some thousand of them.
        Index(
            "ix_video_sample",
            text(f"({SAMPLE_RANK})"),
            "id",
            postgresql_include=["facets", "title"],
            postgresql_where=text(f"({SAMPLE_RANK}) < 64"),
        ),
        _gin("people_trigram", "label", NAMES.label("names"), trigrams=("label", "names")),
        _gin("ids_trigram", *IDS, trigrams=IDS),
        _gin("letters", text(f"({letters('title')})"), text(f"({letters('video_names(artist)')})")),
        Index("ix_video_claimed_status", "claimed_status"),
        Index("ix_video_label", "label"),
        Index("ix_video_asset_id", "asset_id"),
        Index("ix_video_custom_id", "custom_id"),
        Index("ix_video_isrc", "isrc"),
        Index("ix_video_upc", "upc"),
        # With its pending list (fastupdate), which makes writes twelve times as fast; every import
        # ends with emptying it, so that a search never reads more than 4 MB of it.
        Index(
            "ix_video_title_trigram",
            "title",
            postgresql_using="gin",
            postgresql_ops={"title": "gin_trgm_ops"},
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    video_id: Mapped[str] = mapped_column(String(20), unique=True)
    asset_id: Mapped[str | None] = mapped_column(String(50))
    custom_id: Mapped[str | None] = mapped_column(String(100))

    title: Mapped[str | None] = mapped_column(String(500))
    artist: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    genre: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    label: Mapped[str | None] = mapped_column(String(255))
    channel_id: Mapped[str | None] = mapped_column(String(100))
    channel_display_name: Mapped[str | None] = mapped_column(
        String(NAME_LENGTH), ForeignKey(Channel.name, onupdate="CASCADE", ondelete="RESTRICT")
    )
    category: Mapped[str | None] = mapped_column(String(100))
    upc: Mapped[str | None] = mapped_column(String(20))
    isrc: Mapped[str | None] = mapped_column(String(12))

    claimed_status: Mapped[str | None] = mapped_column(String(20))
    claimed_by_another_owner: Mapped[str | None] = mapped_column(Flag)
    other_owners_claiming: Mapped[str | None] = mapped_column(Text)
    effective_policy: Mapped[str | None] = mapped_column(Text)
    policy: Mapped[str] = mapped_column(String(10), Computed(POLICY_CLASS, persisted=True))
    privacy_status: Mapped[str | None] = mapped_column(String(20))

    third_party_ads_enabled: Mapped[str | None] = mapped_column(Flag)
    display_ads_enabled: Mapped[str | None] = mapped_column(Flag)
    sponsored_cards_enabled: Mapped[str | None] = mapped_column(Flag)
    overlay_ads_enabled: Mapped[str | None] = mapped_column(Flag)
    nonskippable_video_ads_enabled: Mapped[str | None] = mapped_column(Flag)
    long_nonskippable_video_ads_enabled: Mapped[str | None] = mapped_column(Flag)
    skippable_video_ads_enabled: Mapped[str | None] = mapped_column(Flag)
    prerolls_enabled: Mapped[str | None] = mapped_column(Flag)
    midrolls_enabled: Mapped[str | None] = mapped_column(Flag)
    postrolls_enabled: Mapped[str | None] = mapped_column(Flag)
    embedding_allowed: Mapped[str | None] = mapped_column(Flag)
    ratings_allowed: Mapped[str | None] = mapped_column(Flag)
    comments_allowed: Mapped[str | None] = mapped_column(Flag)

    video_length: Mapped[int | None]
    time_published: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    upload_source: Mapped[str | None] = mapped_column(String(50))
    is_short: Mapped[bool | None]
    is_live_stream: Mapped[bool | None]

    hidden: Mapped[bool] = mapped_column(server_default="false", default=False)
    administered: Mapped[bool] = mapped_column(server_default="false", default=False)
    administered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    notes: Mapped[str | None] = mapped_column(String(500))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    # How good the source of each value is, four bits a field: see merge/fields.py.
    provenance: Mapped[int] = mapped_column(BigInteger, server_default="0", default=0)
    # What filters ask of many videos, in one number: see search/facets.py.
    facets: Mapped[int] = mapped_column(BigInteger, Computed(FACETS, persisted=True))


class VideoCounter(Base):
    """The present counters of a video, one row for each.

    They change for most videos every day; in a narrow table of their own such a day rewrites
    neither the wide rows of `video` nor any of its indexes. `facets` is the video's own, kept in
    step by triggers, as is `last_synced`, the time of the last change that is in its history.
    """

    __tablename__ = "video_counter"
    __table_args__ = (
        CheckConstraint("views >= 0", name="views"),
        CheckConstraint("engaged_views >= 0", name="engaged_views"),
        CheckConstraint("comments >= 0", name="comments"),
        CheckConstraint("likes >= 0", name="likes"),
        *(
            Index(f"ix_video_counter_{field}", field, "video_pk", postgresql_include=["facets"])
            for field in ("views", "last_synced")
        ),
    )

    video_pk: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(Video.id, ondelete="CASCADE"), primary_key=True
    )
    views: Mapped[int | None] = mapped_column(BigInteger)
    engaged_views: Mapped[int | None] = mapped_column(BigInteger)
    comments: Mapped[int | None] = mapped_column(BigInteger)
    likes: Mapped[int | None] = mapped_column(BigInteger)
    provenance: Mapped[int] = mapped_column(SmallInteger, server_default="0", default=0)
    facets: Mapped[int] = mapped_column(BigInteger, server_default="0", default=0)
    last_synced: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class VideoLook(Base):
    """When YouTube itself was last asked for a video, and whether the video was there.

    Most looks change nothing else; in a table of its own that costs a narrow row. `metadata_at` and
    `claims_at` also tell reports of earlier days from what is newer than they are.
    """

    __tablename__ = "video_look"
    __table_args__ = (
        Index("ix_video_look_metadata_at", "metadata_at"),
        Index("ix_video_look_claims_at", "claims_at"),
        Index(
            "ix_video_look_missing_since",
            "missing_since",
            postgresql_where=text("missing_since IS NOT NULL"),
        ),
    )

    video_pk: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(Video.id, ondelete="CASCADE"), primary_key=True
    )
    metadata_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    claims_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    # Since when YouTube's answers have left this video out.
    missing_since: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


# Ledgers: triggers on `video` add to them, `fold_counts()` sums them up. Without a key, so that
# nobody waits for anybody; no class, because nobody writes to them from here.
FACET_COUNT = Table(
    "facet_count",
    Base.metadata,
    Column("facets", BigInteger, nullable=False),
    Column("videos", BigInteger, nullable=False),
    Column("folded", Boolean, server_default="false", nullable=False),
)
KNOWN_COUNT = Table(
    "known_count",
    Base.metadata,
    Column("facets", BigInteger, nullable=False),
    Column("videos", BigInteger, nullable=False),
)
CHANNEL_COUNT = Table(
    "channel_count",
    Base.metadata,
    Column("channel_display_name", Text, nullable=False),
    Column("videos", BigInteger, nullable=False),
)


def _ledger(name: str, *counts: str) -> Table:
    """What statements did to videos, by the transaction that did it."""
    xid = text("pg_current_xact_id()::text::bigint")
    return Table(
        name,
        Base.metadata,
        Column("id", BigInteger, Identity(), primary_key=True),
        Column("xid", BigInteger, server_default=xid, nullable=False),
        Column("at", DateTime(timezone=True), server_default=func.now(), nullable=False),
        Column("videos", BigInteger, nullable=False),
        Column("ids", ARRAY(BigInteger)),
        *(Column(count, ARRAY(BigInteger)) for count in counts),
        Column("pruned", BigInteger),
        Index(f"ix_{name}_xid", "xid"),
    )


# One row for each statement that wrote videos, appended by the same triggers: how many, which ones
# (null: more than 20,000), and by how many videos the counts by facets changed. Facets that are
# null say that all is to be counted anew; `pruned` says up to which transaction rows are gone.
CATALOG_CHANGE = _ledger("catalog_change", "facets", "facet_videos", "known", "known_videos")
# The same for statements that wrote counters, without the counts.
COUNTER_WRITE = _ledger("counter_write")


def _by_part_of(tokens: str, fields: str) -> Iterator[Index]:
    """What leads to the tokens of some fields by a part of them."""
    yield Index(
        f"ix_text_token_{tokens}_trigram",
        "token",
        postgresql_using="gin",
        postgresql_ops={"token": "gin_trgm_ops"},
        postgresql_where=text(fields),
    )
    yield Index(
        f"ix_text_token_{tokens}_letters",
        text(letters("token")),
        postgresql_using="gin",
        postgresql_where=text(fields),
    )


# The words of titles and the names of artists and labels (see words/): of each of them and each
# part of the catalogue the places of the videos in that part, as 16-bit numbers in ascending order.
# They are never deleted. A joint is only looked up as a whole.
TEXT_TOKEN = Table(
    "text_token",
    Base.metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("field", SmallInteger, nullable=False),
    Column("token", Text, nullable=False),
    UniqueConstraint("field", "token"),
    *_by_part_of("words", f"field = {Field.WORD.value}"),
    *_by_part_of("names", f"field >= {Field.ARTIST.value}"),
    # Joints by what follows their first letter, and pairs.
    Index(
        "ix_text_token_behind",
        text("substr(token, 2)"),
        postgresql_where=text(
            f"field = {Field.JOINT.value} OR field = {Field.WORD.value} AND length(token) = 2"
        ),
    ),
)
TEXT_POSTING = Table(
    "text_posting",
    Base.metadata,
    Column("token_id", Integer, primary_key=True, autoincrement=False),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("places", LargeBinary, nullable=False),
    Index("ix_text_posting_part", "part"),
)
# The videos whose title, artists or label have changed since their part was indexed, in ascending
# order: one row for each statement, appended by triggers. What the postings tell of these is not to
# be trusted.
TEXT_CHANGE = Table(
    "text_change",
    Base.metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("videos", Integer, nullable=False),
    Column("ids", ARRAY(BigInteger), nullable=False),
)


class CounterChange(Base):
    """What a counter was and became: one row a video and report, partitioned by month."""

    __tablename__ = "counter_change"
    __table_args__ = (
        # A report's rows lie side by side, so that a few bytes per block find them.
        Index("ix_counter_change_report_id", "report_id", postgresql_using="brin"),
        {"postgresql_partition_by": "RANGE (recorded_at)"},
    )

    video_pk: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(Video.id, ondelete="CASCADE"), primary_key=True
    )
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), primary_key=True)
    report_id: Mapped[int | None] = mapped_column(BigInteger)
    old_views: Mapped[int | None] = mapped_column(BigInteger)
    views: Mapped[int | None] = mapped_column(BigInteger)
    old_engaged_views: Mapped[int | None] = mapped_column(BigInteger)
    engaged_views: Mapped[int | None] = mapped_column(BigInteger)
    old_comments: Mapped[int | None] = mapped_column(BigInteger)
    comments: Mapped[int | None] = mapped_column(BigInteger)
    old_likes: Mapped[int | None] = mapped_column(BigInteger)
    likes: Mapped[int | None] = mapped_column(BigInteger)


class Claim(Base):
    """One claim on a video: a row per video, claim, asset and custom id."""

    __tablename__ = "claim"
    __table_args__ = (
        UniqueConstraint(
            "video_id", "claim_id", "asset_id", "custom_id", postgresql_nulls_not_distinct=True
        ),
        Index("ix_claim_asset_id", "asset_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    video_id: Mapped[str] = mapped_column(
        String(20), ForeignKey(Video.video_id, ondelete="CASCADE", onupdate="CASCADE")
    )
    claim_id: Mapped[str | None] = mapped_column(String(50))
    asset_id: Mapped[str | None] = mapped_column(String(50))
    custom_id: Mapped[str | None] = mapped_column(String(100))
    claim_status: Mapped[str | None] = mapped_column(String(20))
    claim_status_detail: Mapped[str | None] = mapped_column(String(50))
    claim_origin: Mapped[str | None] = mapped_column(String(50))
    claim_type: Mapped[str | None] = mapped_column(String(50))
    content_type: Mapped[str | None] = mapped_column(String(50))
    effective_policy: Mapped[str | None] = mapped_column(Text)
    claim_policy_id: Mapped[str | None] = mapped_column(String(50))
    asset_policy_id: Mapped[str | None] = mapped_column(String(50))
    claim_policy_monetize: Mapped[str | None] = mapped_column(Text)
    claim_policy_track: Mapped[str | None] = mapped_column(Text)
    claim_policy_block: Mapped[str | None] = mapped_column(Text)
    asset_policy_monetize: Mapped[str | None] = mapped_column(Text)
    asset_policy_track: Mapped[str | None] = mapped_column(Text)
    asset_policy_block: Mapped[str | None] = mapped_column(Text)
    reference_id: Mapped[str | None] = mapped_column(String(50))
    reference_video_id: Mapped[str | None] = mapped_column(String(20))
    matching_duration: Mapped[int | None]
    longest_match: Mapped[int | None]
    claim_created: Mapped[datetime | None] = mapped_column(Date)
    third_party: Mapped[bool | None]
    # Since when YouTube's answers about its video have left this claim out.
    missing_since: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class Asset(Base):
    """What is known of an asset; its codes follow to every video that shows the asset."""

    __tablename__ = "asset"
    __table_args__ = (
        Index("ix_asset_looked_at", "looked_at"),
        Index(
            "ix_asset_merged_into",
            "merged_into",
            postgresql_where=text("merged_into IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    asset_id: Mapped[str] = mapped_column(String(50), unique=True)
    asset_type: Mapped[str | None] = mapped_column(String(50))
    title: Mapped[str | None] = mapped_column(String(500))
    album: Mapped[str | None] = mapped_column(String(255))
    artist: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    genre: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    label: Mapped[str | None] = mapped_column(String(255))
    upc: Mapped[str | None] = mapped_column(String(20))
    isrc: Mapped[str | None] = mapped_column(String(12))
    custom_id: Mapped[str | None] = mapped_column(String(100))
    asset_labels: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    match_policy: Mapped[str | None] = mapped_column(Text)
    ownership: Mapped[str | None] = mapped_column(Text)
    conflicting_owner: Mapped[str | None] = mapped_column(Text)
    conflicting_country_code: Mapped[str | None] = mapped_column(Text)
    # When YouTube itself was last asked, and into which asset it says that this one was merged.
    looked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    merged_into: Mapped[str | None] = mapped_column(String(50))
    provenance: Mapped[int] = mapped_column(BigInteger, server_default="0", default=0)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class YouTubeShorts(Base):
    """A video known to be a Short, also before the video itself is in the catalogue."""

    __tablename__ = "youtube_shorts"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    video_id: Mapped[str] = mapped_column(String(20), unique=True)
    source: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class NonYouTubeShorts(Base):
    """A video that a person found not to be a Short; this verdict is final."""

    __tablename__ = "non_youtube_shorts"
    __table_args__ = (Index("ix_non_youtube_shorts_verified_by", "verified_by"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    video_id: Mapped[str] = mapped_column(String(20), unique=True)
    verified_by: Mapped[int | None] = mapped_column(ForeignKey(User.id, ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
