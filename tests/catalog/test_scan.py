"""A page that is read in pieces, while others write between two statements."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text

from catalogtool.catalog.search import scan, window
from catalogtool.catalog.search.find import Answer, search_videos
from catalogtool.catalog.search.id_pieces import Bounds, read_ids
from catalogtool.catalog.search.index_walk import sort_listed
from catalogtool.catalog.search.known.memory import memory_of
from catalogtool.catalog.search.request import parse_request
from catalogtool.core.arrays import Int64s
from catalogtool.core.db import connect, reading, unit_of_work
from tests.catalog.sample_catalogue import insert_samples, make_samples

PER_PAGE = 20


@pytest.fixture(autouse=True)
def songs(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """400 videos that a search for "song" finds, read in pieces whatever it costs."""
    engine = connect(database)
    with unit_of_work() as session:
        insert_samples(session, make_samples(5, 400))
        session.execute(
            text(
                """UPDATE video SET title = 'song ' || id, hidden = false,
                updated_at = timestamptz '2020-01-01' + id * interval '1 minute'"""
            )
        )
        session.execute(text("UPDATE channel SET hidden = false"))
    for name in ("KEY_COST", "HASH_COST", "WALK_COST", "LONG_SORT"):
        monkeypatch.setattr(window, name, 1e6)
    yield
    engine.dispose()


def write(statement: str, **given: Any) -> None:
    with unit_of_work() as session:
        session.execute(text(statement), given)


def ask(sort: str, **more: str) -> Answer:
    asked = {"search": "song", "fields": "id", "per_page": str(PER_PAGE), "sort": sort, **more}
    with reading() as connection:
        memory_of(connection).load_column(connection)
        return search_videos(connection, parse_request(asked), b"a key for tests")


def before_sorting(monkeypatch: pytest.MonkeyPatch, statement: str) -> None:
    def write_and_sort(session: Any, reading: Any, ids: Int64s, part: Any) -> Any:
        write(statement, ids=ids[:2].tolist())
        return sort_listed(session, reading, ids, part)

    monkeypatch.setattr(scan, "sort_listed", write_and_sort)


def test_a_video_that_is_deleted_meanwhile_does_not_end_the_list(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before_sorting(monkeypatch, "DELETE FROM video WHERE id = ANY(:ids)")
    assert ask("title:asc").next_cursor is not None


def test_a_video_that_moves_meanwhile_does_not_spoil_the_cursor(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as patch:
        before_sorting(
            patch, "UPDATE video SET label = 'x', updated_at = now() WHERE id = ANY(:ids)"
        )
        first = ask("updated_at:asc")
    assert first.next_cursor is not None
    assert len(ask("updated_at:asc", cursor=first.next_cursor).videos) == PER_PAGE


def test_videos_that_come_to_the_front_meanwhile_are_not_met_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def read_and_write(
        session: Any, reading: Any, start: Any, bounds: Bounds, _: int
    ) -> Iterator[Int64s]:
        pieces = read_ids(session, reading, start, bounds, 15)
        yield next(pieces)
        write(
            """UPDATE video SET title = 'song 0' || id
            WHERE id IN (SELECT id FROM video ORDER BY title DESC LIMIT 10)"""
        )
        yield from pieces

    monkeypatch.setattr(scan, "read_ids", read_and_write)
    answer = ask("title:asc")
    assert len(answer.videos) == PER_PAGE
    assert answer.next_cursor is not None
