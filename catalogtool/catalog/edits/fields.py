"""Which fields of a video people may set, to what, and how each is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from catalogtool.catalog.edits.values import (
    MOST_ENTRIES,
    Parser,
    entries,
    isrc_code,
    one_of,
    switch,
    text,
    upc_code,
    verdict,
)
from catalogtool.catalog.merge.fields import SETTLED, VIDEO_FIELDS, Kind
from catalogtool.catalog.search.filters import PRIVACY

LONGEST_POLICY = 2_000


@dataclass(frozen=True)
class Field:
    """One editable field.

    `parse` makes a stored value of what came in. `longest` counts the characters of a free text or
    the entries of a list, None where a change can't make a value grow. `required`: never empty.
    """

    name: str
    parse: Parser
    longest: int | None = None
    is_list: bool = False
    required: bool = False

    @property
    def is_free_text(self) -> bool:
        """Whether parts of it may be replaced."""
        return self.longest is not None and not self.is_list


def _text(name: str, longest: int, *, required: bool = False) -> Field:
    return Field(name, text(longest, required=required), longest, required=required)


def _list(name: str) -> Field:
    return Field(name, entries, MOST_ENTRIES, is_list=True)


EDITABLE: Mapping[str, Field] = {
    field.name: field
    for field in (
        _text("title", 500, required=True),
        _text("notes", 500),
        _text("custom_id", 100),
        _text("asset_id", 50),
        _list("artist"),
        _list("genre"),
        _text("label", 255),
        Field("upc", upc_code),
        Field("isrc", isrc_code),
        _text("category", 100),
        Field("privacy_status", one_of(*PRIVACY)),
        _text("effective_policy", LONGEST_POLICY),
        Field("administered", switch),
        Field("hidden", switch),
        Field("is_short", verdict),
    )
}

# Facts of this house: nobody else has a say on them, so they wait for no confirmation.
LOCAL = frozenset({"notes", "hidden", "administered", "is_short"})

# What goes along with another field: since when, and which list of Shorts the video stands in.
ADMINISTERED_AT, SHORT_VERDICT = "administered_at", "short_verdict"
COMPANIONS = frozenset({ADMINISTERED_AT, SHORT_VERDICT})

# Every column of `video` that a record of the history can speak of, with its SQL type.
STORED: Mapping[str, str] = {
    **{f.name: f.type for kind in (Kind.VIDEO, Kind.CLAIMS) for f in VIDEO_FIELDS[kind]},
    **{f.name: "text[]" if f.type == "array" else f.type for f in SETTLED},
    "notes": "varchar(500)",
    "administered": "boolean",
    "hidden": "boolean",
}
