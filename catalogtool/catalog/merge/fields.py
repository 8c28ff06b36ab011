"""What each kind of report may say, and whose word counts more.

A field that several kinds offer carries the rank of its source, four bits of `provenance` each:
a lesser source fills what is unknown and corrects itself, but never replaces a better one. So a
claims report, which spells titles without commas, may come before or after the video report.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from catalogtool.catalog.models import AD_SETTINGS, ENGAGEMENT


class Kind(StrEnum):
    """The kinds of report, told by their headers.

    An export is a file that the catalogue itself has written. It is no source of news: it has no
    rank, says nothing of claims, confirms no edit, and makes no other report an old one.
    """

    VIDEO = "video"
    CLAIMS = "claims"
    ASSET = "asset"
    EXPORT = "export"

    @property
    def tells_assets(self) -> bool:
        """Whether its rows describe assets."""
        return self in (Kind.CLAIMS, Kind.ASSET)

    @property
    def is_report(self) -> bool:
        """Whether it comes from YouTube."""
        return self is not Kind.EXPORT


class Look(StrEnum):
    """What YouTube is asked for; each look tells some fields, and has a time of its own."""

    METADATA = "metadata"
    CLAIMS = "claims"
    ASSET = "asset"


RANK = {Kind.CLAIMS: 1, Kind.ASSET: 2, Kind.VIDEO: 3}
# The state of a claim is what the claims report is for; the video report only says yes or no.
CLAIM_STATE_RANK = 4
# So is the flag of a Short: what follows from a video's shape and length is a guess beside it.
SHORT_FLAG_RANK = 4
_OUTRANKING = {"claimed_status": CLAIM_STATE_RANK, "is_short": SHORT_FLAG_RANK}


@dataclass(frozen=True)
class Field:
    """A column of the catalogue that a report may fill.

    `slot` is the field's place in `provenance` (None: only one kind offers it), `rank` how much
    this kind's word counts there, `staged` the name of the staging column. A `fill_only` value goes
    in where nothing is known, and never again. `look`: the one that tells the same of YouTube
    itself, so that a report of an earlier day has no say any more.
    """

    name: str
    type: str
    slot: int | None = None
    rank: int = 0
    staged: str = ""
    fill_only: bool = False
    look: Look | None = None

    @property
    def source(self) -> str:
        """The staging column that holds the value."""
        return self.staged or self.name

    def differs(self, present: str, row: str) -> str:
        """SQL for the value of `row` being another than the one in `present`, a stored row."""
        if self.type == "text[]":
            # As text, which is how a list is staged: an item may hold the mark between items.
            return (
                f"array_to_string({present}.{self.name}, '|') IS DISTINCT FROM {row}.{self.source}"
            )
        return f"{present}.{self.name} IS DISTINCT FROM {self.value(row)}"

    def value(self, row: str) -> str:
        """SQL for the value as `row`, an alias of the staged rows, tells it."""
        staged = f"{row}.{self.source}"
        return f"string_to_array({staged}, '|')" if self.type == "text[]" else staged


SLOTS = {
    name: place
    for place, name in enumerate(
        (
            "title",
            "channel_id",
            "channel_display_name",
            "asset_id",
            "custom_id",
            "isrc",
            "video_length",
            "time_published",
            "claimed_status",
            "is_short",
        )
    )
}
COUNTER_SLOTS = {"views": 0, "engaged_views": 1, "comments": 2}
COUNTERS = ("views", "engaged_views", "comments", "likes")
CLAIM_KEY = ("claim_id", "asset_id", "custom_id")

# Which look tells which of a video's fields. The flag of a Short is told by reports alone.
LOOK_OF = {
    **dict.fromkeys(
        (
            *("title", "channel_id", "channel_display_name", "category", "privacy_status"),
            *("embedding_allowed", "video_length", "time_published", "is_live_stream"),
            *("views", "comments"),
        ),
        Look.METADATA,
    ),
    **dict.fromkeys(
        (
            *("asset_id", "claimed_status", "claimed_by_another_owner"),
            *("other_owners_claiming", "effective_policy"),
        ),
        Look.CLAIMS,
    ),
    **dict.fromkeys(("isrc", "custom_id"), Look.ASSET),
}


def _ranked(kind: Kind, *fields: tuple[str, str]) -> tuple[Field, ...]:
    return tuple(
        Field(
            name,
            kind_of_value,
            SLOTS.get(name),
            _OUTRANKING[name]
            if kind is Kind.CLAIMS and name in _OUTRANKING
            else RANK[kind]
            if name in SLOTS
            else 0,
            look=LOOK_OF.get(name),
        )
        for name, kind_of_value in fields
    )


_SHARED = (
    ("title", "varchar(500)"),
    ("channel_id", "varchar(100)"),
    ("channel_display_name", "varchar(200)"),
    ("asset_id", "varchar(50)"),
    ("custom_id", "varchar(100)"),
    ("video_length", "integer"),
    ("time_published", "timestamptz"),
    ("claimed_status", "varchar(20)"),
)

VIDEO_FIELDS: dict[Kind, tuple[Field, ...]] = {
    Kind.VIDEO: _ranked(
        Kind.VIDEO,
        *_SHARED,
        ("isrc", "varchar(12)"),
        ("privacy_status", "varchar(20)"),
        ("claimed_by_another_owner", "varchar(10)"),
        ("other_owners_claiming", "text"),
        ("effective_policy", "text"),
        ("category", "varchar(100)"),
        ("upload_source", "varchar(50)"),
        ("is_live_stream", "boolean"),
        *((flag, "varchar(10)") for flag in (*ENGAGEMENT, *AD_SETTINGS)),
    ),
    Kind.CLAIMS: _ranked(Kind.CLAIMS, *_SHARED, ("is_short", "boolean")),
    Kind.ASSET: (),
}
_ONLY_IN_EXPORTS = (
    ("upc", "varchar(20)"),
    ("artist", "text[]"),
    ("genre", "text[]"),
    ("label", "varchar(255)"),
    ("is_short", "boolean"),
)
VIDEO_FIELDS[Kind.EXPORT] = (
    *(Field(field.name, field.type) for field in VIDEO_FIELDS[Kind.VIDEO]),
    *(Field(name, kind_of_value) for name, kind_of_value in _ONLY_IN_EXPORTS),
)

COUNTER_FIELDS: dict[Kind, tuple[Field, ...]] = {
    kind: tuple(
        Field(name, "bigint", COUNTER_SLOTS[name], RANK[kind], look=LOOK_OF.get(name))
        for name in names
    )
    for kind, names in {
        Kind.VIDEO: ("views", "engaged_views", "comments"),
        Kind.CLAIMS: ("views", "engaged_views"),
        Kind.ASSET: (),
    }.items()
}
# They go on while a file lies somewhere; what it says of them is old at once.
COUNTER_FIELDS[Kind.EXPORT] = (Field("views", "bigint", fill_only=True),)

CLAIM_FIELDS: dict[Kind, tuple[Field, ...]] = {
    Kind.VIDEO: (
        Field("effective_policy", "text", look=Look.CLAIMS),
        Field("claim_origin", "varchar(50)", fill_only=True),
    ),
    Kind.CLAIMS: (
        Field("claim_status", "varchar(20)", look=Look.CLAIMS),
        Field("claim_status_detail", "varchar(50)", look=Look.CLAIMS),
        Field("claim_origin", "varchar(50)"),
        Field("claim_type", "varchar(50)"),
        Field("content_type", "varchar(50)"),
        Field("claim_policy_id", "varchar(50)"),
        Field("asset_policy_id", "varchar(50)"),
        Field("claim_policy_monetize", "text", look=Look.CLAIMS),
        Field("claim_policy_track", "text", look=Look.CLAIMS),
        Field("claim_policy_block", "text", look=Look.CLAIMS),
        Field("asset_policy_monetize", "text"),
        Field("asset_policy_track", "text"),
        Field("asset_policy_block", "text"),
        Field("reference_id", "varchar(50)"),
        Field("reference_video_id", "varchar(20)"),
        Field("matching_duration", "integer"),
        Field("longest_match", "integer"),
        Field("claim_created", "date"),
    ),
    Kind.ASSET: (),
    Kind.EXPORT: (),
}

_ASSET_SHARED = (
    ("title", "varchar(500)"),
    ("album", "varchar(255)"),
    ("artist", "text[]"),
    ("label", "varchar(255)"),
    ("upc", "varchar(20)"),
    ("isrc", "varchar(12)"),
    ("custom_id", "varchar(100)"),
    ("asset_labels", "text[]"),
)
ASSET_SLOTS = {name: place for place, (name, _) in enumerate(_ASSET_SHARED)}


def _of_asset(kind: Kind, *only_here: tuple[str, str]) -> tuple[Field, ...]:
    """The asset's fields; they are staged with a prefix, since a video has some of the names."""
    return tuple(
        Field(
            name,
            kind_of_value,
            ASSET_SLOTS.get(name),
            RANK[kind] if name in ASSET_SLOTS else 0,
            f"of_asset_{name}",
            look=Look.ASSET,
        )
        for name, kind_of_value in (*_ASSET_SHARED, *only_here)
    )


ASSET_FIELDS: dict[Kind, tuple[Field, ...]] = {
    Kind.VIDEO: (),
    Kind.EXPORT: (),
    Kind.CLAIMS: _of_asset(Kind.CLAIMS),
    Kind.ASSET: _of_asset(
        Kind.ASSET,
        ("asset_type", "varchar(50)"),
        ("match_policy", "text"),
        ("ownership", "text"),
        ("conflicting_owner", "text"),
        ("conflicting_country_code", "text"),
    ),
}

# What a video takes over from its asset, each with its slot among the video's own. The values come
# from a stored row, where lists are arrays already.
SETTLED = (
    Field("upc", "varchar(20)"),
    Field("isrc", "varchar(12)", SLOTS["isrc"], RANK[Kind.ASSET]),
    Field("custom_id", "varchar(100)", SLOTS["custom_id"], RANK[Kind.ASSET]),
    Field("artist", "array"),
    Field("genre", "array"),
    Field("label", "varchar(255)"),
)
