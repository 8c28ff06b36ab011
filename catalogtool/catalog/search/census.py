"""How many videos pass a test of facets: exactly, from the ledgers of counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Table, bindparam, func, select, text

from catalogtool.catalog.models import CHANNEL_COUNT, FACET_COUNT, FACET_SUMMARY
from catalogtool.catalog.search.facets import (
    COUNTED_MASK,
    EVERYDAY_MASK,
    FacetTest,
    facet_test,
)
from catalogtool.catalog.search.filters import Filters
from catalogtool.catalog.search.names import Names, find_names, look_up
from catalogtool.core.db import Reader

# With more combinations than this, summing them up takes longer than a look at the sample.
MOST_ROWS = 25_000
NO_NAMES = Names()


@dataclass(frozen=True)
class Census:
    """Videos in the whole catalogue, and those that pass; None where nobody has counted."""

    videos: int
    passing: int | None


def open_census(session: Reader, filters: Filters) -> tuple[Names, FacetTest, Census]:
    """The names that filters need, the test of facets that they mean, and how many pass it.

    Most tests are known before the names are; then all of it is one statement.
    """
    test = facet_test(filters, NO_NAMES)
    early = test.is_one_mask and test.bits & ~EVERYDAY_MASK == 0 and filters.hidden != "yes"
    if early and filters.category is None and filters.claimed_status is None:
        masked = {"mask": test.mask, "value": test.value}
        names, (videos, passing) = look_up(session, filters, _BY_MASK, masked)
        return names, test, Census(int(videos), int(passing))
    names = find_names(session, filters)
    test = facet_test(filters, names)
    return names, test, take_census(session, test)


def take_census(session: Reader, test: FacetTest) -> Census:
    """Count the videos that pass a test, if that is quickly done."""
    if test.bits & ~EVERYDAY_MASK == 0:
        return _count(session, FACET_SUMMARY, test)
    if test.bits & ~COUNTED_MASK == 0 and _rows(session) <= MOST_ROWS:
        return _count(session, FACET_COUNT, test)
    return Census(_count(session, FACET_SUMMARY, FacetTest()).videos, None)


def count_passing(session: Reader, test: FacetTest) -> tuple[int, bool]:
    """How many pass what is counted of a test, and whether that is all of it.

    With many combinations it takes some ten milliseconds.
    """
    passing = _count(session, FACET_COUNT, test.counted).passing
    return passing or 0, not test.bits & ~COUNTED_MASK


def count_in_channels(session: Reader, channels: list[str]) -> int:
    """How many videos these channels have together."""
    count = func.coalesce(func.sum(CHANNEL_COUNT.c.videos), 0)
    query = select(count).where(CHANNEL_COUNT.c.channel_display_name == func.any(channels))
    return int(session.execute(query).scalar_one())


def _by_mask() -> tuple[ColumnElement[Any], ...]:
    facets, videos = FACET_SUMMARY.c.facets, FACET_SUMMARY.c.videos
    mask, value = bindparam("mask", type_=BigInteger), bindparam("value", type_=BigInteger)
    passing = func.sum(videos).filter(facets.op("&")(mask) == value)
    return (
        select(func.coalesce(func.sum(videos), 0)).scalar_subquery(),
        select(func.coalesce(passing, 0)).scalar_subquery(),
    )


_BY_MASK = _by_mask()


def _rows(session: Reader) -> int:
    """About how many rows the ledger has."""
    size = text("SELECT pg_relation_size('facet_count') / 50")
    return int(session.execute(size).scalar_one())


def _count(session: Reader, ledger: Table, test: FacetTest) -> Census:
    videos = ledger.c.videos
    passing = func.sum(videos).filter(test.condition(ledger.c.facets))
    row = session.execute(
        select(func.coalesce(func.sum(videos), 0), func.coalesce(passing, 0))
    ).one()
    return Census(int(row[0]), int(row[1]))
