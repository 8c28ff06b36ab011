"""Of very many matches, candidates are looked at in the order of the list: those of a phrase, or
all that pass the facets."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from sqlalchemy import Connection

from catalogtool.catalog.search import question, reach, sifted, window
from catalogtool.catalog.search.estimate import Estimate
from catalogtool.catalog.search.find import Answer, search_videos
from catalogtool.catalog.search.request import SORTS, parse_request
from tests.catalog.asking_words import Words
from tests.catalog.conftest import Catalogue
from tests.catalog.plain_model import PlainModel
from tests.catalog.ranking import knows_all_orders
from tests.catalog.search_requests import draw_filters

SEARCHES = 150


class Sifted:
    """How often slices were found by sifting, and how often not."""

    def __init__(self) -> None:
        self.found: list[bool] = []

    def sift(self, *given: Any) -> Any:
        places = sifted.sift(*given)
        self.found.append(places is not None)
        return places


@pytest.fixture
def spy(monkeypatch: pytest.MonkeyPatch) -> Sifted:
    """All is taken for very much, and nothing is listed."""
    made = Sifted()
    monkeypatch.setattr(question, "judge", lambda hits, *_: Estimate(max(hits, 1), True))
    monkeypatch.setattr(question.Question, "find_all", lambda *_: None)
    monkeypatch.setattr(reach, "SIFT_LEAST", -1e12)
    monkeypatch.setattr(window, "sift", made.sift)
    return made


def a_phrase(chance: Random, model: PlainModel) -> str:
    """What stands around a space in some title; now and then another one."""
    titles = [video["title"] for video in model.videos.values() if " " in (video["title"] or "")]
    title = chance.choice(titles)
    at = title.index(" ")
    found: str = title[max(0, at - chance.randint(0, 4)) : at + chance.randint(2, 5)]
    return found if chance.random() < 0.9 else f"{found}zz"


def ask(connection: Connection, asked: dict[str, str], **more: str) -> Answer:
    request = parse_request({"fields": "id", **asked, **more})
    return search_videos(connection, request, b"a key for tests")


def ids(answer: Answer) -> list[int]:
    return [video["id"] for video in answer.videos]


def compare_pages(
    connection: Connection, model: PlainModel, asked: dict[str, str], chance: Random
) -> None:
    """A page of some size, the one behind it and the one before are those of the model."""
    expected = model.find({k: v for k, v in asked.items() if k != "sort"}, asked["sort"])
    size = chance.choice((1, 3, 20))
    page = chance.randint(1, len(expected) // size + 1)
    answer = ask(connection, asked, per_page=str(size), page=str(page))
    at = (page - 1) * size
    assert ids(answer) == expected[at : at + size], asked
    if answer.next_cursor is not None:
        behind = ask(connection, asked, per_page=str(size), cursor=answer.next_cursor)
        assert ids(behind) == expected[at + size : at + 2 * size], asked
    if answer.prev_cursor is not None:
        before = ask(connection, asked, per_page=str(size), cursor=answer.prev_cursor)
        assert ids(before) == expected[max(0, at - size) : at], asked


@pytest.mark.parametrize("at_first", ["much", "little"])
@pytest.mark.parametrize("of", ["a phrase", "facets"])
def test_pages_are_those_of_the_model(
    large_catalogue: Catalogue,
    words: Words,
    spy: Sifted,
    of: str,
    at_first: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if at_first == "little":
        monkeypatch.setattr(sifted, "LEAST", 1)
        monkeypatch.setattr(sifted, "MORE", 0.1)
    model = large_catalogue.model
    # A process of its own, which has all at hand from the start.
    engine = large_catalogue.engine.execution_options()
    with engine.connect() as connection:
        knows_all_orders(connection)
        for number in range(SEARCHES):
            chance = Random(f"{of} {at_first} {number}")
            asked = draw_filters(chance) if number % 3 else {"hidden": "all"}
            if of == "a phrase":
                asked["search"] = a_phrase(chance, model)
            compare_pages(connection, model, asked | {"sort": chance.choice(SORTS)}, chance)
    # Where a page begins with an unknown one, there is no telling.
    assert sum(spy.found) > 0.3 * SEARCHES
    assert sum(spy.found) > 0.9 * len(spy.found)
