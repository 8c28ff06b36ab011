"""The facets tell of a video what its columns tell, and the ledgers count every video once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import ColumnElement, Engine, and_, create_engine, func, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from catalogtool.catalog.models import CHANNEL_COUNT, FACET_COUNT, Video
from catalogtool.catalog.search.conditions import build_conditions, conditions_beyond_facets
from catalogtool.catalog.search.facets import COUNTED_MASK, KNOWN_MASK, facet_test
from catalogtool.catalog.search.fields import NULLABLE
from catalogtool.catalog.search.filters import parse_filters
from catalogtool.catalog.search.known.memory import memory_of
from catalogtool.catalog.search.names import find_names
from tests.catalog.conftest import Catalogue
from tests.catalog.sample_catalogue import insert_samples, make_samples

BY_FACET = [
    *({"duration": value} for value in ("short", "medium", "long")),
    *({"policy": value} for value in ("monetize", "track", "block", "other", "none")),
    *({"monetization": value} for value in ("monetizing", "not_monetizing")),
    *({"privacy_status": value} for value in ("public", "unlisted", "private")),
    *(
        {name: value}
        for name in ("has_asset_id", "claimed_by_another", "is_short", "is_live_stream")
        for value in ("yes", "no")
    ),
    *({"administered": value} for value in ("yes", "no")),
    *({"claimed_status": value} for value in ("claimed", "Claimed")),
    *({"category": value} for value in ("music", "GAMING", "éducation", "nothing")),
    *({"missing": name} for name in NULLABLE if name != "views"),
    {"missing": "isrc,upc", "policy": "block"},
    {"missing": "is_short", "is_short": "yes"},
    {"has_asset_id": "yes", "missing": "asset_id"},
]


def passing(session: Session, condition: ColumnElement[bool]) -> list[int]:
    return list(session.scalars(select(Video.id).where(condition).order_by(Video.id)))


@pytest.mark.parametrize("asked", BY_FACET, ids=str)
def test_the_facets_tell_what_the_columns_tell(catalogue: Catalogue, asked: dict[str, str]) -> None:
    filters = parse_filters({**asked, "hidden": "all"})
    with Session(catalogue.engine) as session:
        names = find_names(session, filters)
        test = facet_test(filters, names)
        by_columns = passing(session, and_(*build_conditions(filters, names)))
        # Statuses that share a code are told apart beyond the facets.
        beyond = conditions_beyond_facets(filters, names)
        by_facets = passing(session, and_(test.condition(Video.facets.expression), *beyond))
        _, state = memory_of(session).look(session, filters)
    counted = state.count(test)
    assert by_facets == by_columns
    if not beyond:
        assert counted in (len(by_columns), None)
    assert state.count_at_most(test) >= len(by_facets)
    uncounted = test.bits & ~COUNTED_MASK != 0 and test.bits & ~KNOWN_MASK != 0
    assert (counted is None) == uncounted


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    made = create_engine(make_url(database).set(drivername="postgresql+psycopg"))
    with Session(made) as session, session.begin():
        insert_samples(session, make_samples(3, 200))
    yield made
    made.dispose()


CHANGES = (
    "UPDATE video SET hidden = NOT hidden WHERE id % 3 = 0",
    "UPDATE video SET category = 'Gaming', isrc = NULL WHERE id < 50",
    "UPDATE video SET title = title WHERE id < 100",
    "UPDATE channel SET name = 'Renamed' WHERE name = 'Alpha'",
    "DELETE FROM video WHERE id % 7 = 0",
    "SELECT fold_counts()",
    "UPDATE video SET asset_id = 'A' || id, channel_display_name = 'Quiet' WHERE id % 2 = 0",
    "SELECT fold_counts()",
    "SELECT fold_counts()",
)


def test_the_ledgers_follow_every_change(engine: Engine) -> None:
    for change in CHANGES:
        with Session(engine) as session, session.begin():
            session.execute(text(change))
        with Session(engine) as session:
            counted = select(FACET_COUNT.c.facets, func.sum(FACET_COUNT.c.videos)).group_by(
                FACET_COUNT.c.facets
            )
            code = Video.facets.op("&")(COUNTED_MASK)
            there = select(code, func.count()).group_by(code)
            ledger = {facets: int(n) for facets, n in session.execute(counted) if n}
            assert ledger == {row[0]: row[1] for row in session.execute(there)}
            name = CHANNEL_COUNT.c.channel_display_name
            by_channel = select(name, func.sum(CHANNEL_COUNT.c.videos)).group_by(name)
            channels = {key: int(n) for key, n in session.execute(by_channel) if n}
            of_channel = (
                select(Video.channel_display_name, func.count())
                .where(Video.channel_display_name.is_not(None))
                .group_by(Video.channel_display_name)
            )
            assert channels == {row[0]: row[1] for row in session.execute(of_channel)}
            apart = "SELECT count(*) FROM video v JOIN video_counter c ON c.video_pk = v.id"
            assert session.scalar(text(f"{apart} WHERE c.facets <> v.facets")) == 0


def test_a_change_is_the_last_one_as_soon_as_it_is_written(engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        session.execute(
            text(
                """INSERT INTO metadata_sync (video_id, sync_time, source, changes)
                SELECT video_id, timestamptz '2027-01-01Z', 'user', '{}'::jsonb
                FROM video WHERE id <= 3
                UNION ALL
                SELECT video_id, timestamptz '2000-01-01Z', 'user', '{}'::jsonb
                FROM video WHERE id <= 3"""
            )
        )
    with Session(engine) as session:
        rows = session.scalars(
            text(
                "SELECT last_synced AT TIME ZONE 'UTC' FROM video_counter"
                " WHERE last_synced > '2026-12-31Z' ORDER BY video_pk"
            )
        )
        assert [str(row) for row in rows] == ["2027-01-01 00:00:00"] * 3
