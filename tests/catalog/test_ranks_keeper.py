"""Ranks are read in the background, by one thread at a time, and whatever happens to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from threading import Thread

import psycopg
import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from catalogtool.catalog.search.known import background, column, memory, ranks_keeper
from catalogtool.catalog.search.known.memory import memory_of, warm_up
from catalogtool.catalog.search.known.ranks_keeper import RanksKeeper
from catalogtool.catalog.search.known.state import load_state
from catalogtool.catalog.search.ordering import ordering_of
from catalogtool.catalog.search.pages import Slice
from catalogtool.catalog.search.positions import Reading
from catalogtool.catalog.search.request import DEFAULT_SORT
from catalogtool.core import db
from catalogtool.core.db import reading
from tests.catalog import ranking
from tests.catalog.ranking import by_ranks
from tests.catalog.ranks_in_background import (
    NEVER,
    TOO_LONG,
    Gate,
    Loads,
    after_a_while,
    at_hand,
    column_at_hand,
    idle,
    rest,
)
from tests.catalog.remembering import execute, the_memory


@pytest.fixture(autouse=True)
def filled(database: str) -> None:
    """A database with 400 videos."""
    ranking.fill()


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> Loads:
    """Loading is watched, and done as often as it is due."""
    made = Loads()
    monkeypatch.setattr(ranks_keeper, "load_ranks", made.load)
    rest(monkeypatch, 0.0)
    return made


def test_whoever_asks_does_not_wait_and_one_thread_reads(loads: Loads) -> None:
    with Gate() as gate:
        loads.before = gate.pass_through
        assert [at_hand() for _ in range(3)] == [None] * 3
        assert gate.reached.wait(TOO_LONG)
        assert at_hand("views") is None
        # Nor does who would read them at once.
        with reading() as connection:
            the_memory()._ranks.load(connection, "views", load_state(connection))
        assert loads.fields == ["title"]
    idle()
    found = at_hand()
    assert found is not None
    assert found is at_hand()
    # Those of another sort are read when somebody asks again.
    assert after_a_while("views") is not None
    assert after_a_while("views") is not found
    assert loads.fields == ["title", "views"]


def test_what_was_begun_before_all_was_forgotten_is_not_kept(loads: Loads) -> None:
    with Gate() as gate:
        loads.after = gate.pass_through
        at_hand()
        assert gate.reached.wait(TOO_LONG)
        the_memory()._ranks.drop()
    idle()
    assert the_memory()._ranks._ranks == {}
    assert after_a_while() is not None
    assert loads.fields == ["title"] * 2


def raise_once(loads: Loads, error: Exception) -> None:
    def fail() -> None:
        loads.before = lambda: None
        raise error

    loads.before = fail


ERRORS = (
    psycopg.errors.QueryCanceled("too slow"),
    psycopg.OperationalError("the server is gone"),
    OperationalError("SELECT", {}, Exception("the server is gone")),
)


def test_an_error_is_no_obstacle_to_the_next(loads: Loads, monkeypatch: pytest.MonkeyPatch) -> None:
    for number, error in enumerate(ERRORS, 1):
        raise_once(loads, error)
        at_hand()
        idle()
        assert len(loads.fields) == 2 * number - 1
        assert after_a_while() is not None
        assert len(loads.fields) == 2 * number
        the_memory()._ranks.drop()
    # But it is not tried again and again.
    rest(monkeypatch, NEVER)
    raise_once(loads, ERRORS[0])
    assert [after_a_while() for _ in range(3)] == [None] * 3
    assert len(loads.fields) == 2 * len(ERRORS) + 1
    assert after_a_while("views") is not None


def test_who_reads_them_at_once_is_told_of_an_error(loads: Loads) -> None:
    raise_once(loads, ERRORS[0])
    with reading() as connection:
        keeper, state = RanksKeeper(), load_state(connection)
        with pytest.raises(psycopg.errors.QueryCanceled):
            keeper.load(connection, "title", state)
        keeper.load(connection, "title", state)
        assert keeper.ranks(connection, "title", state) is not None
    assert loads.fields == ["title"] * 2


class NoRoom(Thread):
    """A thread that the system has no room for."""

    def start(self) -> None:
        raise RuntimeError("can't start new thread")


@pytest.mark.parametrize("ask", [at_hand, column_at_hand])
def test_a_thread_that_cannot_start_is_no_obstacle_either(
    ask: Callable[[], object], loads: Loads, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(background, "Thread", NoRoom)
        assert [ask() for _ in range(3)] == [None] * 3
        idle()
    assert loads.fields == []
    ask()
    idle()
    assert ask() is not None


def test_stale_ranks_are_read_anew_after_the_rest(
    loads: Loads, monkeypatch: pytest.MonkeyPatch
) -> None:
    rest(monkeypatch, NEVER)
    found = after_a_while()
    assert found is not None
    execute("UPDATE video SET title = 'x' WHERE id <= 10")
    read = Reading(ordering_of("title"), descending=False)
    assert by_ranks(found, read, [5, 50, 60], Slice(None, 0, 3)) is not None
    assert found.is_stale
    # They are of use meanwhile.
    assert [after_a_while() for _ in range(3)] == [found] * 3
    assert loads.fields == ["title"]
    the_memory()._ranks._not_before["title"] = 0.0
    assert at_hand() is found
    idle()
    young = at_hand()
    assert young is not None
    assert young is not found
    assert not young.is_stale
    assert loads.fields == ["title"] * 2


def test_lost_ranks_are_read_anew(loads: Loads) -> None:
    found = after_a_while()
    assert found is not None
    execute("UPDATE video SET title = 'x' WHERE id = 1; UPDATE catalog_change SET ids = NULL")
    read = Reading(ordering_of("title"), descending=False)
    assert by_ranks(found, read, [5, 50, 60], Slice(None, 0, 3)) is None
    young = after_a_while()
    assert young is not None
    assert young is not found
    assert by_ranks(young, read, [5, 50, 60], Slice(None, 0, 3)) is not None


def test_the_rest_is_a_multiple_of_the_time_it_took(
    loads: Loads, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [1_000.0]
    monkeypatch.setattr(ranks_keeper, "monotonic", lambda: clock[0])
    monkeypatch.setattr(ranks_keeper, "REST_SECONDS", 20.0)
    monkeypatch.setattr(ranks_keeper, "REST_FACTOR", 20.0)
    loads.before = lambda: clock.append(clock.pop() + 3.0)
    keeper = the_memory()._ranks
    at_hand()
    idle()
    assert keeper._not_before == {"title": 1_063.0}
    keeper._ranks.clear()
    clock[0] = 1_062.0
    assert after_a_while() is None
    clock[0] = 1_063.0
    loads.before = lambda: None
    assert after_a_while() is not None
    assert keeper._not_before == {"title": 1_083.0}


def test_within_a_transaction_there_are_none(loads: Loads) -> None:
    assert after_a_while() is not None
    present = the_memory()._state
    assert present is not None
    with Session(db.engine()) as session:
        assert memory_of(session).ranks(session, present, "title") is None
        assert the_memory().ranks(session, present, "title") is None
    assert loads.fields == ["title"]


def test_sparse_ids_have_none_and_nobody_tries_in_vain(
    loads: Loads, monkeypatch: pytest.MonkeyPatch
) -> None:
    rest(monkeypatch, NEVER)
    monkeypatch.setattr(column, "FEW_IDS", 300)
    monkeypatch.setattr(column, "IDS_PER_VIDEO", 1)
    execute("INSERT INTO video (id, video_id) OVERRIDING SYSTEM VALUE VALUES (9999, 'far')")
    assert [after_a_while() for _ in range(3)] == [None] * 3
    assert loads.fields == ["title"]


def test_another_server_is_another_catalogue(loads: Loads) -> None:
    found = [after_a_while("title"), after_a_while("views")]
    assert None not in found
    the = the_memory()
    assert the._state is not None
    the._state = replace(the._state, server="another")
    assert at_hand() is None
    assert at_hand("views") is None
    idle()
    young = [after_a_while("title"), after_a_while("views")]
    assert None not in young
    assert not {id(one) for one in found} & {id(one) for one in young}


def test_the_same_server_is_the_same_catalogue(
    loads: Loads, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = after_a_while()
    monkeypatch.setattr(memory, "MOST_FOLLOWED", 0)
    before = the_memory()._state
    execute("UPDATE video SET label = 'x' WHERE id = 1")
    assert at_hand() is found
    after = the_memory()._state
    # Everything else was counted anew.
    assert before is not None
    assert after is not None
    assert after.listed_since > before.sequence
    assert loads.fields == ["title"]


def test_a_process_learns_before_it_is_asked(loads: Loads) -> None:
    warm_up()
    assert at_hand(DEFAULT_SORT.field) is not None
    assert loads.fields == [DEFAULT_SORT.field]
