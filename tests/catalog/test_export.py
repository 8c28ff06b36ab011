"""The export over HTTP: which videos and columns, in which order and form, and what is refused."""

from __future__ import annotations

import csv
import gzip
import io
import re
from typing import Any

import pytest
from apiflask import APIFlask
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from catalogtool.app import create_app
from catalogtool.catalog.export.columns import DEFAULT_COLUMNS
from catalogtool.catalog.models import AD_SETTINGS
from catalogtool.catalog.search.filters import PARSERS
from catalogtool.core.db import unit_of_work
from catalogtool.core.settings import Settings
from tests.catalog.sample_catalogue import insert_samples, make_samples
from tests.catalog.search_requests import filter_sets
from tests.catalog.test_parameters import HOSTILE
from tests.clients import Client, new_client, program_of

PLACE = "/api/export"


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


def rows_of(text: str) -> list[dict[str, str]]:
    """The file's rows by column; every row is as wide as the header."""
    header, *rows = list(csv.reader(io.StringIO(text, newline="")))
    return [dict(zip(header, row, strict=True)) for row in rows]


def exported(client: Client, **parameters: str) -> list[dict[str, str]]:
    answer = client.get(PLACE, query_string=parameters)
    assert answer.status_code == 200, answer.text
    return rows_of(answer.text)


def as_text(value: Any) -> str:
    """How the file writes a value of the list's answer."""
    if isinstance(value, list):
        return "|".join(value)
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def test_an_exact_file_says_what_the_list_says(client: Client) -> None:
    rows = exported(client, hidden="all", safe="0", columns=",".join(("id", *DEFAULT_COLUMNS)))
    answer = client.get("/api/videos?hidden=all&per_page=100").json
    assert answer is not None
    listed = {str(video["id"]): video | video["ad_settings"] for video in answer["videos"]}
    assert [row["id"] for row in rows] == sorted(listed, key=int)
    for row in rows:
        assert row == {name: as_text(listed[row["id"]][name]) for name in row}


def test_it_comes_as_a_download_named_after_the_day(client: Client) -> None:
    answer = client.get(PLACE)
    assert answer.mimetype == "text/csv"
    assert answer.headers["Cache-Control"] == "no-store"
    name = re.compile(r'attachment; filename="video_export_\d{4}-\d\d-\d\d\.csv(\.gz)?"')
    assert name.fullmatch(answer.headers["Content-Disposition"])
    assert answer.text.splitlines()[0] == ",".join(DEFAULT_COLUMNS)
    packed = client.get(f"{PLACE}?format=csv.gz", headers={"Accept-Encoding": "gzip"})
    assert packed.mimetype == "application/gzip"
    assert "Content-Encoding" not in packed.headers
    assert name.fullmatch(packed.headers["Content-Disposition"])
    assert packed.headers["Content-Disposition"].endswith('.csv.gz"')
    assert gzip.decompress(packed.data).decode() == answer.text


@hypothesis_settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(filters=filter_sets())
def test_every_filter_of_the_list_chooses_the_same_videos(
    client: Client, filters: dict[str, str]
) -> None:
    listed = client.get("/api/videos", query_string=filters | {"per_page": "100"}).json
    assert listed is not None
    wanted = sorted(video["id"] for video in listed["videos"])
    answer = client.get(PLACE, query_string=filters | {"columns": "id"})
    if wanted:
        assert [int(row["id"]) for row in rows_of(answer.text)] == wanted
    else:
        assert answer.status_code == 400
        assert answer.json is not None
        assert answer.json["details"]["field"] == "filters"


def test_all_filters_are_known_to_the_model_above() -> None:
    assert set(PARSERS) <= set(filter_sets.__globals__["VALUES"])


def test_columns_come_in_the_order_that_was_asked_for(client: Client) -> None:
    text = client.get(f"{PLACE}?columns=views,video_id,title").text
    assert text.splitlines()[0] == "views,video_id,title"
    text = client.get(f"{PLACE}?columns=video_id,ad_settings,last_synced").text
    assert text.splitlines()[0] == ",".join(("video_id", *AD_SETTINGS, "last_synced"))
    assert client.get(f"{PLACE}?columns=").text.splitlines()[0] == ",".join(DEFAULT_COLUMNS)


REFUSED = (
    ("columns=video_id,secret,password", "columns", "password, secret"),
    ("columns=video_id,,title", "columns", "(nothing)"),
    ("columns=title,video_id,title", "columns", "title more than once"),
    ("columns=ad_settings,prerolls_enabled", "columns", "prerolls_enabled more than once"),
    ("columns=provenance", "columns", "provenance"),
    ("format=xlsx", "format", "csv.gz"),
    ("format=", "format", "csv.gz"),
    ("safe=yes", "safe", "0, 1"),
    ("sort=title:asc", "sort", "not a parameter"),
    ("page=2", "page", "not a parameter"),
    ("safe=0&safe=1", "safe", "only once"),
)


def test_what_cannot_be_done_is_refused_by_name(client: Client) -> None:
    for query, field, said in REFUSED:
        answer = client.get(f"{PLACE}?{query}")
        assert answer.status_code == 400, query
        assert answer.json is not None
        assert answer.json["details"]["field"] == field
        assert said in answer.json["message"]


def test_hostile_parameters_are_refused(client: Client) -> None:
    for query, _ in HOSTILE:
        if query.isascii():
            assert client.get(PLACE, query_string=query.decode()).status_code == 400, query


def test_a_login_is_needed(app: APIFlask) -> None:
    assert new_client(app).get(PLACE).status_code == 401


START = st.sampled_from(["", "=", "+", "-", "@", "\t", "\r", "'", '"', "=\n", '"=', "1", "夜"])


@hypothesis_settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(starts=st.lists(START, min_size=8, max_size=8))
def test_no_text_of_a_safe_file_begins_like_a_formula(client: Client, starts: list[str]) -> None:
    texts = [f'{start}SUM(1,"2")\n=3' for start in starts]
    names = ("title", "custom_id", "label", "category", "effective_policy", "notes")
    with unit_of_work() as session:
        session.connection().exec_driver_sql(
            f"UPDATE video SET artist = %s, genre = %s, {', '.join(f'{n} = %s' for n in names)}"
            " WHERE id = 1",
            ([texts[0], texts[1]], [texts[2]], *texts[2:]),
        )
    stored = {"artist": "|".join(texts[:2]), "genre": texts[2]}
    stored |= dict(zip(names, texts[2:], strict=True))
    exact = exported(client, hidden="all", safe="0", columns=",".join(stored))[0]
    assert exact == stored
    safe = exported(client, hidden="all", columns=",".join(stored))[0]
    risky = ("=", "+", "-", "@", "\t", "\r")
    assert safe == {n: f"'{t}" if t.startswith(risky) else t for n, t in stored.items()}
