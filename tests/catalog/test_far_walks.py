"""A list whose matches lie at the other end of the sort is not walked, but sifted."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from typing import Any

import pytest
from sqlalchemy import Connection

from catalogtool.catalog.search import lists, reach, window
from catalogtool.catalog.search import sifted as sifting
from catalogtool.catalog.search.find import Answer, search_videos
from catalogtool.catalog.search.known import sample
from catalogtool.catalog.search.known.memory import warm_up
from catalogtool.catalog.search.request import parse_request
from catalogtool.core.db import reading
from tests.catalog.ranking import knows_all_orders
from tests.catalog.texts import ask

VIDEOS = 2_000
# A tenth is short, and the others are not much longer; half of the short ones have a word that some
# of these have as well.
FILL = f"""
INSERT INTO video (id, video_id, title, is_short, video_length, updated_at)
SELECT n, 'v' || n, CASE n % 20 WHEN 0 THEN 'Live' WHEN 7 THEN 'live' END, n % 10 = 0,
    CASE n % 10 WHEN 0 THEN 30 + n % 29 ELSE 100 + n % 100 END,
    timestamptz '2020-01-01' + n * interval '1 h'
FROM generate_series(1, {VIDEOS}) AS n
"""


@pytest.fixture
def sifted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many candidates each sifting had; to sift takes as long as to read 700 videos."""
    numbers: list[int] = []

    def spy(*given: Any) -> Any:
        numbers.append(len(given[3]))
        return sift(*given)

    sift = sifting.sift
    monkeypatch.setattr(window, "sift", spy)
    for name in ("LEAST_COST", "PASS_COST", "TAKEN_COST"):
        monkeypatch.setattr(lists, name, 0.0)
    monkeypatch.setattr(reach, "SIFT_LEAST", 700 * lists.WALK_COST)
    # Nothing is listed, and the sample is of all videos.
    monkeypatch.setattr(lists.Lists, "cost", lambda *_: inf)
    monkeypatch.setattr(lists.Lists, "cost_of_facets", lambda _: inf)
    monkeypatch.setattr(sample, "KEPT_RANKS", sample.RANKS)
    return numbers


@pytest.fixture
def connection(database: str, sifted: list[int]) -> Iterator[Connection]:
    """A process that has all at hand."""
    ask(database, FILL)
    warm_up()
    with reading() as connection:
        knows_all_orders(connection)
        yield connection


def search(connection: Connection, **asked: str) -> Answer:
    return search_videos(connection, parse_request({"fields": "id", **asked}), b"a key for tests")


def test_the_longest_short_videos(connection: Connection, sifted: list[int]) -> None:
    answer = search(connection, is_short="yes", sort="video_length:desc", page="2")
    expected = sorted(range(10, VIDEOS + 1, 10), key=lambda n: (-(30 + n % 29), n))
    assert [video["id"] for video in answer.videos] == expected[20:40]
    assert sifted == [VIDEOS // 10]
    behind = search(
        connection, is_short="yes", sort="video_length:desc", cursor=str(answer.next_cursor)
    )
    assert [video["id"] for video in behind.videos] == expected[40:60]


@pytest.mark.parametrize("sort", ["updated_at:desc", "video_length:asc"])
def test_what_is_near_is_walked(connection: Connection, sifted: list[int], sort: str) -> None:
    assert len(search(connection, is_short="yes", sort=sort).videos) == 20
    assert sifted == []


def test_a_text_beside_it_is_looked_for(
    connection: Connection, sifted: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("catalogtool.catalog.search.window.EXACT_UP_TO", 9)
    monkeypatch.setattr("catalogtool.catalog.search.estimate.EXACT_UP_TO", 9)
    answer = search(connection, is_short="yes", search="live", sort="video_length:desc")
    expected = sorted(range(20, VIDEOS + 1, 20), key=lambda n: (-(30 + n % 29), n))
    assert [video["id"] for video in answer.videos] == expected[:20]
    assert sifted == [VIDEOS // 10]


def test_without_ranks_it_is_walked(
    connection: Connection, sifted: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reach.Reach, "ranks", None)
    answer = search(connection, is_short="yes", sort="video_length:desc")
    assert len(answer.videos) == 20
    assert sifted == []
