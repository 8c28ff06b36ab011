"""A video's facets as one number, so that an index can carry all of them.

`video.facets` packs what filters ask of many videos at once: the few values of each facet, and for
every field that can be unknown whether it is known. The database computes it (`video_facets`, in
the migrations), counts the videos of each number (`facet_count`) and keeps it in every index that
the list can be sorted by. So a filter by facets is `facets & mask = value`: counted in a table of
some thousand rows, and checked along an index without a look at the videos.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BigInteger, ColumnElement, literal_column, true

from catalogtool.catalog.models import AD_SETTINGS, COUNTED_FACETS
from catalogtool.catalog.search.filters import Filters
from catalogtool.catalog.search.names import Names
from catalogtool.core.arrays import Int64s, is_among_unseen

# Facets with several values and their bits, from the lowest bit up; 0 is always "unknown".
# A category and a claim status are told by a hash, see `names.py` for those that share one.
VALUES: dict[str, int] = {
    "category": 10,
    "claimed_status": 6,
    "duration": 2,
    "policy": 3,
    "privacy_status": 3,
    "claimed_by_another": 2,
    "is_short": 2,
    "is_live_stream": 2,
    "administered": 1,
    "hidden": 1,
}
# One bit each: whether the field holds anything.
KNOWN = (
    "asset_id",
    "isrc",
    "upc",
    "custom_id",
    "artist",
    "label",
    "title",
    "channel_id",
    "channel_display_name",
    "genre",
    "other_owners_claiming",
    "embedding_allowed",
    "ratings_allowed",
    "comments_allowed",
    "upload_source",
    "time_published",
    "notes",
    "effective_policy",
    "administered_at",
    *AD_SETTINGS,
)
DURATION = {"short": 1, "medium": 2, "long": 3}
POLICY = {"none": 0, "monetize": 1, "track": 2, "block": 3, "other": 4}
PRIVACY = {"public": 1, "unlisted": 2, "private": 3}
# Fields that can be missing and have a facet of their own for their values.
MISSING_BY_VALUE = {
    "category": "category",
    "claimed_status": "claimed_status",
    "video_length": "duration",
    "privacy_status": "privacy_status",
    "claimed_by_another_owner": "claimed_by_another",
    "is_short": "is_short",
    "is_live_stream": "is_live_stream",
}


def _layout() -> Iterator[tuple[str, tuple[int, int]]]:
    shift = 0
    for name, bits in [*VALUES.items(), *((f"has {name}", 1) for name in KNOWN)]:
        yield name, (shift, (1 << bits) - 1)
        shift += bits


LAYOUT: Mapping[str, tuple[int, int]] = dict(_layout())

# What is counted in all its combinations: see `facet_count`.
COUNTED = (*VALUES, "has asset_id", "has isrc", "has upc")

Part = tuple[int, int]


def part(name: str, value: int) -> Part:
    """The mask and the value of one facet within the number."""
    shift, mask = LAYOUT[name]
    return mask << shift, value << shift


def mask_of(names: Iterable[str]) -> int:
    """The bits of these facets."""
    return sum(LAYOUT[name][1] << LAYOUT[name][0] for name in names)


COUNTED_MASK = mask_of(COUNTED)
# Counted apart, because all combinations of everything would be too many: what is known of a video.
KNOWN_MASK = mask_of(["hidden", *(f"has {name}" for name in KNOWN if name not in AD_SETTINGS)])


@dataclass(frozen=True)
class FacetTest:
    """Which numbers pass: `mask` must give `value`, no part of `unlike` may be equal, and the
    category's part must be among `categories` (None: any)."""

    mask: int = 0
    value: int = 0
    unlike: tuple[Part, ...] = ()
    categories: tuple[int, ...] | None = None

    @property
    def bits(self) -> int:
        """All bits that the test looks at."""
        found = self.mask if self.categories is None else self.mask | mask_of(["category"])
        for mask, _ in self.unlike:
            found |= mask
        return found

    def within(self, bits: int) -> FacetTest:
        """What of the test these bits can tell; as many or more videos pass it."""
        return FacetTest(
            self.mask & bits,
            self.value & bits,
            tuple((mask, value) for mask, value in self.unlike if not mask & ~bits),
            self.categories if not mask_of(["category"]) & ~bits else None,
        )

    def having(self, name: str, value: int) -> FacetTest:
        """This test, and a facet that it does not look at has this value."""
        mask, wanted = part(name, value)
        return replace(self, mask=self.mask | mask, value=self.value | wanted)

    def among(self, facets: Int64s) -> NDArray[np.bool_]:
        """Which of these numbers pass."""
        found: NDArray[np.bool_] = facets & self.mask == self.value
        for mask, value in self.unlike:
            found &= facets & mask != value
        if self.categories is not None:
            mask, _ = part("category", 0)
            wanted = np.zeros(mask + 1, np.bool_)
            wanted[list(self.categories)] = True
            found &= wanted[facets & mask]
        return found

    def condition(self, facets: ColumnElement[int]) -> ColumnElement[bool]:
        """The test as SQL over a column of such numbers."""
        found: ColumnElement[bool] = true()
        if self.mask:
            found = facets.op("&")(self.mask) == self.value
        for mask, value in self.unlike:
            found = found & (facets.op("&")(mask) != value)
        if self.categories is not None:
            mask, _ = part("category", 0)
            found = found & facets.op("&")(mask).in_(self.categories)
        return found


def has_counted_code(codes: Int64s) -> ColumnElement[bool]:
    """What is counted of a video's facets is one of these numbers: see `ix_video_facets`."""
    return is_among_unseen(literal_column(f"(video.{COUNTED_FACETS})", BigInteger), codes)


def facet_test(filters: Filters, names: Names) -> FacetTest:
    """What these filters ask of the facets; that its channel is hidden is no facet of a video."""
    parts = [*_asked(filters), *(_missing(name) for name in filters.missing if name != "views")]
    if names.status_code is not None:
        parts.append(part("claimed_status", names.status_code))
    if filters.hidden == "yes" and names.hidden_channels == []:
        parts.append(part("hidden", 1))
    categories = names.category_codes
    if categories is not None and len(categories) == 1:
        parts.append(part("category", categories[0]))
        categories = None
    mask = value = 0
    contradicts = False
    for part_mask, part_value in parts:
        contradicts |= (mask & part_mask & (value ^ part_value)) != 0
        mask, value = mask | part_mask, value | part_value
    unlike = (
        [part("policy", POLICY["monetize"])] if filters.monetization == "not_monetizing" else []
    )
    if contradicts:
        unlike.append((0, 0))
    chosen = None if categories is None else tuple(part("category", code)[1] for code in categories)
    return FacetTest(mask, value, tuple(unlike), chosen)


def _asked(filters: Filters) -> Iterator[Part]:
    simple: list[tuple[str, Any, Mapping[str, int]]] = [
        ("duration", filters.duration, DURATION),
        ("policy", filters.policy, POLICY),
        ("privacy_status", filters.privacy_status, PRIVACY),
    ]
    for name, wanted, codes in simple:
        if wanted is not None:
            yield part(name, codes[wanted])
    for name in ("claimed_by_another", "is_short", "is_live_stream"):
        flag = getattr(filters, name)
        if flag is not None:
            yield part(name, 2 if flag else 1)
    if filters.administered is not None:
        yield part("administered", int(filters.administered))
    if filters.has_asset_id is not None:
        yield part("has asset_id", int(filters.has_asset_id))
    if filters.monetization == "monetizing":
        yield part("policy", POLICY["monetize"])
    if filters.hidden == "no":
        yield part("hidden", 0)


def _missing(field: str) -> Part:
    by_value = MISSING_BY_VALUE.get(field)
    return part(by_value, 0) if by_value else part(f"has {field}", 0)
