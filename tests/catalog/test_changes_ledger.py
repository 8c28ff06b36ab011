"""The ledger of changes: a row for each statement, which brings an older state up to date."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from sqlalchemy import Engine, create_engine, func, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from catalogtool.catalog.models import (
    CATALOG_CHANGE,
    CHANNEL_COUNT,
    FACET_COUNT,
    KNOWN_COUNT,
    Video,
)
from catalogtool.catalog.search.facets import COUNTED_MASK, KNOWN_MASK
from catalogtool.catalog.upkeep import fold_counts, prune_changes
from catalogtool.core.db import unit_of_work
from tests.catalog.sample_catalogue import insert_samples, make_samples

NUMBER = 300


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    made = create_engine(make_url(database).set(drivername="postgresql+psycopg"))
    with Session(made) as session, session.begin():
        insert_samples(session, make_samples(5, NUMBER))
        session.execute(CATALOG_CHANGE.delete())
    yield made
    made.dispose()


class Seen(NamedTuple):
    """The videos' facets as of a snapshot, and the counts that the ledger must lead on from."""

    snapshot: str
    counted: Counter[int]
    known: Counter[int]

    @classmethod
    def by(cls, engine: Engine) -> Seen:
        """What is there now."""
        with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
            snapshot = connection.scalar(text("SELECT pg_current_snapshot()::text"))
            facets = connection.scalars(select(Video.facets)).all()
        assert isinstance(snapshot, str)
        return cls(
            snapshot,
            Counter(number & COUNTED_MASK for number in facets),
            Counter(number & KNOWN_MASK for number in facets),
        )


UNSEEN = text(
    """
    SELECT videos, ids, facets, facet_videos, known, known_videos, pruned FROM catalog_change
    WHERE xid >= pg_snapshot_xmin(cast(:snapshot AS pg_snapshot))::text::bigint
        AND NOT pg_visible_in_snapshot(xid::text::xid8, cast(:snapshot AS pg_snapshot))
    ORDER BY id
    """
)


class Change(NamedTuple):
    """A row of the ledger."""

    videos: int
    ids: list[int] | None
    facets: list[int] | None
    facet_videos: list[int] | None
    known: list[int] | None
    known_videos: list[int] | None
    pruned: int | None

    @property
    def is_reload(self) -> bool:
        """Whether it says that everything is to be loaded anew."""
        return self.facets is None and self.pruned is None


def changes_since(engine: Engine, before: Seen) -> list[Change]:
    with Session(engine) as session:
        rows = session.execute(UNSEEN, {"snapshot": before.snapshot})
        return [Change(*row) for row in rows]


def apply(counts: Counter[int], facets: list[int] | None, videos: list[int] | None) -> None:
    assert facets is not None
    assert videos is not None
    assert len(set(facets)) == len(facets)
    assert 0 not in videos
    for number, more in zip(facets, videos, strict=True):
        counts[number] += more


def run(engine: Engine, *statements: str) -> list[Change]:
    """Run the statements in one transaction; what the ledger says must lead to what is there."""
    before = Seen.by(engine)
    with Session(engine) as session, session.begin():
        for statement in statements:
            session.execute(text(statement))
    changes = changes_since(engine, before)
    counted, known = before.counted.copy(), before.known.copy()
    for change in changes:
        apply(counted, change.facets, change.facet_videos)
        apply(known, change.known, change.known_videos)
    after = Seen.by(engine)
    assert +counted == after.counted
    assert +known == after.known
    assert not changes_since(engine, after)
    return changes


def ids(engine: Engine, condition: str) -> list[int]:
    with Session(engine) as session:
        return list(session.scalars(text(f"SELECT id FROM video WHERE {condition} ORDER BY id")))


def test_new_videos_are_told(engine: Engine) -> None:
    (change,) = run(
        engine,
        "INSERT INTO video (id, video_id, title, category) VALUES"
        " (1002, 'b', 'B', 'Music'), (1001, 'a', 'A', 'Music'), (1003, 'c', NULL, 'Music')",
    )
    assert change.videos == 3
    assert change.ids == [1001, 1002, 1003]
    assert change.facet_videos == [3]
    assert sorted(change.known_videos or []) == [1, 2]


def test_removed_videos_are_told(engine: Engine) -> None:
    gone = ids(engine, "id % 50 = 0")
    (change,) = run(engine, "DELETE FROM video WHERE id % 50 = 0")
    assert change.videos == len(gone)
    assert change.ids == gone
    assert sum(change.facet_videos or []) == sum(change.known_videos or []) == -len(gone)


def test_changed_videos_are_told_once(engine: Engine) -> None:
    changed = ids(engine, "id <= 40")
    (change,) = run(
        engine,
        "UPDATE video SET hidden = NOT hidden, isrc = 'JPPO00000002', notes = 'x' WHERE id <= 40",
    )
    assert (change.videos, change.ids) == (40, changed)
    assert sum(change.facet_videos or []) == sum(change.known_videos or []) == 0
    assert change.facets


@pytest.mark.parametrize("what", ["title = title", "updated_at = now()", "label = label"])
def test_a_change_that_leaves_the_facets_is_one_too(engine: Engine, what: str) -> None:
    (change,) = run(engine, f"UPDATE video SET {what} WHERE id IN (7, 3)")
    assert change == Change(2, [3, 7], [], [], [], [], None)


def test_a_new_title_is_a_change(engine: Engine) -> None:
    run(engine, "UPDATE video SET title = 'old'")
    (change,) = run(engine, "UPDATE video SET title = 'new' WHERE id IN (7, 3)")
    assert change == Change(2, [3, 7], [], [], [], [], None)


def test_what_only_one_of_the_counts_knows(engine: Engine) -> None:
    (change,) = run(engine, "UPDATE video SET notes = 'new' WHERE coalesce(notes, '') = ''")
    assert change.facets == []
    assert change.known
    (change,) = run(engine, "UPDATE video SET administered = NOT administered")
    assert change.facets
    assert change.known == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE video SET title = 'x' WHERE false",
        "DELETE FROM video WHERE id < 0",
        "INSERT INTO video (video_id) SELECT 'x' WHERE false",
        "INSERT INTO video (id, video_id) SELECT id, video_id FROM video ON CONFLICT DO NOTHING",
        "UPDATE video_counter SET views = 5",
        "SELECT fold_counts()",
    ],
)
def test_what_touches_no_video_is_not_told(engine: Engine, statement: str) -> None:
    assert run(engine, statement) == []


def test_an_upsert_tells_new_and_changed_videos_apart(engine: Engine) -> None:
    upsert = """INSERT INTO video (id, video_id, category)
        SELECT n, coalesce((SELECT video_id FROM video WHERE id = n), 'new' || n), 'Comedy'
        FROM generate_series({}, {}) AS n
        ON CONFLICT (video_id) DO UPDATE SET category = excluded.category"""
    told = run(engine, upsert.format(NUMBER - 1, NUMBER + 3))
    assert sorted((change.videos, change.ids) for change in told) == [
        (2, [NUMBER - 1, NUMBER]),
        (3, [NUMBER + 1, NUMBER + 2, NUMBER + 3]),
    ]
    assert [change.ids for change in run(engine, upsert.format(1, 2))] == [[1, 2]]
    (change,) = run(engine, upsert.format(500, 501))
    assert change.ids == [500, 501]


def test_the_new_name_of_a_channel_changes_its_videos(engine: Engine) -> None:
    renamed = ids(engine, "channel_display_name = 'Alpha'")
    (change,) = run(engine, "UPDATE channel SET name = 'Renamed' WHERE name = 'Alpha'")
    assert change.ids == renamed
    assert change.facets == change.known == []


@pytest.mark.parametrize(("number", "named"), [(20_000, True), (20_001, False)])
def test_more_videos_than_a_chunk_of_an_import_has_are_not_named(
    engine: Engine, number: int, named: bool
) -> None:
    (change,) = run(
        engine,
        "INSERT INTO video (id, video_id, category)"
        f" SELECT n, 'n' || n, 'Film' FROM generate_series(5001, 5000 + {number}) AS n",
    )
    expected = list(range(5001, 5001 + number))
    for event in ("UPDATE video SET upc = '036000291452' WHERE id > 5000", "DELETE FROM video"):
        assert change.videos == number
        assert change.ids == (expected if named else None)
        assert change.facets
        (change,) = run(engine, event if event[0] == "U" else f"{event} WHERE id > 5000")
    assert change.ids == (expected if named else None)


def test_each_statement_of_a_transaction_has_its_row(engine: Engine) -> None:
    told = run(
        engine,
        "UPDATE video SET isrc = NULL WHERE id = 1",
        "UPDATE video SET isrc = 'USRC17607839' WHERE id = 1",
        "SAVEPOINT one",
        "DELETE FROM video WHERE id = 2",
        "ROLLBACK TO one",
        "SAVEPOINT two",
        "DELETE FROM video WHERE id = 3",
        "RELEASE two",
    )
    assert [change.ids for change in told] == [[1], [1], [3]]
    with Session(engine) as session:
        xids = session.scalars(select(CATALOG_CHANGE.c.xid)).all()
    assert len(set(xids)) == 1


def test_what_was_rolled_back_is_not_told(engine: Engine) -> None:
    before = Seen.by(engine)
    with Session(engine) as session:
        session.execute(text("DELETE FROM video WHERE id < 100"))
        session.rollback()
    assert changes_since(engine, before) == []


def test_what_commits_after_a_younger_change_is_told_to_who_missed_it(engine: Engine) -> None:
    with Session(engine) as slow:
        slow.execute(text("UPDATE video SET title = 'slow' WHERE id = 1"))
        run(engine, "UPDATE video SET title = 'fast' WHERE id = 2")
        between = Seen.by(engine)
        assert changes_since(engine, between) == []
        slow.commit()
    assert [change.ids for change in changes_since(engine, between)] == [[1]]


@pytest.mark.parametrize(
    "statement", ["TRUNCATE video CASCADE", "TRUNCATE video, facet_count, known_count CASCADE"]
)
def test_after_a_truncate_everything_is_to_be_loaded_anew(engine: Engine, statement: str) -> None:
    before = Seen.by(engine)
    with Session(engine) as session, session.begin():
        session.execute(text(statement))
    (change,) = changes_since(engine, before)
    assert change.is_reload
    with Session(engine) as session:
        for ledger in (FACET_COUNT, KNOWN_COUNT, CHANNEL_COUNT):
            assert session.scalar(select(func.count()).select_from(ledger)) == 0
    (change,) = run(engine, "INSERT INTO video (video_id, title) VALUES ('first', 'First')")
    assert change.facet_videos == [1]


def known_counts(session: Session) -> Counter[int]:
    rows = session.execute(
        select(KNOWN_COUNT.c.facets, func.sum(KNOWN_COUNT.c.videos)).group_by(KNOWN_COUNT.c.facets)
    )
    return Counter({facets: int(videos) for facets, videos in rows if videos})


def test_the_counts_of_known_fields_follow_every_change(engine: Engine) -> None:
    for change in (
        "UPDATE video SET notes = 'x' WHERE id % 2 = 0",
        "UPDATE video SET hidden = NOT hidden WHERE id % 3 = 0",
        "UPDATE channel SET name = 'Renamed' WHERE name = 'Alpha'",
        "DELETE FROM video WHERE id % 7 = 0",
        "SELECT fold_counts()",
        "INSERT INTO video (id, video_id, artist) VALUES (901, 'a', '{Ado}'), (902, 'b', '{}')",
        "SELECT fold_counts()",
        "UPDATE video SET prerolls_enabled = 'Yes'",
    ):
        run(engine, change)
        with Session(engine) as session:
            assert known_counts(session) == Seen.by(engine).known, change


def test_a_ledger_that_others_do_not_let_grow_is_folded_too(engine: Engine) -> None:
    run(engine, "SELECT fold_counts()")
    with Session(engine) as session, session.begin():
        session.execute(text("INSERT INTO known_count SELECT 0, 1 FROM generate_series(1, 3000)"))
        session.execute(text("INSERT INTO known_count SELECT 0, -1 FROM generate_series(1, 3000)"))
    with unit_of_work() as session:
        fold_counts(session)
    with Session(engine) as session:
        rows = session.scalar(select(func.count()).select_from(KNOWN_COUNT))
        assert known_counts(session) == Seen.by(engine).known
    assert rows == len(Seen.by(engine).known)


HOUR_LATER = "UPDATE catalog_change SET at = at - interval '61 minutes'"


def prune() -> None:
    with unit_of_work() as session:
        prune_changes(session)


def rows(engine: Engine) -> list[tuple[int, int | None]]:
    with Session(engine) as session:
        told = select(CATALOG_CHANGE.c.xid, CATALOG_CHANGE.c.pruned).order_by(CATALOG_CHANGE.c.id)
        return [(row.xid, row.pruned) for row in session.execute(told)]


def test_what_is_an_hour_old_is_pruned_and_leaves_one_mark(engine: Engine) -> None:
    titles = "UPDATE video SET title = 'x' WHERE id = 1"
    run(engine, titles, titles)
    run(engine, titles)
    (_, _, (last, _)) = rows(engine)
    prune()
    assert len(rows(engine)) == 3
    run(engine, HOUR_LATER)
    before = Seen.by(engine)
    run(engine, titles)
    (young, _) = rows(engine)[-1]
    prune()
    assert [(young, None), (rows(engine)[-1][0], last)] == rows(engine)
    # Who saw all that is gone loads nothing anew; who did not finds the mark.
    assert [change.pruned for change in changes_since(engine, before)] == [None, last]
    assert last < int(before.snapshot.split(":")[0])


def test_the_mark_moves_on_and_stays_one(engine: Engine) -> None:
    marks = []
    for _ in range(3):
        before = Seen.by(engine)
        run(engine, "UPDATE video SET title = 'x' WHERE id = 1")
        run(engine, HOUR_LATER)
        prune()
        ((mark, pruned),) = rows(engine)
        assert pruned is not None
        assert int(before.snapshot.split(":")[0]) <= pruned < mark
        assert [change.pruned for change in changes_since(engine, before)] == [pruned]
        marks.append(pruned)
    assert marks == sorted(set(marks))


def test_the_mark_never_moves_back(engine: Engine) -> None:
    # A transaction has its number when it first writes: who began later may have a smaller one.
    with Session(engine) as session, session.begin():
        session.execute(
            text(
                """INSERT INTO catalog_change (xid, at, videos) VALUES
                (50, now() - interval '90 minutes', 1), (40, now() - interval '30 minutes', 1)"""
            )
        )
    prune()
    assert [pruned for _, pruned in rows(engine)] == [None, 50]
    run(engine, HOUR_LATER)
    prune()
    assert [pruned for _, pruned in rows(engine)] == [50]


def test_nothing_is_written_where_there_is_nothing_to_prune(engine: Engine) -> None:
    prune()
    assert rows(engine) == []
    run(engine, "UPDATE video SET title = 'x' WHERE id = 1")
    run(engine, HOUR_LATER)
    prune()
    run(engine, HOUR_LATER)
    mark = rows(engine)
    prune()
    assert rows(engine) == mark


def test_what_a_running_transaction_may_precede_is_kept(engine: Engine) -> None:
    with Session(engine) as running:
        running.execute(text("SELECT pg_current_xact_id()"))
        run(engine, "UPDATE video SET title = 'x' WHERE id = 1")
        run(engine, HOUR_LATER)
        prune()
        ((_, pruned),) = rows(engine)
        assert pruned is None
    prune()
    ((_, pruned),) = rows(engine)
    assert pruned is not None


def test_rows_of_another_server_are_pruned_without_a_mark_from_there(engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        session.execute(
            text(
                """INSERT INTO catalog_change (xid, at, videos, pruned) VALUES
                (1000000000, '2026-01-01Z', 1, NULL), (1000000001, '2026-01-01Z', 0, 999999999)"""
            )
        )
    prune()
    ((_, pruned),) = rows(engine)
    assert pruned == 0


def test_two_who_prune_do_not_wait_for_each_other(engine: Engine) -> None:
    run(engine, "UPDATE video SET title = 'x' WHERE id = 1")
    run(engine, HOUR_LATER)
    with Session(engine) as first:
        prune_changes(first)
        with Session(engine) as second:
            second.execute(text("SET LOCAL lock_timeout = '2s'"))
            prune_changes(second)
            second.commit()
        first.commit()
    assert len(rows(engine)) == 1
