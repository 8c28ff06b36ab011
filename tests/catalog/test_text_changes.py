"""Whatever changes a title or a name notes it: people, imports and migrations alike."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest

from catalogtool.catalog.words import index
from catalogtool.catalog.words.index import index_texts
from catalogtool.catalog.words.tokens import PART_SIZE
from catalogtool.core.migrate import downgrade, upgrade
from tests.catalog.texts import IDS, PARTS, ask, check, fill, is_in, told
from tests.databases import new_database
from tests.reports.importing import Imports

WAITING = """SELECT count(*) FROM pg_locks JOIN pg_class ON pg_class.oid = relation
    WHERE relname = 'video' AND NOT granted"""


@pytest.fixture
def url(database: str) -> str:
    """A catalogue in several parts that is indexed."""
    fill(database)
    return database


@pytest.mark.parametrize(
    ("statement", "ids"),
    [
        ("INSERT INTO video (id, video_id) VALUES (902, 'a'), (901, 'b')", [[901, 902]]),
        ("UPDATE video SET title = 'New title' WHERE id IN (7, 3)", [[3, 7]]),
        ("UPDATE video SET title = title, notes = 'x' WHERE id < 9", []),
        ("UPDATE video SET title = CASE id WHEN 5 THEN 'new' ELSE title END", [[5]]),
        ("UPDATE video SET title = NULL WHERE title IS NOT NULL AND id < 3", [[1, 2]]),
        ("UPDATE video SET id = 800, title = 'moved' WHERE id = 8", [[8, 800]]),
        ("UPDATE video SET title = 'x' WHERE false", []),
        ("UPDATE video SET label = 'New' WHERE id IN (4, 2)", [[2, 4]]),
        ("UPDATE video SET label = CASE id WHEN 5 THEN 'new' ELSE label END", [[5]]),
        ("UPDATE video SET artist = '{New, new}' WHERE id IN (4, 2)", [[2, 4]]),
        ("UPDATE video SET artist = artist || '{One more}' WHERE id = 6", [[6]]),
        ("UPDATE video SET artist = artist || '{}', label = label WHERE artist <> '{}'", []),
        ("UPDATE video SET artist = '{}', label = '' WHERE id = 9", [[9]]),
        ("UPDATE video SET title = 'x', artist = '{y}', label = 'z' WHERE id = 9", [[9]]),
        ("DELETE FROM video WHERE id IN (5, 2)", [[2, 5]]),
        ("DELETE FROM video WHERE id < 0", []),
        ("INSERT INTO video (video_id) VALUES ('v1') ON CONFLICT DO NOTHING", []),
        ("UPDATE channel SET name = 'Renamed'", []),
    ],
)
def test_the_videos_whose_texts_change_are_noted(
    url: str, statement: str, ids: list[list[int]]
) -> None:
    ask(url, "INSERT INTO channel (name) VALUES ('Alpha')")
    ask(url, "UPDATE video SET channel_display_name = 'Alpha' WHERE id < 4")
    assert told(url) == []
    ask(url, statement)
    assert told(url) == ids
    check(url)
    index_texts()
    assert told(url) == []
    check(url)


def test_an_upsert_notes_new_and_changed_videos(url: str) -> None:
    ask(
        url,
        """INSERT INTO video (id, video_id, title) VALUES (1, 'v1', 'x'), (901, 'new', 'y'),
        (902, 'v2', (SELECT title FROM video WHERE id = 2))
        ON CONFLICT (video_id) DO UPDATE SET title = excluded.title""",
    )
    assert sorted(told(url)) == [[1], [901]]
    check(url)


def test_what_was_rolled_back_is_not_noted(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("UPDATE video SET title = 'x'")
        connection.rollback()
    assert told(url) == []


def test_an_import_notes_what_it_changes(url: str, tmp_path: Path) -> None:
    imports = Imports(tmp_path)
    columns = "video_id,claim_id,title,category"
    one, two = "aaaaaaaaaaa", "bbbbbbbbbbb"
    imports.rows(
        columns, [one, "C1", "One song", "Music"], [two, "C2", "Two", "Music"],
        name="report_2024-01-01.csv",
    )  # fmt: skip
    ids = dict(ask(url, "SELECT video_id, id FROM video"))
    assert sorted(number for row in told(url) for number in row) == sorted([ids[one], ids[two]])
    check(url)
    index_texts()
    imports.rows(
        columns, [one, "C1", "One song", "Comedy"], [two, "C2", "Two songs", "Music"],
        name="report_2024-01-02.csv",
    )  # fmt: skip
    assert told(url) == [[ids[two]]]
    check(url)
    index_texts()
    assert is_in(url, "song") == [ids[one]]
    assert is_in(url, "songs") == [ids[two]]


@pytest.mark.parametrize(
    "statement",
    ["TRUNCATE video CASCADE", "TRUNCATE video, text_change, text_posting CASCADE"],
)
def test_after_a_truncate_nothing_is_left(url: str, statement: str) -> None:
    ask(url, "UPDATE video SET title = 'changed' WHERE id = 3")
    ask(url, statement)
    assert told(url) == []
    assert ask(url, "SELECT count(*) FROM text_posting") == [(0,)]
    ask(url, "INSERT INTO video (id, video_id, title) VALUES (3, 'v', 'First again')")
    check(url)
    index_texts()
    assert is_in(url, "first") == [3]


def test_a_truncate_waits_for_the_part_that_is_being_indexed(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = index._write

    def meanwhile(*arguments: Any) -> None:
        truncating.start()
        with psycopg.connect(url, autocommit=True) as connection:
            while connection.execute(WAITING).fetchone() != (1,):
                time.sleep(0.01)
        work(*arguments)

    ask(url, f"UPDATE video SET title = 'changed' WHERE id < {PART_SIZE}")
    truncating = threading.Thread(target=ask, args=(url, "TRUNCATE video CASCADE"))
    monkeypatch.setattr(index, "_write", meanwhile)
    index_texts()
    truncating.join()
    assert told(url) == []
    assert ask(url, "SELECT count(*) FROM text_posting") == [(0,)]


def test_videos_of_before_are_indexed_too(server: str) -> None:
    with new_database(server) as url:
        upgrade(url, "0007")
        ask(
            url,
            "INSERT INTO video (id, video_id, title) SELECT n, 'v' || n, 'Title of ' || n"
            " FROM unnest(%s::bigint[]) AS n",
            IDS[::-1],
        )
        upgrade(url)
        assert sorted(told(url)) == PARTS
        check(url)
        downgrade(url, "0009")
        ask(url, "UPDATE video SET label = 'x' WHERE id = 1")
        noted = [ids for (ids,) in ask(url, "SELECT ids FROM title_change ORDER BY id")]
        assert sorted(noted) == PARTS
        ask(url, "UPDATE video SET title = 'x' WHERE id = 1")
        assert ask(url, "SELECT ids FROM title_change ORDER BY id DESC LIMIT 1") == [([1],)]
        upgrade(url)
        assert sorted(told(url)) == PARTS
        check(url)
        downgrade(url, "0007")
        ask(url, "UPDATE video SET title = 'x' WHERE id = 1")
        ask(url, "TRUNCATE video CASCADE")
