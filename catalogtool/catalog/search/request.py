"""One question to the catalogue: which videos, in which order, which page, which fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from catalogtool.catalog.search.fields import FIELDS
from catalogtool.catalog.search.filters import PARSERS, Filters, parse_filters
from catalogtool.catalog.search.parameters import check_names, refuse
from catalogtool.catalog.search.values import Parser, names_among, number_between, one_of

SORT_FIELDS = (
    "title",
    "updated_at",
    "time_published",
    "video_length",
    "views",
    "category",
    "channel_display_name",
    "last_synced",
)
NO_FILTERS = Filters()
DEFAULT_PER_PAGE = 20
MOST_PER_PAGE = 100
LAST_PAGE = 2**31 - 1
LONGEST_CURSOR = 4_000


@dataclass(frozen=True)
class Sort:
    """By which field; ties are always in the order of `id`, unknown values always come last."""

    field: str = "updated_at"
    descending: bool = True

    def __str__(self) -> str:
        return f"{self.field}:{'desc' if self.descending else 'asc'}"


DEFAULT_SORT = Sort()
SORTS = tuple(str(Sort(field, down)) for field in SORT_FIELDS for down in (False, True))


@dataclass(frozen=True)
class SearchRequest:
    """The whole question; `cursor` is still as opaque as it came and wins over `page`."""

    filters: Filters = NO_FILTERS
    sort: Sort = DEFAULT_SORT
    page: int = 1
    per_page: int = DEFAULT_PER_PAGE
    cursor: str | None = None
    fields: tuple[str, ...] = FIELDS
    exact_count: bool = False


def _cursor(field: str, value: str) -> str:
    if not value or len(value) > LONGEST_CURSOR:
        refuse(field, "must be a next_cursor or prev_cursor of an earlier answer")
    return value


PAGING: dict[str, Parser] = {
    "page": number_between(1, LAST_PAGE),
    "per_page": number_between(1, MOST_PER_PAGE),
    "cursor": _cursor,
    "sort": one_of(*SORTS),
    "fields": names_among(FIELDS),
    "count": one_of("exact"),
}
PARAMETERS = (*PARSERS, *PAGING)


def parse_request(given: Mapping[str, str]) -> SearchRequest:
    """The question that these parameters ask; ValidationError names the first that is wrong."""
    check_names(given, PARAMETERS)
    filters = parse_filters({name: given[name] for name in given if name in PARSERS})
    paging = {name: PAGING[name](name, given[name]) for name in given if name in PAGING}
    if "sort" in paging:
        field, _, direction = str(paging["sort"]).partition(":")
        paging["sort"] = Sort(field, direction == "desc")
    if "count" in paging:
        paging["exact_count"] = paging.pop("count") == "exact"
    return SearchRequest(filters=filters, **paging)  # type: ignore[arg-type]
