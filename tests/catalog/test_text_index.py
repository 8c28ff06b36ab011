"""The postings of titles and names: whatever is not noted as changed is right, at any moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from random import Random
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from catalogtool.catalog.jobs import index_texts as index_texts_job
from catalogtool.catalog.words import index
from catalogtool.catalog.words.index import INDEX_LOCK, index_texts
from catalogtool.catalog.words.tokens import PART_SIZE
from catalogtool.core.db import unit_of_work
from catalogtool.jobs.app import declared
from tests.catalog.texts import IDS, PARTS, ask, check, fill, is_in, some_texts, told


@pytest.fixture
def url(database: str) -> str:
    """A catalogue in several parts that is indexed."""
    fill(database)
    return database


def test_random_rounds_of_changes(url: str) -> None:
    chance = Random(3)
    for _ in range(60):
        some = chance.sample(IDS, chance.choice((1, 3, 30)))
        change = chance.choice(("insert", "delete", "title", "artist", "label"))
        if change == "insert":
            ask(
                url,
                "INSERT INTO video (id, video_id, title, artist, label)"
                " SELECT n, 'v' || n, %s, %s, %s"
                " FROM unnest(%s::bigint[]) AS n ON CONFLICT DO NOTHING",
                *some_texts(chance),
                some,
            )
        elif change == "delete":
            ask(url, "DELETE FROM video WHERE id = ANY(%s)", some)
        else:
            title, artists, label = some_texts(chance)
            value = {"title": title, "artist": artists, "label": label}[change]
            ask(url, f"UPDATE video SET {change} = %s WHERE id = ANY(%s)", value, some)
        check(url)
        if chance.random() < 0.3:
            index_texts()
            assert told(url) == []
            check(url)


def test_notes_of_several_parts_are_divided(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(url, "UPDATE video SET title = 'all new'")
    ask(url, "UPDATE video SET title = 'newer' WHERE id IN (1, 65537, 3)")
    monkeypatch.setattr(index, "SECONDS", -1.0)
    index_texts()
    assert sorted(told(url)) == PARTS
    assert is_in(url, "new") == []
    monkeypatch.undo()
    index_texts()
    assert told(url) == []
    assert is_in(url, "newer") == [1, 3, 65537]
    assert is_in(url, "new") == sorted({*IDS} - {1, 3, 65537})


def test_the_parts_with_most_changes_come_first(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    done = []
    work = index._index

    def watch(session: Any, part: index.Part) -> None:
        done.append((part.number, len(part.notes)))
        work(session, part)

    ask(url, "UPDATE video SET title = 'x' WHERE id < 10")
    ask(url, "UPDATE video SET title = 'x' WHERE id BETWEEN 65536 AND 65537")
    ask(url, "UPDATE video SET title = 'y' WHERE id BETWEEN 65536 AND 65540")
    ask(url, "UPDATE video SET title = 'x' WHERE id > 140000")
    monkeypatch.setattr(index, "_index", watch)
    index_texts()
    assert done == [(2, 1), (0, 1), (1, 2)]


def test_only_words_that_differ_are_written(url: str) -> None:
    ask(url, "UPDATE video SET title = 'same words here' WHERE id < 9")
    index_texts()
    rows = "SELECT token_id, part, xmin::text FROM text_posting"
    before = set(ask(url, rows))
    ask(url, "UPDATE video SET title = 'Other same WORDS' WHERE id = 5")
    index_texts()
    written = {(word, part) for word, part, _ in set(ask(url, rows)) - before}
    words = {word for (word,) in ask(
        url, "SELECT token FROM text_token WHERE id = ANY(%s)", [word for word, _ in written]
    )}  # fmt: skip
    assert words == {"other", "here", "er s", "ds h"}
    assert {part for _, part in written} == {0}
    before = set(ask(url, rows))
    ask(url, "UPDATE video SET title = 'OTHER same WORDS!' WHERE id = 5")
    index_texts()
    assert set(ask(url, rows)) == before
    assert told(url) == []


def test_the_last_video_of_a_word_takes_its_posting_along(url: str) -> None:
    ask(url, "UPDATE video SET title = 'hapax' WHERE id = 5")
    index_texts()
    assert is_in(url, "hapax") == [5]
    ask(url, "DELETE FROM video WHERE id = 5")
    index_texts()
    assert is_in(url, "hapax") == []
    assert ask(url, "SELECT count(*) FROM text_token WHERE token = 'hapax'") == [(1,)]


def test_a_part_without_videos_has_no_postings(url: str) -> None:
    ask(url, f"DELETE FROM video WHERE id < {PART_SIZE}")
    index_texts()
    assert ask(url, "SELECT DISTINCT part FROM text_posting ORDER BY 1") == [(1,), (2,)]


def test_a_full_part(url: str) -> None:
    ask(
        url,
        """INSERT INTO video (id, video_id, title)
        SELECT n, 'n' || n, 'common 夜' || n %% 7 FROM generate_series(%s, %s) AS n""",
        *(4 * PART_SIZE, 5 * PART_SIZE - 1),
    )
    index_texts()
    assert is_in(url, "common") == [*range(4 * PART_SIZE, 5 * PART_SIZE)]
    ask(url, "UPDATE video SET title = 'rare' WHERE id = %s", 5 * PART_SIZE - 1)
    index_texts()
    assert len(is_in(url, "common")) == PART_SIZE - 1


def test_the_longest_words(url: str) -> None:
    longest = "".join(Random(1).choices([chr(n) for n in range(0x10000, 0x1F000)], k=500))
    for title in (longest, 500 * "İ", 250 * "夜に"):
        ask(url, "UPDATE video SET title = %s WHERE id = 7", title)
        index_texts()
        check(url)


@pytest.mark.parametrize("step", ["_read_texts", "_entries", "_write"])
def test_what_commits_while_its_part_is_indexed_stays_noted(
    url: str, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    work = getattr(index, step)

    def meanwhile(*arguments: Any) -> Any:
        monkeypatch.undo()
        ask(url, "UPDATE video SET title = 'meanwhile' WHERE id IN (2, 3)")
        result = work(*arguments)
        ask(url, "UPDATE video SET title = 'afterwards' WHERE id IN (3, 4)")
        ask(url, "DELETE FROM video WHERE id = 6")
        check(url)
        return result

    ask(url, "UPDATE video SET title = 'before' WHERE id IN (1, 2, 6)")
    monkeypatch.setattr(index, step, meanwhile)
    index_texts()
    assert told(url) == [[2, 3], [3, 4], [6]]
    check(url)
    index_texts()
    assert told(url) == []
    assert (is_in(url, "meanwhile"), is_in(url, "afterwards")) == ([2], [3, 4])
    assert is_in(url, "before") == [1]


def test_a_transaction_that_commits_later_than_it_wrote(url: str) -> None:
    with psycopg.connect(url) as slow:
        slow.execute("UPDATE video SET title = 'slow' WHERE id = 1")
        ask(url, "UPDATE video SET title = 'fast' WHERE id = 2")
        index_texts()
        assert told(url) == []
        check(url)
    assert told(url) == [[1]]
    check(url)
    index_texts()
    assert is_in(url, "slow") == [1]


class Killed(BaseException):
    """What ends a run."""


@pytest.mark.parametrize("step", ["_read_texts", "_entries", "_write"])
def test_who_is_killed_leaves_the_rest_to_the_next(
    url: str, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    work, calls = getattr(index, step), iter(range(9))

    def killed_at_second(*arguments: Any) -> Any:
        result = work(*arguments)
        if next(calls) == 1:
            raise Killed
        return result

    ask(url, "UPDATE video SET title = 'all new'")
    monkeypatch.setattr(index, step, killed_at_second)
    with pytest.raises(Killed):
        index_texts()
    monkeypatch.undo()
    assert len(told(url)) == 2
    assert 0 < len(is_in(url, "new")) < len(IDS)
    index_texts()
    assert told(url) == []
    assert is_in(url, "new") == IDS


def test_nothing_happens_while_somebody_else_is_at_it(url: str) -> None:
    ask(url, "UPDATE video SET title = 'all new'")
    with psycopg.connect(url) as other:
        other.execute(f"SELECT pg_advisory_xact_lock({INDEX_LOCK})".encode())
        index_texts()
        assert told(url) == [IDS]
    index_texts()
    assert is_in(url, "new") == IDS


def test_who_meets_somebody_else_at_it_leaves_the_rest(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(url, "UPDATE video SET title = 'all new'")
    answers = iter([True, True, False])
    monkeypatch.setattr(index, "try_lock", lambda *_: next(answers))
    index_texts()
    assert len(told(url)) == 2
    check(url)


def test_writers_and_two_who_index_at_once(url: str) -> None:
    failures: list[BaseException] = []
    stop = threading.Event()

    def guarded(work: Callable[[], None]) -> threading.Thread:
        def run() -> None:
            try:
                while not stop.is_set():
                    work()
            except BaseException as error:
                failures.append(error)
                stop.set()

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    chance = Random(5)

    def write() -> None:
        some = sorted(chance.sample(IDS, 3))
        ask(
            url,
            "UPDATE video SET title = %s, artist = %s, label = %s WHERE id IN"
            " (SELECT id FROM video WHERE id = ANY(%s) ORDER BY id FOR UPDATE)",
            *some_texts(chance),
            some,
        )

    threads = [guarded(work) for work in (write, write, index_texts, index_texts)]
    for _ in range(40):
        check(url)
    stop.set()
    for thread in threads:
        thread.join()
    assert failures == []
    check(url)
    index_texts()
    assert told(url) == []
    check(url)


def test_the_clock_starts_it_every_minute(url: str) -> None:
    assert declared["index_texts"].cron == "* * * * *"
    ask(url, "UPDATE video SET title = 'by the clock' WHERE id = 1")
    index_texts_job()
    assert is_in(url, "clock") == [1]


def test_new_words_do_not_wait_in_the_lists_of_their_indexes(url: str) -> None:
    ask(
        url,
        "UPDATE video SET title = 'neverseen', label = 'Never seen', artist = '{Unheard}'"
        " WHERE id = 1",
    )
    index_texts()
    with unit_of_work() as session:
        for name in {name for names in index.TOKEN_INDEXES.values() for name in names}:
            clean = text("SELECT gin_clean_pending_list(cast(:name AS regclass))")
            assert session.scalar(clean, {"name": name}) == 0
