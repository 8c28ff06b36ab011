"""The ledger of counters, and what a process learns from either ledger about its ranks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sqlalchemy import text

from catalogtool.catalog.search.known import writes
from catalogtool.catalog.search.known.ranks import UNKNOWN, Ranks
from catalogtool.catalog.search.ordering import ordering_of
from catalogtool.catalog.search.pages import Slice
from catalogtool.catalog.search.positions import Reading
from catalogtool.catalog.upkeep import prune_changes
from catalogtool.core.db import reading, unit_of_work
from tests.catalog import ranking
from tests.catalog.ranking import by_ranks, by_sorting, loaded
from tests.catalog.remembering import execute

# As the migration has it.
MOST_IDS = 20_000
WRITES = {
    "title": "UPDATE video SET title = '\U0010ffff' WHERE id IN (30, 40)",
    "views": "UPDATE video_counter SET views = 10 ^ 15 WHERE video_pk IN (30, 40)",
}
LEDGERS = {"title": "catalog_change", "views": "counter_write"}
IDS = np.arange(1, 401, dtype=np.int64)


@pytest.fixture(autouse=True)
def filled(database: str) -> None:
    """A database with 400 videos, and nothing in the ledger of counters."""
    ranking.fill()
    execute("DELETE FROM counter_write")


def rows(what: str = "videos, ids, pruned") -> list[tuple[Any, ...]]:
    with unit_of_work() as session:
        told = session.execute(text(f"SELECT {what} FROM counter_write ORDER BY id"))
        return [tuple(row) for row in told]


def follow(ranks: Ranks) -> Ranks:
    with reading() as connection:
        ranks.follow(connection)
    return ranks


def unknown(ranks: Ranks) -> list[int]:
    told = ranks._of(IDS) == UNKNOWN
    # Those have no counters.
    return [number for number in IDS[told].tolist() if number % 60 != 7]


def first_three(field: str, ranks: Ranks) -> bool | None:
    """Whether they are told as they are; None if they are not told at all."""
    read, part = Reading(ordering_of(field), descending=True), Slice(None, 0, 3)
    found = by_ranks(ranks, read, IDS, part)
    return None if found is None else found == by_sorting(read, IDS, part)


def test_what_is_written_is_noted_once_for_each_statement() -> None:
    execute(
        "UPDATE video_counter SET views = 3 WHERE video_pk IN (5, 9);"
        "UPDATE video_counter SET likes = 1 WHERE video_pk = 6"
    )
    (both, one) = rows()
    assert (both[0], sorted(both[1]), both[2]) == (2, [5, 9], None)
    assert one == (1, [6], None)
    assert len({xid for (xid,) in rows("xid")}) == 1


def test_the_facets_and_the_last_sync_are_written_too() -> None:
    execute("UPDATE video SET hidden = NOT hidden WHERE id = 5")
    execute(
        "INSERT INTO metadata_sync (video_id, sync_time, source, changes)"
        " SELECT video_id, now(), 'user', '{}' FROM video WHERE id = 6"
    )
    assert rows() == [(1, [5], None), (1, [6], None)]


def test_what_touches_no_counters_is_not_noted() -> None:
    for statement in (
        "UPDATE video_counter SET views = 5 WHERE false",
        "UPDATE video SET updated_at = now()",
        "INSERT INTO video (video_id) VALUES ('new')",
    ):
        execute(statement)
        assert rows() == [], statement


def test_what_comes_and_goes_is_noted() -> None:
    execute(
        "INSERT INTO video (id, video_id) OVERRIDING SYSTEM VALUE VALUES (1001, 'new');"
        "INSERT INTO video_counter (video_pk) VALUES (1001);"
        "DELETE FROM video_counter WHERE video_pk = 5;"
        "DELETE FROM video WHERE id = 6;"
        "TRUNCATE video_counter"
    )
    assert rows() == [(1, [1001], None), (1, [5], None), (1, [6], None), (0, None, None)]


def test_of_very_many_only_the_number_is_noted() -> None:
    execute(
        f"INSERT INTO video (id, video_id) OVERRIDING SYSTEM VALUE"
        f" SELECT n, 'n' || n FROM generate_series(2001, 2001 + {MOST_IDS}) AS n;"
        "INSERT INTO video_counter (video_pk) SELECT id FROM video WHERE id > 2000"
    )
    assert rows() == [(MOST_IDS + 1, None, None)]
    execute("DELETE FROM counter_write")
    ranks = loaded("views")
    execute(f"UPDATE video_counter SET views = 5 WHERE video_pk > 2001; {WRITES['views']}")
    (many, _) = rows("videos, array_length(ids, 1)")
    assert many == (MOST_IDS, MOST_IDS)
    assert first_three("views", ranks) is not None
    execute("UPDATE video_counter SET views = 6 WHERE video_pk > 2000")
    assert rows()[-1] == (MOST_IDS + 1, None, None)
    assert first_three("views", ranks) is None
    assert ranks.is_stale
    # There is no way back.
    assert first_three("views", ranks) is None
    assert first_three("views", loaded("views")) is True


@pytest.mark.parametrize("field", WRITES)
def test_each_sort_follows_its_ledger(field: str) -> None:
    # Who has a title has other facets, and counters tell them too.
    execute("UPDATE video SET title = 'x'")
    ranks = {name: loaded(name) for name in ("title", "views", "updated_at", "last_synced")}
    execute(WRITES[field])
    counted = {"views", "last_synced"}
    for name, found in ranks.items():
        concerned = (name in counted) == (field in counted)
        assert unknown(follow(found)) == ([30, 40] if concerned else []), name
        assert unknown(follow(found)) == ([30, 40] if concerned else []), name
        # What was taken in is not told again.
        assert found._unknown == (2 if concerned else 0)
        assert not found.is_stale


@pytest.mark.parametrize("field", WRITES)
def test_what_another_thread_has_taken_in_meanwhile_is_not_missed(
    field: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ranks, writes = loaded(field), [WRITES[field]]
    look = Ranks.window

    def look_slowly(self: Ranks, *given: Any) -> Any:
        found = look(self, *given)
        if writes:
            execute(writes.pop())
            follow(self)
        return found

    monkeypatch.setattr(Ranks, "window", look_slowly)
    assert first_three(field, ranks) is True


@pytest.mark.parametrize("field", WRITES)
def test_a_share_of_all_that_has_changed_is_too_much(field: str) -> None:
    ranks = loaded(field)
    execute(WRITES[field])
    assert not follow(ranks).is_stale
    execute(WRITES[field].replace("(30, 40)", "(50, 60, 70)"))
    assert follow(ranks).is_stale
    # They are still right.
    assert first_three(field, ranks) is True


@pytest.mark.parametrize("field", WRITES)
def test_whoever_slept_while_writes_were_forgotten_is_lost(field: str) -> None:
    ranks, young = loaded(field), None
    execute(WRITES[field])
    for _ in range(2):
        execute(f"UPDATE {LEDGERS[field]} SET at = now() - interval '2 hours'")
        young = loaded(field)
        with unit_of_work() as session:
            prune_changes(session)
        execute(WRITES[field].replace("(30, 40)", "(50)"))
        assert first_three(field, young) is True
    assert first_three(field, ranks) is None
    assert ranks.is_stale


def test_both_ledgers_are_pruned() -> None:
    for statement in WRITES.values():
        execute(statement)
    for ledger in LEDGERS.values():
        execute(f"UPDATE {ledger} SET at = now() - interval '61 minutes'")
    with unit_of_work() as session:
        last = session.execute(text("SELECT max(xid) FROM counter_write")).scalar_one()
        prune_changes(session)
    assert rows() == [(0, None, last)]
    with unit_of_work() as session:
        marks = session.execute(text("SELECT count(pruned), count(*) FROM catalog_change")).one()
    assert tuple(marks) == (1, 1)


def test_an_emptied_catalogue_is_another_one() -> None:
    ranks = loaded("title")
    execute("TRUNCATE video CASCADE")
    assert follow(ranks).is_stale


@pytest.mark.parametrize("field", WRITES)
def test_who_would_be_told_of_very_many_is_lost(
    field: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writes, "MOST_TOLD", 3)
    # The limit is a part of the statement, which is made but once otherwise.
    monkeypatch.setattr(writes, "_statement", writes._statement.__wrapped__)
    few, many = loaded(field), loaded(field)
    execute(WRITES[field].replace("(30, 40)", "(30, 40, 50)"))
    assert unknown(follow(few)) == [30, 40, 50]
    execute(WRITES[field].replace("(30, 40)", "(50)"))
    assert unknown(follow(few)) == [30, 40, 50]
    assert first_three(field, many) is None
    assert many.is_stale


def whole(field: str, ranks: Ranks, ids: list[int]) -> None:
    """The list in slices of ten is the sorted one, or is not told."""
    read = Reading(ordering_of(field), descending=True)
    for offset in range(0, len(ids), 10):
        part = Slice(None, offset, 10)
        found = by_ranks(ranks, read, ids, part)
        assert found is None or found == by_sorting(read, ids, part), (field, offset)


GONE = {
    "a deleted video": "DELETE FROM video WHERE id IN (24, 26)",
    "counters that are gone": "DELETE FROM video_counter WHERE video_pk IN (24, 26)",
    "counters made anew": "DELETE FROM video_counter WHERE video_pk IN (24, 26);"
    "INSERT INTO video_counter (video_pk, views) VALUES (24, 10 ^ 15), (26, 10 ^ 14)",
    "an id that is used again": "DELETE FROM video WHERE id IN (24, 26);"
    "INSERT INTO video (id, video_id) OVERRIDING SYSTEM VALUE VALUES (24, 'a'), (26, 'b');"
    "INSERT INTO video_counter (video_pk, views) VALUES (24, 10 ^ 15), (26, 10 ^ 14)",
    "another catalogue": "CREATE TEMP TABLE kept AS SELECT id, views FROM video"
    " JOIN video_counter ON video_pk = id; TRUNCATE video CASCADE;"
    "INSERT INTO video (id, video_id) OVERRIDING SYSTEM VALUE SELECT id, 'n' || id FROM kept;"
    "INSERT INTO video_counter (video_pk, views) SELECT id, id FROM kept",
}


@pytest.mark.parametrize("what", GONE)
@pytest.mark.parametrize("field", LEDGERS)
def test_what_is_gone_is_nowhere(field: str, what: str) -> None:
    execute("UPDATE video_counter SET views = 1000 - video_pk; UPDATE video SET title = 'x' || id")
    ranks = loaded(field)
    execute(GONE[what])
    whole(field, ranks, IDS.tolist())


@pytest.mark.parametrize("field", LEDGERS)
def test_many_new_videos_are_a_reason_to_read_all_anew(field: str) -> None:
    ranks = loaded(field)
    execute(
        "WITH new AS (INSERT INTO video (video_id) SELECT 'n' || n FROM generate_series(1, 500) n"
        " RETURNING id) INSERT INTO video_counter (video_pk) SELECT id FROM new"
    )
    whole(field, ranks, [*IDS.tolist(), *range(1001, 1501)])
    follow(ranks)
    assert ranks.is_stale
