"""Channels over HTTP: suggestions for everybody, the list for administrators."""

from __future__ import annotations

import pytest
from apiflask import APIFlask
from sqlalchemy import insert

from catalogtool.app import create_app
from catalogtool.channels.models import Channel
from catalogtool.channels.schemas import ChannelsOut, SuggestionsOut
from catalogtool.core.db import unit_of_work
from catalogtool.core.settings import Settings
from tests.catalog.sample_catalogue import CHANNELS, insert_samples, make_samples
from tests.clients import program_of


@pytest.fixture
def app(database: str, settings: Settings) -> APIFlask:
    """The application on a small catalogue and one channel without videos."""
    settings.database_url = database
    with unit_of_work() as session:
        insert_samples(session, make_samples(3, 60))
        session.execute(insert(Channel), [{"name": "Paid", "is_monetized": True}])
    return create_app(settings)


def test_the_list_counts_the_videos_of_each_channel(app: APIFlask) -> None:
    answer = program_of(app, "root@example.com", admin=True).get("/api/admin/channels").json
    assert answer is not None
    assert ChannelsOut().validate(answer) == {}
    found = {channel["name"]: channel["video_count"] for channel in answer["channels"]}
    names = [sample["channel_display_name"] for sample in make_samples(3, 60)]
    assert found == {name: names.count(name) for name in (*CHANNELS, "Paid")}
    assert list(found) == sorted(found)
    assert (answer["total"], answer["pages"]) == (len(CHANNELS) + 1, 1)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("search=ALPHA", {"Alpha", "alpha"}),
        ("search=%25", {"50% Off"}),
        ("search=_", set()),
        ("search=бЕТ", {"Бета"}),
        ("monetization=monetizing", {"Paid"}),
        ("monetization=not_monetizing&per_page=100", set(CHANNELS)),
    ],
)
def test_channels_are_found_literally(app: APIFlask, query: str, expected: set[str]) -> None:
    client = program_of(app, "root@example.com", admin=True)
    answer = client.get(f"/api/admin/channels?{query}").json
    assert answer is not None
    assert {channel["name"] for channel in answer["channels"]} == expected
    assert answer["total"] == len(expected)


def test_channels_are_paged(app: APIFlask) -> None:
    client = program_of(app, "root@example.com", admin=True)
    pages = [client.get(f"/api/admin/channels?per_page=4&page={n}").json for n in (1, 2, 3, 4)]
    names = [channel["name"] for page in pages if page for channel in page["channels"]]
    assert names == sorted((*CHANNELS, "Paid"))


def test_suggestions_begin_with_what_begins_so(app: APIFlask) -> None:
    client = program_of(app, "ann@example.com")
    answer = client.get("/api/channels?search=o&per_page=3").json
    assert answer is not None
    assert SuggestionsOut().validate(answer) == {}
    found = [channel["name"] for channel in answer["channels"]]
    assert found == ['O\'Hara "Q"', "50% Off", "Hidden One"]
    assert client.get("/api/admin/channels").status_code == 403


@pytest.mark.parametrize(
    "query", ["search=%00", "page=0", "monetization=x", "colour=red", "search=" + "a" * 201]
)
def test_hostile_parameters_are_refused(app: APIFlask, query: str) -> None:
    client = program_of(app, "root@example.com", admin=True)
    answer = client.get(f"/api/admin/channels?{query}")
    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["details"]["field"] == query.partition("=")[0]
