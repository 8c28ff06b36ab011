"""A process that remembers answers what one that has just started answers, whatever happened."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from random import Random
from threading import Event
from typing import Any

import numpy as np
import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from catalogtool.catalog.search import names, parts
from catalogtool.catalog.search.find import Answer, search_videos
from catalogtool.catalog.search.known import changes, matches, memory, sample, state
from catalogtool.catalog.search.known.matches import Matches, Shelf
from catalogtool.catalog.search.known.memory import warm_up
from catalogtool.catalog.search.request import parse_request
from catalogtool.catalog.upkeep import prune_changes
from catalogtool.core import db
from catalogtool.core.db import reading, unit_of_work
from tests.catalog.remembering import execute, the_memory
from tests.catalog.sample_catalogue import insert_samples, make_samples
from tests.catalog.search_limits import list_at_most

QUESTIONS: tuple[dict[str, str], ...] = (
    {},
    {"hidden": "yes"},
    {"hidden": "all", "policy": "block"},
    {"search": "a"},
    {"search": "love", "sort": "views:desc"},
    {"search": "changed", "sort": "title:asc"},
    {"search": "a", "policy": "monetize", "sort": "title:asc"},
    {"artist": "a", "sort": "category:desc"},
    {"channel": "Alpha"},
    {"channel_search": "a", "is_short": "no"},
    {"missing": "title"},
    {"missing": "isrc,category"},
    {"missing": "views"},
    {"has_asset_id": "yes", "missing": "title"},
    {"date_from": "2020-01-01", "sort": "video_length:asc"},
    {"video_id": "a", "date_to": "2024-01-01"},
    {"label": "s", "sort": "views:asc"},
    {"search": "changed", "date_from": "2020-01-01", "hidden": "no"},
    {"search": "changed", "hidden": "yes"},
)
CHANGES = (
    "UPDATE video SET title = 'changed ' || id WHERE id % {n} = 0",
    "UPDATE video SET title = NULL, hidden = NOT hidden WHERE id % {n} = 1",
    "UPDATE video SET artist = ARRAY['Ada'], category = 'Gaming' WHERE id % {n} = 2",
    "UPDATE video SET effective_policy = 'Block everywhere' WHERE id = {n}",
    "UPDATE video SET time_published = now() WHERE id % {n} = 3",
    "DELETE FROM video WHERE id % {n} = 4",
    "UPDATE channel SET name = name || '!' WHERE id % {n} = 0",
    "UPDATE channel SET hidden = NOT hidden WHERE id % {n} = 0",
    "UPDATE video_counter SET views = NULL WHERE video_pk % {n} = 0",
    "UPDATE video SET channel_display_name = (SELECT min(name) FROM channel) WHERE id % {n} = 5",
    "SELECT fold_counts()",
    "INSERT INTO video (video_id, title) VALUES ('n' || left(md5(random()::text), 15), 'a love')",
    "TRUNCATE video CASCADE",
)


@pytest.fixture
def filled(database: str) -> str:
    """A database with 400 videos."""
    with unit_of_work() as session:
        insert_samples(session, make_samples(5, 400))
        session.execute(text("SELECT setval(pg_get_serial_sequence('video', 'id'), 1000)"))
    return database


def remembered(asked: dict[str, str]) -> Answer:
    with reading() as connection:
        return search_videos(connection, parse_request({"fields": "id,title", **asked}), b"key")


def anew(asked: dict[str, str]) -> Answer:
    with unit_of_work() as session:
        return search_videos(session, parse_request({"fields": "id,title", **asked}), b"key")


@pytest.mark.parametrize("most_names", [200, 0])
@pytest.mark.parametrize("most_listed", [16_000, 60])
@pytest.mark.parametrize("seed", range(3))
def test_nothing_that_happens_is_missed(
    filled: str, seed: int, most_listed: int, most_names: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = Random(seed)
    monkeypatch.setattr(state, "MOST_CHANGED", chance.choice((3, 40, 2_000)))
    monkeypatch.setattr(state, "MOST_REMEMBERED", chance.choice((3, 40, 100_000)))
    monkeypatch.setattr(state, "MOST_STATEMENTS", chance.choice((2, 10_000)))
    monkeypatch.setattr(memory, "MOST_FOLLOWED", chance.choice((1, 1_000)))
    monkeypatch.setattr(memory, "REST_SECONDS", 0.0)
    monkeypatch.setattr(names, "MOST_NAMES", most_names)
    list_at_most(monkeypatch, most_listed)
    for _ in range(20):
        if chance.random() < 0.8:
            # The last one seldom.
            change = chance.choice(CHANGES if chance.random() < 0.2 else CHANGES[:-1])
            execute(change.format(n=chance.choice((1, 2, 3, 7, 50, 200))))
        for asked in chance.sample(QUESTIONS, 6):
            known = remembered({**asked, "count": "exact"})
            truth = anew({**asked, "count": "exact"})
            # How far pages are told of may differ: that is judged by a sample.
            assert (known.total, known.videos) == (truth.total, truth.videos), asked


def test_a_name_that_comes_while_one_looks_is_not_missed(
    filled: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {"label": "qz", "hidden": "all"}
    remembered({})
    execute("UPDATE video SET notes = 'x' WHERE id = 1")

    def read_late(*given: Any) -> Any:
        execute("UPDATE video SET label = 'qz' WHERE id = 2")
        return changes.read_changes(*given)

    with monkeypatch.context() as patch:
        patch.setattr(memory, "read_changes", read_late)
        remembered(asked)
    assert remembered(asked).total == anew(asked).total == 1


NEEDLES = {"search": "needle", "date_from": "2020-01-01"}


def test_an_edited_video_of_a_large_hidden_channel_stays_hidden(
    filled: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    list_at_most(monkeypatch, 60)
    execute("UPDATE channel SET hidden = name = 'Alpha'")
    execute(
        """UPDATE video SET hidden = false, time_published = '2022-01-01',
        title = CASE WHEN id % 40 = 1 THEN 'a needle' END,
        channel_display_name = CASE WHEN id % 2 = 0 THEN 'Alpha' END"""
    )
    assert remembered(NEEDLES).total == 10
    execute("UPDATE video SET title = 'a needle' WHERE id IN (2, 3)")
    assert remembered(NEEDLES).total == anew(NEEDLES).total == 11


def test_a_list_that_has_outgrown_its_limit_is_not_empty(
    filled: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    list_at_most(monkeypatch, 60)
    execute("UPDATE channel SET hidden = false")
    execute("UPDATE video SET hidden = false, time_published = '2022-01-01', title = 'x'")
    execute("UPDATE video SET title = 'a needle' WHERE id <= 58")
    assert remembered({"search": "needle"}).total == 58
    execute("UPDATE video SET title = 'a needle' WHERE id <= 65")
    asked = {**NEEDLES, "count": "exact"}
    assert remembered(asked).total == anew(asked).total == 65


def test_many_videos_of_hidden_channels_are_left_out(
    filled: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    execute("UPDATE channel SET hidden = name = 'Alpha'")
    execute("UPDATE video SET channel_display_name = 'Alpha' WHERE id % 2 = 0")
    expected = [anew(asked) for asked in QUESTIONS]
    list_at_most(monkeypatch, 60)
    monkeypatch.setattr(parts, "MOST_HIDDEN", 1_000)
    for asked, answer in zip(QUESTIONS, expected, strict=True):
        known = remembered({**asked, "count": "exact"})
        assert (known.total, known.videos) == (answer.total, answer.videos), asked


def test_a_channel_is_hidden_at_once_where_so_many_are(
    filled: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(names, "MOST_NAMES", 0)
    execute("UPDATE channel SET hidden = name = 'Quiet'")
    execute("UPDATE video SET hidden = false, title = 'a needle' WHERE id <= 5")
    execute("UPDATE video SET channel_display_name = 'Alpha' WHERE id <= 5")
    shown = {"search": "needle"}
    hidden = {**shown, "hidden": "yes"}
    assert (remembered(shown).total, remembered(hidden).total) == (5, 0)
    execute("UPDATE channel SET hidden = true WHERE name = 'Alpha'")
    assert (remembered(shown).total, remembered(hidden).total) == (0, 5)


def test_what_is_not_committed_is_seen_when_it_is(filled: str) -> None:
    found = {"search": "afterwards", "hidden": "all"}
    before = remembered({"hidden": "all"}).total
    target = make_url(filled).set(drivername="postgresql")
    with psycopg.connect(target.render_as_string(hide_password=False)) as early:
        early.execute("UPDATE video SET title = 'afterwards' WHERE id <= 3")
        early.execute("INSERT INTO video (video_id, title) VALUES ('early', 'afterwards')")
        # Younger transactions are over before it.
        for number in range(3):
            execute(f"UPDATE video SET title = 'afterwards' WHERE id = {100 + number}")
            assert remembered(found).total == number + 1
        assert remembered({"hidden": "all"}).total == before
        early.commit()
    assert remembered(found).total == 7
    assert remembered({"hidden": "all"}).total == before + 1


def test_one_session_sees_what_it_has_written_and_nobody_else_does(filled: str) -> None:
    before = remembered({"hidden": "all"}).total
    with Session(db.engine()) as session:
        session.execute(text("INSERT INTO video (video_id) VALUES ('mine')"))
        asked = parse_request({"hidden": "all"})
        assert search_videos(session, asked, b"key").total == before + 1
        assert remembered({"hidden": "all"}).total == before
    assert remembered({"hidden": "all"}).total == before


def test_a_statement_more_is_only_spent_where_something_changed(filled: str) -> None:
    remembered({"search": "a"})
    the = the_memory()
    known = the._state
    assert known is not None
    for _ in range(3):
        remembered({"search": "a"})
    later = the._state
    assert later is not None
    assert later.counted is known.counted
    assert later.sequence == known.sequence
    execute("UPDATE video SET notes = 'x' WHERE id = 1")
    remembered({})
    assert the._state is not None
    assert the._state.sequence == known.sequence + 1


def test_whoever_slept_while_changes_were_forgotten_counts_anew(filled: str) -> None:
    total = remembered({"hidden": "all"}).total
    execute("DELETE FROM video WHERE id <= 10")
    execute("UPDATE catalog_change SET at = now() - interval '2 hours'")
    with unit_of_work() as session:
        prune_changes(session)
        assert session.scalar(text("SELECT count(*) FROM catalog_change WHERE ids <> '{}'")) == 0
    assert remembered({"hidden": "all"}).total == total - 10


def test_whoever_was_awake_keeps_what_it_knows(filled: str) -> None:
    execute("DELETE FROM video WHERE id <= 10")
    remembered({"search": "a"})
    known = the_memory()._state
    assert known is not None
    execute("UPDATE catalog_change SET at = now() - interval '2 hours'")
    with unit_of_work() as session:
        prune_changes(session)
    remembered({"search": "a"})
    later = the_memory()._state
    assert later is not None
    assert later.counted is known.counted
    assert later.sequence == known.sequence


def test_another_server_is_another_catalogue(filled: str) -> None:
    remembered({})
    the = the_memory()
    assert the._state is not None
    the._state = replace(the._state, server="another", videos=7, counted=the._state.known)
    assert remembered({"hidden": "all"}) == anew({"hidden": "all"})


def test_threads_see_each_change_once(filled: str) -> None:
    """Searches in four threads, while one writes; what they end up with is the truth."""
    over = Event()

    def search(seed: int) -> int:
        chance, asked = Random(seed), 0
        while not over.is_set():
            remembered(chance.choice(QUESTIONS))
            asked += 1
        return asked

    def write() -> None:
        chance = Random(3)
        try:
            for _ in range(60):
                execute(chance.choice(CHANGES[:-1]).format(n=chance.choice((2, 7, 50))))
        finally:
            over.set()

    with ThreadPoolExecutor(5) as pool:
        searching = [pool.submit(search, seed) for seed in range(4)]
        pool.submit(write).result(timeout=120)
        assert all(one.result(timeout=60) > 0 for one in searching)
    for asked in QUESTIONS:
        assert remembered(asked) == anew(asked), asked


def test_the_sample_is_taken_again_when_much_has_changed(
    filled: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "REST_SECONDS", 0.0)
    loads: list[int] = []

    def load(*given: Any) -> sample.Sample:
        loads.append(1)
        return sample.load_sample(*given)

    monkeypatch.setattr(memory, "load_sample", load)
    asked = {"search": "changed"}
    remembered(asked)
    execute("UPDATE video SET title = 'changed' WHERE id = 1")
    remembered({"search": "other"})
    assert len(loads) == 1
    execute("UPDATE video SET title = 'changed'")
    remembered({"search": "another"})
    assert len(loads) == 2


def test_without_a_sample_the_answers_are_the_same(
    filled: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[int] = []

    def load(*_: Any) -> sample.Sample:
        tried.append(1)
        raise psycopg.errors.QueryCanceled

    expected = [anew(asked) for asked in QUESTIONS]
    monkeypatch.setattr(memory, "load_sample", load)
    assert [remembered(asked) for asked in QUESTIONS] == expected
    # It is not waited for again and again.
    assert len(tried) == 1


def test_a_process_learns_before_it_is_asked(filled: str, monkeypatch: pytest.MonkeyPatch) -> None:
    warm_up()
    monkeypatch.setattr(memory, "load_sample", None)
    monkeypatch.setattr(memory, "load_state", None)
    assert remembered({"search": "a"}).total > 0


def test_nobody_minds_a_database_that_is_not_there_yet() -> None:
    db.connect("postgresql://nobody@127.0.0.1:1/nothing").dispose()
    warm_up()


def test_the_shelf_keeps_what_was_asked_for_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matches, "MOST_IDS", 1_000)
    shelf, ids = Shelf(), np.arange(200, dtype=np.int64)
    found = Matches(ids, ids)
    for number in range(3):
        shelf.put(f"key {number}", number, found)
    assert shelf.take("key 0") == (0, found)
    shelf.put("key 3", 3, found)
    assert shelf.take("key 1") is None
    assert [shelf.take(f"key {number}") is not None for number in (0, 2, 3)] == [True] * 3
    shelf.put("key 3", 4, None)
    assert shelf.take("key 3") == (4, None)
    shelf.clear()
    assert shelf.take("key 3") is None
