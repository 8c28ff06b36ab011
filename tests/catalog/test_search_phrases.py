"""Of a phrase, no more titles are looked at than other filters leave; or all, where that pays."""

from __future__ import annotations

from typing import Any

import pytest

from catalogtool.catalog.search import lists, phrases, question
from catalogtool.catalog.search.known import listing, sample
from catalogtool.catalog.words.find import Hits, find_by_words
from catalogtool.catalog.words.index import index_texts
from catalogtool.catalog.words.pieces import Pieces
from catalogtool.core.arrays import is_among
from catalogtool.core.db import Reader
from tests.catalog.asking_words import Process, new_process
from tests.catalog.test_search_by_words import holding
from tests.catalog.texts import ask

# Every other one of 400 has both words next to each other, and every fortieth is short.
FILL = """
INSERT INTO video (id, video_id, title, is_short, time_published, channel_display_name)
SELECT n, 'v' || n, CASE n % 2 WHEN 0 THEN 'The deep video' ELSE 'Keep very deep, a video' END,
    n % 40 IN (0, 1), '2024-02-29', CASE WHEN n % 8 < 2 THEN 'Alpha' END
FROM generate_series(1, 400) AS n
"""
SHORT, OF_ALPHA = "is_short", "channel_display_name = 'Alpha'"


class Looks:
    """How many titles each statement looked at, and how often the words were asked."""

    def __init__(self) -> None:
        self.numbers: list[int] = []
        self.asked = 0

    def among(self, column: Any, ids: Any) -> Any:
        self.numbers.append(len(ids))
        return is_among(column, ids)

    def find(self, session: Reader, asked: Pieces) -> Hits | None:
        self.asked += 1
        return find_by_words(session, asked)


@pytest.fixture
def url(database: str) -> str:
    """These videos, indexed."""
    ask(database, "INSERT INTO channel (name) VALUES ('Alpha')")
    ask(database, FILL)
    index_texts()
    return database


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> Looks:
    """Titles that are looked at take long; to begin anywhere else takes even longer."""
    spy = Looks()
    for module in (listing, question):
        monkeypatch.setattr(module, "is_among", spy.among)
    for module in (lists, question):
        monkeypatch.setattr(module, "FIND_COST", 10_000)
    monkeypatch.setattr(lists, "find_by_words", spy.find)
    for name in ("UNSURE_COST", "WALK_COST", "PASS_COST", "PHRASE_COST", "INDEX_COST"):
        monkeypatch.setattr(lists, name, 1_000)
    monkeypatch.setattr(lists, "LEAST_COST", 0)
    monkeypatch.setattr(phrases, "CHEAP_COST", 0)
    # The sample is of all videos.
    monkeypatch.setattr(sample, "KEPT_RANKS", sample.RANKS)
    return spy


@pytest.fixture
def process(url: str) -> Process:
    """One that has the facets at hand, and remembers nothing else yet."""
    return new_process()


def test_only_what_passes_the_facets_is_looked_at(url: str, process: Process, looks: Looks) -> None:
    expected = holding(url, "search", "deep video", SHORT)
    assert len(expected) == 10
    assert process.find(search="deep video", is_short="yes") == expected
    assert (looks.numbers, looks.asked) == ([20], 1)
    # Nor is anything looked at twice, whatever the list is sorted by.
    assert process.find(search="deep video", is_short="yes", sort="title:desc") == expected
    assert (looks.numbers, looks.asked) == ([20], 1)


def test_another_facet_beside_the_same_phrase(url: str, process: Process, looks: Looks) -> None:
    process.find(search="deep video", is_short="yes")
    expected = holding(url, "search", "deep video", f"NOT {SHORT} AND {OF_ALPHA}")
    assert process.find(search="deep video", is_short="no", channel="Alpha") == expected
    # The candidates were at hand.
    assert looks.asked == 1
    assert looks.numbers == [20, 80]
    assert process.find(search="deep video") == holding(url, "search", "deep video")
    assert (looks.numbers, looks.asked) == ([20, 80, 400], 1)
    # All of the phrase has been listed now, and serves any other facet.
    assert process.find(search="deep video", is_short="no") == holding(
        url, "search", "deep video", f"NOT {SHORT}"
    )
    assert (looks.numbers, looks.asked) == ([20, 80, 400], 1)


def test_a_phrase_that_is_quickly_listed_is_listed(
    monkeypatch: pytest.MonkeyPatch, url: str, process: Process, looks: Looks
) -> None:
    monkeypatch.setattr(phrases, "CHEAP_COST", 400 * 1_000)
    expected = holding(url, "search", "deep video", SHORT)
    assert process.find(search="deep video", is_short="yes") == expected
    assert looks.numbers == [400]


def test_more_candidates_than_are_ever_looked_at(
    monkeypatch: pytest.MonkeyPatch, url: str, process: Process, looks: Looks
) -> None:
    for module in (lists, phrases, question):
        monkeypatch.setattr(module, "MOST_UNSURE", 20)
    expected = holding(url, "search", "deep video", SHORT)
    assert process.find(search="deep video", is_short="yes") == expected
    assert looks.numbers == [20]
    assert process.find(search="deep video") == holding(url, "search", "deep video")
    assert looks.numbers == [20]


def test_candidates_follow_what_changes(
    monkeypatch: pytest.MonkeyPatch, url: str, process: Process, looks: Looks
) -> None:
    # The whole phrase is never listed.
    monkeypatch.setattr(question, "REUSED", 0)
    days = (f"2024-01-{day:02}" for day in range(1, 32))

    def check() -> None:
        # Each time another filter, or the candidates would not be asked again.
        day = next(days)
        for value, condition in (("yes", SHORT), ("no", f"NOT {SHORT}")):
            expected = holding(url, "search", "deep video", f"{condition} AND {OF_ALPHA}")
            asked = {"is_short": value, "channel": "Alpha", "date_from": day}
            assert process.find(search="deep video", **asked) == expected, day

    check()
    for changed in (
        "UPDATE video SET title = 'Deep video no more' WHERE id IN (16, 41)",
        "UPDATE video SET title = 'Deep, video' WHERE id IN (32, 80)",
        "UPDATE video SET is_short = NOT is_short WHERE id < 90",
        "UPDATE video SET title = 'So deep video' WHERE id IN (32, 81)",
        "DELETE FROM video WHERE id IN (80, 160)",
        FILL.replace("generate_series(1, 400)", "generate_series(401, 480)"),
        "UPDATE video SET channel_display_name = NULL WHERE id % 5 = 0",
    ):
        ask(url, changed)
        check()
    assert looks.asked == 1
    assert max(looks.numbers) < 100


def test_what_words_cannot_tell_is_found_in_another_way(
    monkeypatch: pytest.MonkeyPatch, url: str, process: Process, looks: Looks
) -> None:
    def find_nothing(*_: Any) -> None:
        looks.asked += 1

    monkeypatch.setattr(lists, "find_by_words", find_nothing)
    for asked, condition in ({"is_short": "yes"}, SHORT), ({"channel": "Alpha"}, OF_ALPHA):
        process.forget()
        looks.asked = 0
        expected = holding(url, "search", "deep video", condition)
        # What is listed in another way is at hand for the next page.
        for sort in ("title:asc", "title:desc"):
            assert process.find(search="deep video", sort=sort, **asked) == expected
        assert looks.asked == 1
