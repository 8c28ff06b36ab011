"""Channels are looked at along the way: for hardly a unit, and without undoing what people set."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from catalogtool.channels.looks import look_at_channels, take_due
from catalogtool.channels.service import update_channel
from catalogtool.core.db import unit_of_work
from catalogtool.core.settings import Settings
from catalogtool.sync.looks.pull import HANDLER
from tests.catalog.editing import add_videos, name, sql, video
from tests.reports.importing import Imports, catalogue
from tests.sync.pulling import connected, work

NOW = datetime(2026, 1, 1, tzinfo=UTC)
TOLD = {
    "title": "One",
    "description": "What it is",
    "country": "AT",
    "image_url": "https://yt.example/a.jpg",
    "subscriber_count": 10,
    "video_count": 2,
    "view_count": 300,
}


@pytest.fixture
def channel(database: str) -> None:
    """A video of a channel with an id."""
    add_videos({"channel_display_name": "One", "title": "t"})
    sql("UPDATE channel SET channel_id = 'UC1'")


def look(day: int, missing: tuple[str, ...] = (), **told: Any) -> None:
    with unit_of_work() as session:
        found = {} if missing else {"UC1": {**TOLD, **told}}
        look_at_channels(session, found, missing, NOW + timedelta(days=day))


def row(*columns: str) -> tuple[Any, ...]:
    (found,) = catalogue()["channel"]
    return tuple(found[column] for column in columns)


def change(**values: Any) -> None:
    with unit_of_work() as session:
        update_channel(session, row("name")[0], values)


def test_figures_follow_and_nothing_else_is_written(channel: None) -> None:
    look(1)
    assert row("country", "subscriber_count", "view_count") == ("AT", 10, 300)
    changed = sql("SELECT updated_at FROM channel")
    look(2)
    assert sql("SELECT updated_at FROM channel") == changed
    look(3, subscriber_count=11, view_count=None)
    assert row("subscriber_count", "view_count") == (11, 300)
    look(2, subscriber_count=9)
    assert row("subscriber_count") == (11,)
    look(4, missing=("UC1",))
    assert row("subscriber_count") == (11,)
    assert sql("SELECT count(*) FROM metadata_sync") == 0


def test_what_a_person_wrote_stays_and_what_youtube_wrote_follows(channel: None) -> None:
    look(1)
    look(2, description="Another", image_url="https://yt.example/b.jpg")
    assert row("description", "image_url") == ("Another", "https://yt.example/b.jpg")
    change(description="Ours", image_url=None)
    look(3, description="A third", image_url="https://yt.example/c.jpg", country="DE")
    assert row("description", "image_url", "country") == ("Ours", None, "DE")


def test_only_what_may_be_shown_is_taken(channel: None) -> None:
    look(1, image_url="http://yt.example/a.jpg", country="XX", description="x" * 9_000)
    assert row("image_url", "country") == (None, None)
    assert len(row("description")[0]) == 5_000
    look(2, image_url="https://yt.example/" + "a" * 600)
    assert row("image_url") == (None,)


def test_a_channel_that_was_renamed_on_youtube_is_renamed_with_its_videos(channel: None) -> None:
    look(1)
    look(2, title="Two")
    assert row("name", "former_names") == ("Two", ["One"])
    assert video(name(1))["channel_display_name"] == "Two"


def test_a_name_of_ours_stays(channel: None) -> None:
    look(1)
    change(new_name="Ours")
    look(2)
    assert row("name") == ("Ours",)
    look(3, title="Two")
    assert row("name", "former_names") == ("Ours", ["One", "Two"])


def test_a_name_that_another_channel_has_is_not_taken(channel: None) -> None:
    sql("INSERT INTO channel (name) VALUES ('Two')")
    look(1, title="Two")
    assert sql("SELECT name FROM channel WHERE channel_id = 'UC1'") == "One"


def test_a_channel_is_due_once_a_day_and_taken_once(channel: None) -> None:
    sql("INSERT INTO channel (name, channel_id) SELECT 'c' || n, 'UCx' || n"
        " FROM generate_series(1, 60) n")  # fmt: skip

    def take() -> list[str]:
        with unit_of_work() as session:
            return take_due(session, ["c60"], 50)

    first = take()
    assert len(first) == 50
    assert "UCx60" in first
    assert len(take()) == 11
    assert take() == []
    sql("UPDATE channel SET asked_at = now() - interval '1 hour', looked_at = now()")
    assert take() == []
    sql("UPDATE channel SET looked_at = now() - interval '25 hours' WHERE channel_id = 'UC1'")
    assert take() == ["UC1"]


def test_a_pull_of_many_videos_costs_one_call_for_their_channels(
    database: str, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    imports = Imports(tmp_path)
    imports.synthetic(250, "video_2026-01-01.csv", seed=2026)
    with connected(settings, monkeypatch, videos=250) as (sandbox, youtube):
        ids = [found["video_id"] for found in catalogue()["video"]]
        work(HANDLER, youtube, ids)
        calls = sandbox.usage()["by_method"]
        assert calls["channels.list"]["units"] == 1
        assert calls["videos.list"]["units"] == -(-len(ids) // 50)
        known = {c["channel_id"]: c for c in catalogue()["channel"] if c["looked_at"]}
        assert known
        for channel_id, found in known.items():
            truth = sandbox.channel(channel_id)
            assert found["video_count"] is not None
            if not truth.get("subscribers_hidden"):
                assert found["subscriber_count"] == truth["subscribers"]
