"""A slice by ranks is that of the sorted list, whatever is written before, meanwhile and after."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from threading import Event
from typing import Any

import numpy as np
import pytest
from sqlalchemy import text

from catalogtool.catalog.search import ranked
from catalogtool.catalog.search.known import order, slices
from catalogtool.catalog.search.known.ranks import ABSENT, UNKNOWN, Ranks
from catalogtool.catalog.search.ordering import COUNTED, ordering_of
from catalogtool.catalog.search.pages import Slice
from catalogtool.catalog.search.positions import Reading
from catalogtool.catalog.search.request import SORT_FIELDS
from catalogtool.core.arrays import Int64s
from catalogtool.core.db import reading, unit_of_work
from tests.catalog import ranking
from tests.catalog.ranking import by_ranks, by_sorting, in_order, loaded
from tests.catalog.remembering import execute, in_threads


@pytest.fixture(autouse=True)
def filled(database: str) -> None:
    """A database with 400 videos."""
    ranking.fill()


class Meanwhile:
    """What others write between a look at the ranks and one at the videos."""

    def __init__(self) -> None:
        self.writes: list[str] = []
        self.looks = 0

    def look_up(self, *given: Any) -> Any:
        self.looks += 1
        if self.writes:
            execute(self.writes.pop())
        return LOOK_UP(*given)


LOOK_UP = ranked._look_up


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Statements for it may be added."""
    others = Meanwhile()
    monkeypatch.setattr(ranked, "_look_up", others.look_up)
    return others


def present_ids() -> list[int]:
    with unit_of_work() as session:
        return list(session.execute(text("SELECT id FROM video")).scalars())


def may_be_found_otherwise(ranks: Ranks, field: str, ids: Int64s, part: Slice) -> bool:
    """Whether ranks need not tell: of too many the place is unknown, or of the start."""
    start = [] if part.start is None else [part.start.id]
    unknown = np.isin(ranks._of(ids), (ABSENT, UNKNOWN)).sum()
    at = ranks._of(np.array(start, np.int64))
    moved = part.start is not None and part.start not in in_order(field)
    return bool(unknown > slices.MOST_UNKNOWN or np.isin(at, (ABSENT, UNKNOWN)).any() or moved)


def drawn_ranks(chance: Random, patch: pytest.MonkeyPatch) -> dict[str, Ranks]:
    """Those of each sort; mostly several videos share one."""
    patch.setattr(order, "PIECE", chance.choice((7, 100, 500_000)))
    patch.setattr(order, "RANKS", chance.choice((5, 20, 60, 20_000)))
    return {field: loaded(field) for field in SORT_FIELDS}


def questions(
    chance: Random, field: str, ids: list[int], number: int
) -> Iterator[tuple[Reading, Int64s, Slice]]:
    """Slices of lists of some of these videos."""
    rows = in_order(field)
    for _ in range(number):
        listed = ranking.some_of(chance, ids)
        part = ranking.a_part(chance, rows, len(listed))
        yield ranking.a_reading(chance, field), listed, part


@pytest.mark.parametrize("seed", range(2))
def test_nothing_that_is_written_is_missed(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = Random(seed)
    told = asked = 0
    gone: set[int] = set()
    for _ in range(4):
        monkeypatch.setattr(slices, "MOST_UNKNOWN", chance.choice((30, 500)))
        by_field = drawn_ranks(chance, monkeypatch)
        for _ in range(8):
            before = set(present_ids())
            for _ in range(chance.choice((0, 1, 1, 2))):
                execute(ranking.a_write(chance))
            present = present_ids()
            gone |= before - set(present)
            for field, ranks in by_field.items():
                # What has lost its counters is told by the other ledger, so nobody lists it.
                ids = present if field in COUNTED else [*present, *gone]
                for read, listed, part in questions(chance, field, ids, 4):
                    found = by_ranks(ranks, read, listed, part)
                    asked += 1
                    if found is None:
                        # Where nothing is found, nobody tells that nothing has changed.
                        empty = not by_sorting(read, listed, part)
                        assert empty or may_be_found_otherwise(ranks, field, listed, part)
                    else:
                        told += 1
                        assert found == by_sorting(read, listed, part), (read, part)
    assert told > asked / 3


def test_nothing_that_is_written_meanwhile_is_missed(
    meanwhile: Meanwhile, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = Random(7)
    told = retried = 0
    for _ in range(10):
        by_field = drawn_ranks(chance, monkeypatch)
        for field, ranks in by_field.items():
            for read, listed, part in questions(chance, field, present_ids(), 4):
                writes = [ranking.a_write(chance) for _ in range(chance.choice((0, 1, 1, 2)))]
                if field in COUNTED:
                    writes = [some for some in writes if not some.startswith("DELETE")]
                meanwhile.writes, meanwhile.looks = writes.copy(), 0
                found = by_ranks(ranks, read, listed, part)
                meanwhile.writes = []
                if found is None:
                    kept_changing = len(writes) == meanwhile.looks == ranked.TRIES
                    empty = not by_sorting(read, listed, part)
                    may = may_be_found_otherwise(ranks, field, listed, part)
                    assert kept_changing or empty or may
                else:
                    told += 1
                    retried += meanwhile.looks > 1
                    assert found == by_sorting(read, listed, part), (read, part, writes)
    assert told > 150
    assert retried > 40


@pytest.mark.parametrize("descending", [False, True])
def test_who_sees_changes_again_and_again_gives_up(meanwhile: Meanwhile, descending: bool) -> None:
    part, ids = Slice(None, 0, 3), np.arange(1, 401, dtype=np.int64)
    for field, write in (
        ("title", "UPDATE video SET title = 'Zoe' WHERE id = 20"),
        ("views", "UPDATE video_counter SET views = 99 WHERE video_pk = 20"),
    ):
        ranks, read = loaded(field), Reading(ordering_of(field), descending)
        meanwhile.writes, meanwhile.looks = [write] * 20, 0
        assert by_ranks(ranks, read, ids, part) is None
        assert meanwhile.looks == ranked.TRIES
        # What the last one has told was taken in; nothing more is written, so one look is enough.
        meanwhile.writes, meanwhile.looks = [], 0
        assert by_ranks(ranks, read, ids, part) == by_sorting(read, ids, part)
        assert meanwhile.looks == 1


WHILE_READ = (
    "UPDATE video SET title = 'zz' WHERE id % 7 = 0",
    "UPDATE video SET title = '' WHERE id % 7 = 1",
    "UPDATE video SET title = NULL, updated_at = '1999-01-01Z' WHERE id % 7 = 2",
    "UPDATE video_counter SET views = 10 ^ 13 WHERE video_pk % 7 = 0",
    "UPDATE video_counter SET views = 0, last_synced = now() WHERE video_pk % 7 = 1",
    "UPDATE video_counter SET views = NULL, last_synced = NULL WHERE video_pk % 7 = 2",
    ranking.WRITES[15].format(n=20),
)


def test_what_changes_while_the_order_is_read_is_not_missed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(order, "PIECE", 60)
    chance = Random(3)
    pieces = order._pieces

    def read_slowly(*given: Any) -> Any:
        for piece in pieces(*given):
            execute(chance.choice(WHILE_READ))
            yield piece

    monkeypatch.setattr(order, "_pieces", read_slowly)
    for field in SORT_FIELDS:
        ranks = loaded(field)
        for read, listed, part in questions(chance, field, present_ids(), 20):
            found = by_ranks(ranks, read, listed, part)
            if found is None:
                assert may_be_found_otherwise(ranks, field, listed, part)
            else:
                assert found == by_sorting(read, listed, part)


@pytest.mark.parametrize("field", ["title", "views"])
def test_what_was_under_way_when_the_order_was_read_is_not_missed(field: str) -> None:
    read, part = Reading(ordering_of(field), descending=True), Slice(None, 0, 3)
    ids = np.arange(1, 401, dtype=np.int64)
    with unit_of_work() as session:
        session.execute(text("UPDATE video SET title = '\U0010ffff' WHERE id IN (30, 40)"))
        session.execute(text("UPDATE video_counter SET views = 10 ^ 15 WHERE video_pk IN (30, 40)"))
        ranks = loaded(field)
        before = by_ranks(ranks, read, ids, part)
        # What others commit is taken in, and this is still not seen.
        execute("UPDATE video SET title = NULL WHERE id = 50")
        execute("UPDATE video_counter SET views = NULL WHERE video_pk = 50")
        assert by_ranks(ranks, read, ids, part) == by_sorting(read, ids, part)
    after = by_ranks(ranks, read, ids, part)
    assert before is not None
    assert after is not None
    assert after == by_sorting(read, ids, part)
    assert [place.id for place in after[:2]] == [30, 40]
    assert not {30, 40} & {place.id for place in before}


def test_a_start_with_an_offset_is_left_to_others() -> None:
    ranks, start = loaded("title"), in_order("title")[5]
    read = Reading(ordering_of("title"), descending=False)
    assert by_ranks(ranks, read, [1, 2, 3], Slice(start, 1, 3)) is None
    assert by_ranks(ranks, read, [1, 2, 3], Slice(start, 0, 3)) is not None


def test_nothing_is_asked_for_an_empty_slice(meanwhile: Meanwhile) -> None:
    ranks, read = loaded("title"), Reading(ordering_of("title"), descending=False)
    assert by_ranks(ranks, read, [1, 2, 3], Slice(None, 0, 0)) == []
    assert by_ranks(ranks, read, [], Slice(None, 0, 3)) == []
    assert meanwhile.looks == 0
    assert by_ranks(ranks, read, [1, 2, 3], Slice(None, 3, 3)) == []


def test_few_videos_are_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order, "RANKS", 40)
    looked_up: list[int] = []

    def look_up(session: Any, read: Any, window: slices.Window, ledger: Any) -> Any:
        looked_up.append(len(window.ids))
        return LOOK_UP(session, read, window, ledger)

    monkeypatch.setattr(ranked, "_look_up", look_up)
    ids = np.arange(1, 401, dtype=np.int64)
    for field in SORT_FIELDS:
        ranks, rows = loaded(field), in_order(field)
        forward = Reading(ordering_of(field), descending=False)
        for read in (forward, forward.backwards):
            for part in (Slice(None, 0, 5), Slice(None, 200, 5), Slice(rows[200], 0, 5)):
                assert by_ranks(ranks, read, ids, part) == by_sorting(read, ids, part)
    # Two ranks of twenty videos at most, and those that have no counters.
    assert max(looked_up) < 5 + 1 + 2 * 20 + 2 * 7


def test_threads_always_see_what_was_committed() -> None:
    """Two write and four ask with the same ranks: nobody is told less than was there before."""
    ranks, read = loaded("views"), Reading(ordering_of("views"), descending=True)
    ids = np.arange(1, 401, dtype=np.int64)
    over, last = Event(), [0, 0]
    execute("UPDATE video_counter SET views = 0")
    with unit_of_work() as session:
        # Some videos have none: a write to those would be told to nobody.
        counted = session.execute(text("SELECT video_pk FROM video_counter")).scalars().all()
    assert len(counted) < len(ids)

    def write(number: int) -> None:
        chance, own = Random(number), [pk for pk in counted if pk % 2 == number]
        for step in range(1, 80):
            video = chance.choice(own)
            execute(f"UPDATE video_counter SET views = {step} WHERE video_pk = {video}")
            last[number] = step

    def ask() -> int:
        told = 0
        while not over.is_set():
            expected = max(last)
            found = by_ranks(ranks, read, ids, Slice(None, 0, 1))
            if found is not None:
                told += 1
                value = found[0].value
                assert isinstance(value, int)
                assert value >= expected
        return told

    assert sum(in_threads(write, ask, over)) > 0


def test_a_new_video_is_counted_once() -> None:
    ranks = loaded("title")
    execute("INSERT INTO video (id, video_id) VALUES (5000, 'new')")
    for write in range(3):
        execute(f"UPDATE video SET title = 'new {write}' WHERE id IN (1, 5000)")
        with reading() as connection:
            ranks.follow(connection)
        assert ranks.unknown == 2
