"""Thousands of random searches on 5,000 videos, each answer equal to the plain model's.

A share of them goes over HTTP. `SEARCH_REQUESTS=20000` asks for more than the usual number, and
`SEARCH_SEED` for others; what fails names its number, and the same number asks the same again.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import asdict
from random import Random
from typing import Any

import pytest
from sqlalchemy import Connection, text

from catalogtool.app import create_app
from catalogtool.catalog.search import told as told_by_ranks
from catalogtool.catalog.search import window
from catalogtool.catalog.search.find import search_videos
from catalogtool.catalog.search.known import order
from catalogtool.catalog.search.known.memory import memory_of
from catalogtool.catalog.search.ranked import slice_by_ranks
from catalogtool.catalog.search.request import SORTS, parse_request
from catalogtool.core import db
from catalogtool.core.settings import Settings
from catalogtool.core.times import iso
from tests.catalog.asking_words import Words
from tests.catalog.conftest import Catalogue
from tests.catalog.plain_model import PlainModel, lower
from tests.catalog.ranking import knows_all_orders
from tests.catalog.search_requests import VALUES, draw_filters
from tests.clients import program_of

REQUESTS = int(os.environ.get("SEARCH_REQUESTS", "1500"))
SEED = os.environ.get("SEARCH_SEED", "1")
SHARE_OVER_HTTP, SHARE_BY_WORDS, SHARE_BY_RANKS = 10, 3, 2
KEY = b"a key for tests"
FIELDS = ("id", "title", "views", "last_synced")

Answer = dict[str, Any]
Ask = Callable[[dict[str, str]], Answer]
Draw = Callable[[Random], dict[str, str]]

pytestmark = pytest.mark.timeout(60 + REQUESTS // 5)


class Walk:
    """One list, read from some page on and by its cursors, beside what the model says it is."""

    def __init__(self, ask: Ask, model: PlainModel, random: Random, draw: Draw) -> None:
        self.ask, self.model, self.random = ask, model, random
        self.asked = draw(random)
        self.sort = random.choice(SORTS)
        self.expected = model.find(self.asked, self.sort)
        self.requests = 0

    def run(self) -> None:
        """Read a page by its number, then go to and fro."""
        size = self.random.choice((1, 3, 20, 20, 50, 100))
        page = self.random.randint(1, len(self.expected) // size + 2)
        answer = self._read({"page": str(page), "per_page": str(size)})
        start, stop = (page - 1) * size, page * size
        self._compare(answer, start, stop, size)
        for _ in range(self.random.choice((0, 1, 4))):
            name = self.random.choice(("next_cursor", "prev_cursor"))
            if answer[name] is None:
                break
            size = self.random.choice((size, size, 7))
            if name == "next_cursor":
                start, stop = stop, stop + size
            else:
                start, stop = max(0, start - size), start
            answer = self._read({"cursor": answer[name], "per_page": str(size)})
            self._compare(answer, start, stop, size)

    def _read(self, more: dict[str, str]) -> Answer:
        self.requests += 1
        return self.ask({**self.asked, "sort": self.sort, "fields": ",".join(FIELDS), **more})

    def _compare(self, answer: Answer, start: int, stop: int, size: int) -> None:
        number = len(self.expected)
        assert [video["id"] for video in answer["videos"]] == self.expected[start:stop]
        assert (answer["total"], answer["total_is_exact"]) == (number, True)
        assert answer["pages"] == -(-number // size)
        if start % size == 0:
            assert answer["current_page"] == start // size + 1
        assert (answer["next_cursor"] is not None) == (stop < number)
        assert (answer["prev_cursor"] is not None) == (0 < start < number)
        for video in answer["videos"]:
            sample = self.model.videos[video["id"]]
            synced = sample["last_synced"]
            assert video["title"] == sample["title"]
            assert video["views"] == sample["views"]
            assert video["last_synced"] == (iso(synced) if synced else None)


def walk_often(
    ask: Ask, model: PlainModel, requests: int, name: str, draw: Draw = draw_filters
) -> None:
    """Random walks until so many requests were made."""
    made = number = 0
    while made < requests:
        walk = Walk(ask, model, Random(f"{SEED} {name} {number}"), draw)
        try:
            walk.run()
        except Exception as error:
            error.add_note(f"walk {number} of seed {SEED}: {walk.asked}, sort={walk.sort}")
            raise
        made += walk.requests
        number += 1


def test_every_search_answers_what_plain_python_answers(large_catalogue: Catalogue) -> None:
    with large_catalogue.engine.connect() as connection:

        def ask(asked: dict[str, str]) -> Answer:
            return asdict(search_videos(connection, parse_request(asked), KEY))

        walk_often(ask, large_catalogue.model, REQUESTS, "function")


def test_the_same_where_words_and_names_tell(large_catalogue: Catalogue, words: Words) -> None:
    # A process of its own, which has all at hand from the start.
    engine = large_catalogue.engine.execution_options()
    with engine.connect() as connection:
        memory_of(connection).load_column(connection)

        def ask(asked: dict[str, str]) -> Answer:
            return asdict(search_videos(connection, parse_request(asked), KEY))

        def draw(random: Random) -> dict[str, str]:
            name = random.choice(("search", "artist", "label"))
            return {**draw_filters(random), name: VALUES[name](random)}

        walk_often(ask, large_catalogue.model, REQUESTS // SHARE_BY_WORDS, "words", draw)
    assert words.told > REQUESTS // SHARE_BY_WORDS // 9


@pytest.fixture
def ask_over_http(large_catalogue: Catalogue, settings: Settings) -> Iterator[Ask]:
    """A program with a token, at the application on this catalogue."""
    settings.database_url = large_catalogue.url
    engine = db.connect(large_catalogue.url)
    client = program_of(create_app(settings), "exact@example.com")

    def ask(asked: dict[str, str]) -> Answer:
        answer = client.get("/api/videos", query_string=asked)
        assert answer.status_code == 200, answer.text
        assert answer.json is not None
        found: Answer = answer.json
        return found

    yield ask
    engine.dispose()


def test_the_same_over_http(large_catalogue: Catalogue, ask_over_http: Ask) -> None:
    walk_often(ask_over_http, large_catalogue.model, REQUESTS // SHARE_OVER_HTTP, "http")


def test_the_same_by_ranks(large_catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    """Forty ranks for each sort, so that most of them are mixed, and no list is too short."""
    monkeypatch.setattr(order, "RANKS", 40)
    monkeypatch.setattr(window, "MANY_LISTED", -1)
    monkeypatch.setattr(window, "RANK_COST", -1e6)
    # What they tell of filters is listed by them, and longer lists are narrowed.
    monkeypatch.setattr(told_by_ranks, "RANKS_COST", -1e6)
    monkeypatch.setattr(told_by_ranks, "RANK_COST", -1e9)
    told: list[bool] = []

    def by_ranks(*given: Any) -> Any:
        places = slice_by_ranks(*given)
        told.append(places is not None)
        return places

    monkeypatch.setattr(window, "slice_by_ranks", by_ranks)
    # An engine of its own is a process that remembers nothing yet.
    engine = large_catalogue.engine.execution_options()
    with engine.connect() as connection:
        knows_all_orders(connection)

        def ask(asked: dict[str, str]) -> Answer:
            return asdict(search_videos(connection, parse_request(asked), KEY))

        walk_often(ask, large_catalogue.model, REQUESTS // SHARE_BY_RANKS, "ranks")
    # All but those that start from one whose place is unknown.
    assert len(told) > 0.5 * REQUESTS // SHARE_BY_RANKS
    assert sum(told) > 0.9 * len(told)


def test_a_whole_list_is_walked_there_and_back(large_catalogue: Catalogue) -> None:
    with large_catalogue.engine.connect() as connection:
        for sort in SORTS:
            wanted = {"hidden": "all", "policy": "monetize"}
            expected = large_catalogue.model.find(wanted, sort)
            asked = {**wanted, "sort": sort, "fields": "id", "per_page": "100"}
            there = read_on(connection, asked, {}, "next_cursor")
            last = {"page": str(len(there))}
            back = read_on(connection, asked, last, "prev_cursor")
            assert [pk for page in there for pk in page] == expected
            assert [pk for page in reversed(back) for pk in page] == expected


def read_on(
    connection: Connection, asked: dict[str, str], first: dict[str, str], name: str
) -> list[list[int]]:
    """The ids page by page, as far as the cursors of this name lead."""
    pages, position = [], first
    while True:
        answer = asdict(search_videos(connection, parse_request({**asked, **position}), KEY))
        pages.append([video["id"] for video in answer["videos"]])
        if answer[name] is None:
            return pages
        position = {"cursor": answer[name]}


def test_the_model_and_the_database_agree_on_every_letter(large_catalogue: Catalogue) -> None:
    """All that Unicode 3.2 had: what came later, not every Python and PostgreSQL know alike."""
    old = unicodedata.ucd_3_2_0
    letters = [chr(n) for n in range(1, 0x110000) if old.category(chr(n)) not in {"Cn", "Cs", "Co"}]
    changed = text("SELECT l, lower(l) FROM unnest(CAST(:letters AS text[])) l WHERE lower(l) <> l")
    with large_catalogue.engine.connect() as connection:
        rows = connection.execute(changed, {"letters": letters})
        lowered = {row[0]: row[1] for row in rows}
    assert len(lowered) > 800
    assert lowered == {letter: lower(letter) for letter in letters if lower(letter) != letter}
