"""What a look may say: the fields of the reports, as good as the best report of each.

Lists come as lists, not as a report's text with marks between the items.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from catalogtool.catalog.merge.fields import (
    ASSET_FIELDS,
    CLAIM_STATE_RANK,
    COUNTER_FIELDS,
    RANK,
    SLOTS,
    VIDEO_FIELDS,
    Field,
    Kind,
    Look,
)


@dataclass(frozen=True)
class Clearable(Field):
    """A field of which YouTube says that it is empty: the empty text is stored as nothing."""

    def value(self, row: str) -> str:
        """SQL for the value as `row` tells it."""
        return f"nullif({row}.{self.source}, '')"


METADATA = (
    *(field for field in VIDEO_FIELDS[Kind.VIDEO] if field.look is Look.METADATA),
    Field("is_short", "boolean", SLOTS["is_short"], RANK[Kind.VIDEO]),
)
COUNTED = (
    *(field for field in COUNTER_FIELDS[Kind.VIDEO] if field.look is Look.METADATA),
    Field("likes", "bigint"),
)

# What a video's claims say of the video.
CLAIMED = tuple(
    Clearable("other_owners_claiming", "text")
    if field.name == "other_owners_claiming"
    else replace(field, rank=CLAIM_STATE_RANK)
    if field.name == "claimed_status"
    else field
    for field in VIDEO_FIELDS[Kind.VIDEO]
    if field.look is Look.CLAIMS
)
_POLICIES = ("claim_policy_monetize", "claim_policy_track", "claim_policy_block")
CLAIM = (
    Field("claim_status", "varchar(20)"),
    # They never change, and reports spell them in other words.
    *(
        Field(name, kind, fill_only=True)
        for name, kind in (
            ("claim_origin", "varchar(50)"),
            ("claim_type", "varchar(50)"),
            ("claim_created", "date"),
        )
    ),
    *(Clearable(name, "text") for name in _POLICIES),
    Field("effective_policy", "text"),
    Field("third_party", "boolean"),
)

_CONFLICT = ("conflicting_owner", "conflicting_country_code")
ASSET = (
    *(
        Clearable(field.name, field.type)
        if field.name in _CONFLICT
        else replace(field, staged="", type="array" if field.type == "text[]" else field.type)
        for field in ASSET_FIELDS[Kind.ASSET]
    ),
    Field("genre", "array"),
)


def staged_types(fields: tuple[Field, ...]) -> dict[str, str]:
    """The columns of a temporary table for these fields; texts of any length, which are cut."""
    return {
        field.source: "text[]"
        if field.type == "array"
        else "text"
        if field.type.startswith("varchar")
        else field.type
        for field in fields
    }
