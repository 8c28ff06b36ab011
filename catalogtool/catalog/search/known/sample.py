"""The sample of the catalogue in memory: some thousand videos with all that filters ask of them.

What share of the sample meets some filters tells how many videos do, within a fraction of a
millisecond. `matching` answers for these videos what `conditions.conditions_beyond_facets` would.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Double,
    Text,
    cast,
    extract,
    func,
    select,
    text,
)

from catalogtool.catalog.models import SAMPLE_RANK, Video, VideoCounter
from catalogtool.catalog.search.conditions import TEXTS
from catalogtool.catalog.search.facets import FacetTest, mask_of
from catalogtool.catalog.search.filters import Filters
from catalogtool.catalog.search.known.texts import Mask, Texts, Values, lowered
from catalogtool.catalog.search.lookup import Lookup
from catalogtool.catalog.search.names import Names
from catalogtool.core.db import Reader

# One video in 128, in a random order, has an index: of a large catalogue its beginning is enough.
RANKS, KEPT_RANKS = 8192, 64
SAMPLE_SIZE = 24_000
_DAY = 24 * 60 * 60
_EPOCH = date(1970, 1, 1)
_HIDDEN = mask_of(["hidden"])

_TEXTS: Mapping[str, Any] = {**TEXTS, "channel_search": Video.channel_display_name}
# Filters by a whole value.
_VALUES: Mapping[str, Any] = {
    "channel": Video.channel_display_name,
    "category": Video.category,
    "category in lower case": func.lower(Video.category),
    "claimed_status": Video.claimed_status,
    "isrc": Video.isrc,
    "upc": Video.upc,
}


@dataclass(frozen=True)
class Sample:
    """Some videos of the catalogue, as they were when they were read.

    `share` is how much of the catalogue they are; `ids` and `facets` have an entry for each, and
    so have the masks that tell which of them meet something.
    """

    share: float
    ids: NDArray[np.int64]
    facets: NDArray[np.int64]
    _texts: Mapping[str, Texts]
    _values: Mapping[str, Values]
    # Days since 1970, NaN where it is unknown.
    _published: NDArray[np.float64]
    _views_are_missing: Mask

    @property
    def size(self) -> int:
        """How many videos there are."""
        return len(self.ids)

    def having(self, field: str, part: str) -> Mask:
        """Which videos have this part, in any case, in the text that the filter `field` is for."""
        return self._texts[field].having(part)

    def having_each(self, field: str, part: str) -> NDArray[np.float64]:
        """About how many videos of the catalogue have each name that holds this part.

        `field` is the filter for artists or labels. Several artists together count as one name.
        """
        return self._values[field].numbers_of(self.having(field, part)) / self.share

    def matching(self, filters: Filters, names: Names) -> Mask | None:
        """Which videos meet the conditions beyond the facets, and those on hidden channels.

        None where that cannot be told: there are too many hidden channels to list them.
        """
        if filters.hidden != "all" and names.hidden_channels is None:
            return None
        found = np.ones(self.size, np.bool_)
        for met in self._met(filters, names):
            found &= met
        return found

    def count(self, mask: Mask | None, test: FacetTest) -> int:
        """How many videos of the mask (None: of all) pass the test of facets."""
        found = test.among(self.facets)
        if mask is not None:
            found &= mask
        return int(np.count_nonzero(found))

    def _met(self, filters: Filters, names: Names) -> Iterator[Mask]:
        for field in ("search", "video_id", "asset_id", "custom_id", "label", "artist"):
            if (part := getattr(filters, field)) is not None:
                yield self.having(field, part)
        for field in ("channel", "claimed_status", "isrc", "upc"):
            by_facet = field == "claimed_status" and names.status_code is not None
            if (value := getattr(filters, field)) is not None and not by_facet:
                yield self._values[field].among([value])
        if "views" in filters.missing:
            yield self._views_are_missing
        yield from self._met_by_names(filters, names)
        yield from self._met_by_days(filters)

    def _met_by_names(self, filters: Filters, names: Names) -> Iterator[Mask]:
        if filters.channel_search is not None:
            if names.channels is None:
                yield self.having("channel_search", filters.channel_search)
            else:
                yield self._values["channel"].among(names.channels)
        if filters.category is not None and names.category_codes is None:
            if names.categories is None:
                yield self._values["category in lower case"].among([lowered(filters.category)])
            else:
                yield self._values["category"].among(names.categories)
        if filters.hidden != "all" and names.hidden_channels:
            in_hidden_channel = self._values["channel"].among(names.hidden_channels)
            if filters.hidden == "yes":
                yield in_hidden_channel | ((self.facets & _HIDDEN) != 0)
            else:
                yield ~in_hidden_channel

    def _met_by_days(self, filters: Filters) -> Iterator[Mask]:
        if filters.date_from is not None:
            yield self._published >= (filters.date_from - _EPOCH).days
        if filters.date_to is not None:
            yield self._published <= (filters.date_to - _EPOCH).days


def load_sample(session: Reader, videos: int) -> Sample:
    """Read the sample of a catalogue of so many videos."""
    ranks = _ranks(SAMPLE_SIZE, videos)
    lookup = _sampled(ranks)
    rows = lookup.ask(session, {})
    # Without rows there are no columns either.
    columns = zip(*rows, strict=True) if rows else [()] * len(lookup.columns)
    column = dict(zip(lookup.columns, columns, strict=True))
    texts = {name: Texts(len(rows), _known(column[f"text {name}"])) for name in _TEXTS}
    texts["artist"] = Texts(len(rows), _each(column["artist"]))
    values = {name: Values(column[f"value {name}"]) for name in _VALUES}
    values["label"] = Values(column["text label"])
    values["artist"] = Values("\n".join(filter(None, names or ())) for names in column["artist"])
    return Sample(
        ranks / RANKS,
        _constant(column["id"], np.int64),
        _constant(column["facets"], np.int64),
        texts,
        values,
        _constant(column["published"], np.float64),
        _constant(column["views_are_missing"], np.bool_),
    )


def _ranks(size: int, videos: int) -> int:
    """How many of the sample's ranks hold about so many videos."""
    return max(1, min(KEPT_RANKS, round(size * RANKS / max(videos, 1))))


@cache
def _sampled(ranks: int) -> Lookup:
    """The videos of so many ranks, by the index that has them."""
    day = func.floor(extract("epoch", Video.time_published) / _DAY)
    # One look by its key for each video. To join both tables as a whole would take long, and the
    # planner expects far more videos here than there are.
    views_are_missing = select(VideoCounter.views.is_(None)).where(
        VideoCounter.video_pk == Video.id
    )
    columns: list[ColumnElement[Any]] = [
        Video.id.expression,
        Video.facets.expression,
        *(func.lower(column).label(f"text {name}") for name, column in _TEXTS.items()),
        *(column.label(f"value {name}") for name, column in _VALUES.items()),
        # The list as one text: what is special in it has no case.
        cast(func.lower(cast(Video.artist, Text)), ARRAY(Text)).label("artist"),
        cast(day, Double).label("published"),
        func.coalesce(views_are_missing.scalar_subquery(), False).label("views_are_missing"),
    ]
    return Lookup.of(select(*columns).where(text(f"({SAMPLE_RANK}) < {ranks}")))


def _known(texts: tuple[str | None, ...]) -> Iterator[tuple[int, str]]:
    return ((row, one) for row, one in enumerate(texts) if one is not None)


def _each(lists: tuple[list[str | None] | None, ...]) -> Iterator[tuple[int, str]]:
    for row, texts in enumerate(lists):
        for one in texts or ():
            if one is not None:
                yield row, one


def _constant(values: tuple[Any, ...], kind: type[np.generic]) -> NDArray[Any]:
    made = np.array(values, kind)
    made.flags.writeable = False
    return made
