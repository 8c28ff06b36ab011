"""The parameters of a search, for the API's document; `search.request` is what parses them."""

from __future__ import annotations

from apiflask import Schema
from apiflask.fields import Date, Integer, String
from apiflask.validators import Length, OneOf, Range, Regexp

from catalogtool.catalog.search.fields import FIELDS, NULLABLE
from catalogtool.catalog.search.filters import (
    DURATIONS,
    HIDDEN,
    MONETIZATIONS,
    POLICIES,
    PRIVACY,
)
from catalogtool.catalog.search.request import (
    DEFAULT_PER_PAGE,
    DEFAULT_SORT,
    LAST_PAGE,
    LONGEST_CURSOR,
    MOST_PER_PAGE,
    SORTS,
)


def _text(longest: int, meaning: str) -> String:
    return String(validate=Length(max=longest), metadata={"description": meaning})


def _holds(longest: int, what: str) -> String:
    return _text(longest, f"Part of the {what}, in any case, literally")


def _one_of(words: tuple[str, ...], meaning: str) -> String:
    return String(validate=OneOf(words), metadata={"description": meaning})


def _yes_no(meaning: str) -> String:
    return _one_of(("yes", "no"), f"{meaning}; what is unknown is neither")


def _names(allowed: tuple[str, ...], meaning: str) -> String:
    one = f"({'|'.join(allowed)})"
    return String(
        validate=Regexp(f"^{one}(,{one})*$"), metadata={"description": f"Comma list: {meaning}"}
    )


class FiltersIn(Schema):
    """Which videos; an empty text is no restriction."""

    search = _holds(500, "title")
    channel_search = _holds(200, "channel's name")
    video_id = _holds(20, "video id")
    asset_id = _holds(50, "asset id")
    custom_id = _holds(100, "custom id")
    channel = _text(200, "The channel's exact name")
    category = _text(100, "The category, in any case")
    duration = _one_of(DURATIONS, "short < 240 s ≤ medium ≤ 1200 s < long")
    has_asset_id = String(validate=OneOf(("yes", "no")))
    claimed_status = _text(20, "The exact claim status")
    claimed_by_another = _yes_no("Whether another owner claims it")
    policy = _one_of(POLICIES, "The class of the effective policy")
    monetization = _one_of(MONETIZATIONS, "Whether the policy's class is `monetize`")
    privacy_status = _one_of(PRIVACY, "Who can see it")
    is_short = _yes_no("Whether it is a Short")
    is_live_stream = _yes_no("Whether it is a live stream")
    administered = String(validate=OneOf(("yes", "no")))
    hidden = String(
        load_default="no",
        validate=OneOf(HIDDEN),
        metadata={"description": "Videos that are hidden or of a hidden channel"},
    )
    isrc = _text(50, "The ISRC; dashes and case do not matter")
    upc = _text(50, "The UPC; dashes and case do not matter")
    artist = _holds(500, "name of an artist")
    label = _holds(255, "label")
    date_from = Date(metadata={"description": "Published on this day (UTC) or later"})
    date_to = Date(metadata={"description": "Published on this day (UTC) or earlier"})
    missing = _names(tuple(NULLABLE), "fields that must be empty")


class SearchIn(FiltersIn):
    """Which videos, in which order, which page, which fields."""

    page = Integer(load_default=1, validate=Range(1, LAST_PAGE))
    per_page = Integer(load_default=DEFAULT_PER_PAGE, validate=Range(1, MOST_PER_PAGE))
    cursor = String(
        validate=Length(1, LONGEST_CURSOR),
        metadata={"description": "A `next_cursor` or `prev_cursor` of the same search and sort"},
    )
    sort = String(
        load_default=str(DEFAULT_SORT),
        validate=OneOf(SORTS),
        metadata={"description": "Ties are in the order of `id`, unknown values last"},
    )
    fields_ = _names(FIELDS, "only these fields")
    count = _one_of(("exact",), "`exact` counts to the end, however long it takes")


# `fields` itself is a schema's own attribute.
SearchIn._declared_fields["fields"] = SearchIn._declared_fields.pop("fields_")
