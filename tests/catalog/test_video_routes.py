"""The catalogue over HTTP: shapes, refusals, rights."""

from __future__ import annotations

import pytest
from apiflask import APIFlask

from catalogtool.app import create_app
from catalogtool.catalog.schemas import HistoryOut, ListOut, OneOut
from catalogtool.catalog.search.fields import FIELDS
from catalogtool.core.db import unit_of_work
from catalogtool.core.settings import Settings
from tests.catalog.sample_catalogue import insert_samples, make_samples
from tests.catalog.test_parameters import HOSTILE
from tests.clients import Client, new_client, program_of


@pytest.fixture
def app(database: str, settings: Settings) -> APIFlask:
    """The application on a small catalogue."""
    settings.database_url = database
    with unit_of_work() as session:
        insert_samples(session, make_samples(3, 60))
    return create_app(settings)


@pytest.fixture
def client(app: APIFlask) -> Client:
    """A program with a token."""
    return program_of(app, "ann@example.com")


def test_the_list_has_the_promised_shape(client: Client) -> None:
    answer = client.get("/api/videos?hidden=all&per_page=50").json
    assert answer is not None
    assert set(answer) == {
        "status", "videos", "total", "total_is_exact", "pages", "current_page", "next_cursor",
        "prev_cursor",
    }  # fmt: skip
    assert (answer["status"], answer["total"], answer["pages"]) == ("success", 60, 2)
    assert all(tuple(sorted(video)) == tuple(sorted(FIELDS)) for video in answer["videos"])
    assert ListOut().validate(answer) == {}
    assert client.get("/api/videos/search?hidden=all&per_page=50").json == answer


def test_the_next_page_is_reached_by_its_cursor(client: Client) -> None:
    first = client.get("/api/videos?sort=title:desc&per_page=7&fields=id").json
    assert first is not None
    by_number = client.get("/api/videos?sort=title:desc&per_page=7&fields=id&page=2").json
    address = (
        f"/api/videos?sort=title:desc&per_page=7&fields=id&page=9&cursor={first['next_cursor']}"
    )
    assert client.get(address).json == by_number
    moved = client.get(f"/api/videos?sort=title:asc&cursor={first['next_cursor']}")
    assert (moved.status_code, moved.json["details"]["field"]) == (400, "cursor")  # type: ignore[index]


def test_only_the_fields_that_were_asked_for(client: Client) -> None:
    answer = client.get("/api/videos?fields=title,views").json
    assert answer is not None
    assert all(set(video) == {"title", "views"} for video in answer["videos"])


def test_one_video_and_its_history(client: Client) -> None:
    video_id = make_samples(3, 60)[0]["video_id"]
    one = client.get(f"/api/videos/{video_id}").json
    assert one is not None
    assert OneOut().validate(one) == {}
    assert one["video"]["video_id"] == video_id
    history = client.get(f"/api/videos/{video_id}/history").json
    assert history is not None
    assert HistoryOut().validate(history) == {}


def test_the_choices_of_the_filters(client: Client) -> None:
    samples = make_samples(3, 60)
    answer = client.get("/api/videos/facets").json
    assert answer is not None
    assert answer["facets"]["category"] == sorted({s["category"] for s in samples} - {None})


def test_hostile_parameters_are_refused_by_name(client: Client) -> None:
    for query, field in HOSTILE:
        if query.isascii():
            answer = client.get("/api/videos", query_string=query.decode())
            assert answer.status_code == 400, query
            assert answer.json is not None
            assert answer.json["error_code"] == "VALIDATION_ERROR"
            assert answer.json["details"]["field"].strip("?") == field.strip("?")


def test_an_unknown_video_is_404(client: Client) -> None:
    for video_id in ("nope", "%00", "%ED%A0%80", "a" * 3000, "%25"):
        for address in (f"/api/videos/{video_id}", f"/api/videos/{video_id}/history"):
            answer = client.get(address)
            assert answer.status_code == 404, answer.text
            assert answer.json is not None
            assert answer.json["status"] == "error"


def test_an_impossible_page_of_the_history_is_400(client: Client) -> None:
    for page in ("0", "x", "99999999999999999999", "-1"):
        assert client.get(f"/api/videos/nope/history?page={page}").status_code == 400


def test_a_login_is_needed(app: APIFlask) -> None:
    for place in ("", "/search", "/facets", "/x", "/x/history"):
        assert new_client(app).get(f"/api/videos{place}").status_code == 401
