"""Every search answers what plain Python over the same videos answers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from catalogtool.catalog.search import lists, names, question, scan, window
from catalogtool.catalog.search.find import Answer, search_videos
from catalogtool.catalog.search.known import listing
from catalogtool.catalog.search.known.memory import memory_of
from catalogtool.catalog.search.request import parse_request
from tests.catalog.conftest import Catalogue
from tests.catalog.search_limits import list_at_most
from tests.catalog.search_requests import filter_sets, sorts

KEY = b"a key for tests"
many_examples = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(
    params=[
        "as it is",
        "listed and found by key",
        "listed and read along",
        "listed in memory and read along in pieces",
        "walk",
        "gather",
        "many names",
    ]
)
def way(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, catalogue: Catalogue
) -> Iterator[str]:
    """All ways to read a page: all matches at hand, or not, by an index or sorted; and with names
    that are too many to list."""
    if request.param.startswith("listed"):
        monkeypatch.setattr(window, "KEY_COST", 0 if "by key" in request.param else 1e12)
        for module in (lists, question):
            monkeypatch.setattr(module, "FIND_COST", -1)
    if request.param == "listed in memory and read along in pieces":
        monkeypatch.setattr(lists, "LEAST_COST", -1e9)
        monkeypatch.setattr(window, "HASH_COST", 1e12)
        monkeypatch.setattr(scan, "LEAST", 0)
        monkeypatch.setattr(scan, "SURE", 0)
    if request.param in {"walk", "gather", "many names"}:
        list_at_most(monkeypatch, -1)
        monkeypatch.setattr(window, "GATHER_COST", 0 if request.param == "gather" else 1e12)
    if request.param == "many names":
        monkeypatch.setattr(names, "MOST_NAMES", 0)
    forget(catalogue)
    yield str(request.param)
    forget(catalogue)


def forget(catalogue: Catalogue) -> None:
    """What was listed in one way must not answer in another."""
    with catalogue.engine.connect() as connection:
        memory = memory_of(connection)
        memory.shelf.clear()
        memory.load_column(connection)


def ask(connection: Connection, asked: dict[str, str], **more: str) -> Answer:
    if listing.MOST_LISTED < 0:
        more = {"count": "exact", **more}
    return search_videos(connection, parse_request({"fields": "id", **asked, **more}), KEY)


def ids(answer: Answer) -> list[int]:
    return [video["id"] for video in answer.videos]


@many_examples
@given(asked=filter_sets(), sort=sorts, per_page=st.integers(1, 100), data=st.data())
def test_a_page_by_number_equals_the_model(
    catalogue: Catalogue, way: str, asked: dict[str, str], sort: str, per_page: int,
    data: st.DataObject,
) -> None:  # fmt: skip
    expected = catalogue.model.find(asked, sort)
    page = data.draw(st.integers(1, len(expected) // per_page + 2))
    with catalogue.engine.connect() as connection:
        answer = ask(connection, asked, sort=sort, per_page=str(per_page), page=str(page))
    assert ids(answer) == expected[(page - 1) * per_page : page * per_page]
    assert (answer.total, answer.total_is_exact) == (len(expected), True)
    assert answer.pages == -(-len(expected) // per_page)
    assert answer.current_page == page
    assert (answer.next_cursor is None) == (page * per_page >= len(expected))
    assert (answer.prev_cursor is None) == (page == 1 or not answer.videos)


@many_examples
@given(asked=filter_sets(), sort=sorts, pages=st.integers(1, 6))
@example(asked={"missing": "views"}, sort="views:asc", pages=1)
@example(asked={"missing": "title"}, sort="title:desc", pages=3)
@example(asked={"missing": "video_length"}, sort="video_length:desc", pages=3)
@example(asked={"hidden": "all"}, sort="last_synced:desc", pages=5)
def test_walking_by_cursor_meets_every_video_once_in_both_directions(
    catalogue: Catalogue, way: str, asked: dict[str, str], sort: str, pages: int
) -> None:
    expected = catalogue.model.find(asked, sort)
    size = min(100, len(expected) // pages + 1)
    with catalogue.engine.connect() as connection:
        answer = ask(connection, asked, sort=sort, per_page=str(size))
        there = [answer]
        while answer.next_cursor and len(there) < 10:
            answer = ask(
                connection, asked, sort=sort, per_page=str(size), cursor=answer.next_cursor
            )
            there.append(answer)
        back = [answer]
        while answer.prev_cursor and len(back) < 10:
            answer = ask(
                connection, asked, sort=sort, per_page=str(size), cursor=answer.prev_cursor
            )
            back.append(answer)
    assert [pk for answer in there for pk in ids(answer)] == expected
    assert [pk for answer in reversed(back) for pk in ids(answer)] == expected
    assert [a.current_page for a in there] == list(range(1, len(there) + 1))
    assert [a.current_page for a in reversed(back)] == [a.current_page for a in there]


@many_examples
@given(asked=filter_sets())
def test_a_long_list_is_counted_by_estimate_unless_asked_exactly(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch, asked: dict[str, str]
) -> None:
    list_at_most(monkeypatch, 20)
    monkeypatch.setattr(window, "EXACT_UP_TO", 19)
    forget(catalogue)
    expected = catalogue.model.find(asked, "title:asc")
    with catalogue.engine.connect() as connection:
        estimated = ask(connection, asked)
        exact = ask(connection, asked, count="exact")
    assert (exact.total, exact.total_is_exact) == (len(expected), True)
    if len(expected) <= 20 or set(asked) <= {"policy", "duration", "missing"} - {"missing"}:
        assert estimated.total_is_exact
    if estimated.total_is_exact:
        assert estimated.total == len(expected)
    else:
        assert estimated.total > 20
