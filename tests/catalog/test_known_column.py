"""The facets of all videos in memory are those of the table, whatever happened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random
from threading import Event, Thread
from typing import Any

import numpy as np
import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from catalogtool.catalog.search.facets import LAYOUT, FacetTest, part
from catalogtool.catalog.search.filters import Filters
from catalogtool.catalog.search.known import background, column, column_keeper, memory, state
from catalogtool.catalog.search.known.column import FacetColumn, load_column
from catalogtool.catalog.search.known.memory import memory_of, warm_up
from catalogtool.catalog.upkeep import prune_changes
from catalogtool.core import db
from catalogtool.core.db import reading, unit_of_work
from tests.catalog.remembering import execute, in_threads, the_memory
from tests.catalog.sample_catalogue import insert_samples, make_samples

MONETIZED, HIDDEN = part("policy", 1), part("hidden", 1)
TESTS = (
    FacetTest(),
    FacetTest(*MONETIZED),
    FacetTest(*HIDDEN, unlike=(MONETIZED,)),
    FacetTest(categories=tuple(range(0, 1024, 2))),
)
CHANGES = (
    "UPDATE video SET title = NULL, hidden = NOT hidden WHERE id % {n} = 1",
    "UPDATE video SET artist = ARRAY['Ada'], category = 'Gaming', updated_at = now()"
    " WHERE id % {n} = 2",
    "UPDATE video SET effective_policy = 'Block everywhere' WHERE id = {n}",
    "UPDATE video SET updated_at = '-infinity' WHERE id % {n} = 1",
    "UPDATE video SET updated_at = 'infinity', label = NULL WHERE id % {n} = 3",
    "DELETE FROM video WHERE id % {n} = 4",
    "INSERT INTO video (video_id, label) VALUES ('n' || left(md5(random()::text), 15), 'a')",
    "INSERT INTO video (video_id, label)"
    " SELECT left(md5(random()::text), 15), 'a' FROM generate_series(1, 1000 / {n})",
    "UPDATE channel SET name = name || '!' WHERE id % {n} = 0",
    "SELECT fold_counts()",
    # As after a statement that wrote more videos than are listed.
    "UPDATE video SET isrc = NULL WHERE id % {n} = 0; UPDATE catalog_change SET ids = NULL",
    "TRUNCATE video CASCADE",
)


@pytest.fixture
def filled(database: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database with 400 videos, and a process that reloads as soon as it has to."""
    monkeypatch.setattr(column_keeper, "REST_SECONDS", 0.0)
    with unit_of_work() as session:
        insert_samples(session, make_samples(5, 400))
        session.execute(text("SELECT setval(pg_get_serial_sequence('video', 'id'), 1000)"))
    return database


def at_hand() -> FacetColumn | None:
    """The column as a request gets it, which does not wait."""
    with reading() as connection:
        known = memory_of(connection)
        _, present = known.look(connection, Filters())
        return known.column(connection, present)


def idle() -> None:
    """Wait until no thread is about the column."""
    busy = the_memory()._keeper._background._busy
    assert busy.acquire(timeout=60)
    busy.release()


def after_a_while() -> FacetColumn | None:
    """The column as those get it who ask again when it has been loaded."""
    at_hand()
    idle()
    return at_hand()


def assert_true(known: FacetColumn | None) -> None:
    """The column tells what the table does."""
    assert known is not None
    with unit_of_work() as session:
        rows = session.execute(text("SELECT id, facets FROM video ORDER BY id")).all()
    ids, facets = np.array([tuple(row) for row in rows], np.int64).reshape(-1, 2).T
    told = known.of(np.arange(-5, 5_000, dtype=np.int64))
    assert told.ids.tolist() == ids.tolist()
    assert told.facets.tolist() == facets.tolist()
    for test in TESTS:
        passing = known.passing(test)
        assert passing.tolist() == ids[test.among(facets)].tolist()


def counted_loads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Filled with the numbers of the states for which the column is loaded."""
    loads: list[int] = []

    def load(session: Any, present: state.State) -> FacetColumn | None:
        loads.append(present.sequence)
        return load_column(session, present)

    monkeypatch.setattr(column_keeper, "load_column", load)
    return loads


@pytest.mark.parametrize("seed", range(6))
def test_nothing_that_happens_is_missed(
    filled: str, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = Random(seed)
    monkeypatch.setattr(column, "PIECE", chance.choice((3, 100, 500_000)))
    monkeypatch.setattr(column, "TESTED", chance.choice((7, 1 << 16)))
    monkeypatch.setattr(column, "LOOKED_UP", chance.choice((3, 2_000)))
    monkeypatch.setattr(column_keeper, "LOOKED_UP", chance.choice((3, 100, 2_000)))
    monkeypatch.setattr(column_keeper, "MOST_REMEMBERED", chance.choice((20, 100_000)))
    monkeypatch.setattr(state, "MOST_REMEMBERED", chance.choice((20, 100_000)))
    monkeypatch.setattr(state, "MOST_STATEMENTS", chance.choice((2, 10_000)))
    monkeypatch.setattr(memory, "MOST_FOLLOWED", chance.choice((1, 1_000)))
    for _ in range(25):
        for _ in range(chance.choice((0, 1, 3))):
            # The last one seldom.
            change = chance.choice(CHANGES if chance.random() < 0.2 else CHANGES[:-1])
            execute(change.format(n=chance.choice((1, 2, 3, 7, 50, 200))))
        known = at_hand()
        assert_true(known if known is not None else after_a_while())


def test_whoever_asks_does_not_wait(filled: str, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = Event(), Event()
    loads = counted_loads(monkeypatch)
    read = column._read

    def read_slowly(session: Any) -> Any:
        begun.set()
        assert go_on.wait(60)
        return read(session)

    monkeypatch.setattr(column, "_read", read_slowly)
    try:
        assert [at_hand() for _ in range(3)] == [None] * 3
        assert begun.wait(60)
        execute("UPDATE video SET label = NULL WHERE id % 2 = 0")
        assert at_hand() is None
    finally:
        go_on.set()
    idle()
    assert_true(at_hand())
    # Who asked while it was loaded did not have it loaded once more.
    assert len(loads) == 1


def test_what_changes_while_it_is_loaded_is_not_missed(
    filled: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(column, "PIECE", 100)
    read = column._read

    def read_slowly(session: Any) -> Any:
        for piece in read(session):
            execute(f"DELETE FROM video WHERE id = {piece[0][0]}")
            # To the end of what is read, back to its beginning, out of it and into it.
            execute("UPDATE video SET updated_at = now(), label = NULL WHERE id % 7 = 0")
            execute("UPDATE video SET updated_at = '-infinity', upc = NULL WHERE id % 7 = 1")
            execute("INSERT INTO video (video_id) SELECT 'n' || max(id) FROM video")
            yield piece

    loads = counted_loads(monkeypatch)
    with monkeypatch.context() as patch:
        patch.setattr(column, "_read", read_slowly)
        at_hand()
        idle()
    assert_true(at_hand())
    assert len(loads) == 1


def test_few_changes_are_looked_up_and_many_in_the_background(
    filled: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    loads = counted_loads(monkeypatch)
    monkeypatch.setattr(column_keeper, "LOOKED_UP", 30)
    monkeypatch.setattr(column_keeper, "REST_SECONDS", 1_000.0)
    known = after_a_while()
    assert_true(known)
    execute("UPDATE video SET hidden = NOT hidden WHERE id <= 30")
    assert at_hand() is known
    assert_true(known)
    execute("UPDATE video SET hidden = NOT hidden WHERE id <= 31")
    assert at_hand() is None
    idle()
    assert at_hand() is known
    assert_true(known)
    assert len(loads) == 1


def test_it_is_not_loaded_again_and_again(filled: str, monkeypatch: pytest.MonkeyPatch) -> None:
    loads = counted_loads(monkeypatch)
    monkeypatch.setattr(column_keeper, "REST_SECONDS", 1_000.0)
    assert_true(after_a_while())
    execute(CHANGES[-2].format(n=1))
    assert after_a_while() is None
    assert len(loads) == 1
    monkeypatch.setattr(the_memory()._keeper, "_not_before", 0.0)
    assert_true(after_a_while())
    assert len(loads) == 2


def test_no_thread_is_started_in_vain(filled: str, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[int] = []

    def thread(**given: Any) -> Thread:
        started.append(1)
        return Thread(**given)

    monkeypatch.setattr(background, "Thread", thread)
    monkeypatch.setattr(column_keeper, "REST_SECONDS", 1_000.0)
    monkeypatch.setattr(column, "FEW_IDS", 1_000)
    assert_true(after_a_while())
    assert len(started) == 1
    # What has changed is known, but it does not fit: one thread finds out.
    execute("INSERT INTO video (id, video_id) OVERRIDING SYSTEM VALUE VALUES (9999, 'far')")
    assert [after_a_while() for _ in range(3)] == [None] * 3
    assert len(started) == 2


def test_whoever_slept_while_changes_were_forgotten_loads_it_anew(filled: str) -> None:
    assert_true(after_a_while())
    execute("UPDATE video SET hidden = NOT hidden WHERE id <= 10")
    execute("UPDATE catalog_change SET at = now() - interval '2 hours'")
    with unit_of_work() as session:
        prune_changes(session)
    assert at_hand() is None
    assert_true(after_a_while())


def test_another_server_is_another_catalogue(filled: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(column_keeper, "REST_SECONDS", 1_000.0)
    assert_true(after_a_while())
    the = the_memory()
    assert the._state is not None
    the._state = replace(the._state, server="another")
    assert at_hand() is None
    assert the._keeper._column is None
    monkeypatch.setattr(the._keeper, "_not_before", 0.0)
    assert_true(after_a_while())


def test_within_a_transaction_there_is_none(filled: str) -> None:
    known, present = after_a_while(), the_memory()._state
    assert known is not None
    assert present is not None
    with Session(db.engine()) as session:
        assert memory_of(session).column(session, present) is None
        assert the_memory().column(session, present) is None


def test_a_process_learns_before_it_is_asked(filled: str, monkeypatch: pytest.MonkeyPatch) -> None:
    warm_up()
    monkeypatch.setattr(column_keeper, "load_column", None)
    assert_true(at_hand())


def test_a_slow_disk_is_no_error(filled: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []

    def load(*_: Any) -> Any:
        tried.append(1)
        raise psycopg.errors.QueryCanceled

    monkeypatch.setattr(column_keeper, "REST_SECONDS", 1_000.0)
    monkeypatch.setattr(column_keeper, "load_column", load)
    assert [after_a_while() for _ in range(3)] == [None] * 3
    # It is not tried again and again.
    assert len(tried) == 1


def test_an_empty_catalogue_has_one(database: str) -> None:
    assert_true(after_a_while())
    execute("INSERT INTO video (video_id) VALUES ('first')")
    assert_true(at_hand())


@pytest.mark.parametrize("id_sql", ["1604", "1000000000000", "0 - 1"])
def test_sparse_ids_have_none(filled: str, id_sql: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(column, "FEW_IDS", 1_000)
    far = f"INSERT INTO video (id, video_id) OVERRIDING SYSTEM VALUE VALUES ({id_sql}, 'far')"
    assert_true(after_a_while())
    execute(far.replace(id_sql, "1599").replace("far", "near"))
    assert_true(at_hand())
    execute(f"DELETE FROM video WHERE id = 1; {far}")
    # It neither grows into one nor is one loaded.
    assert at_hand() is None
    assert after_a_while() is None
    assert the_memory()._keeper._column is None
    execute("DELETE FROM video WHERE video_id = 'far'")
    assert_true(after_a_while())


def test_too_many_ids_have_none(filled: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(column, "MOST_IDS", 401)
    assert_true(after_a_while())
    execute("INSERT INTO video (video_id) VALUES ('n')")
    assert after_a_while() is None


def test_threads_always_see_what_was_committed(
    filled: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two threads write and four ask: nobody is told less than was there before."""
    monkeypatch.setattr(column_keeper, "LOOKED_UP", 40)
    over = Event()
    # Written after each commit: a video, and whether it was hidden.
    last: list[tuple[int, bool]] = [(2, False), (3, False)]
    execute("UPDATE video SET hidden = false")

    def write(number: int) -> None:
        chance = Random(number)
        for step in range(60):
            video, hidden = 4 + 2 * step + number, True
            if step % 3 == 0:
                execute(f"UPDATE video SET hidden = true WHERE id IN ({video}, {video + 200})")
            else:
                with unit_of_work() as session:
                    video = session.execute(
                        text("INSERT INTO video (video_id) VALUES (:name) RETURNING id"),
                        {"name": f"{number} {step}"},
                    ).scalar_one()
                hidden = False
            last[number] = (video, hidden)
            if chance.random() < 0.1:
                execute(f"UPDATE video SET label = 'x' WHERE id % 2 = {number} AND id > 330")

    def ask() -> int:
        told = 0
        while not over.is_set():
            expected = list(last)
            known = at_hand()
            for video, hidden in expected:
                if known is not None:
                    told += 1
                    found = known.of(np.array([video], np.int64))
                    assert found.ids.tolist() == [video]
                    assert bool(found.facets[0] & HIDDEN[0]) is hidden
        return told

    assert sum(in_threads(write, ask, over)) > 0
    assert_true(after_a_while())


def test_no_facets_are_negative() -> None:
    assert max(shift + mask.bit_length() for shift, mask in LAYOUT.values()) < 64


def test_ids_beyond_either_end_are_left_out() -> None:
    known = FacetColumn(np.array([-1, 7, -1, 0], np.int64), 1)
    asked: Callable[..., Any] = lambda *ids: known.of(np.array(ids, np.int64)).ids.tolist()  # noqa: E731
    assert asked(-4, -1, 0, 1, 2, 3, 4, 2**62) == [1, 3]
    assert asked() == []
    assert asked(3) == [3]
    assert asked(9) == []
