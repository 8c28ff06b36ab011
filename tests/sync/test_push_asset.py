"""Edits of what belongs to an asset reach it, and with it every video that shows it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from catalogtool.core.settings import Settings
from catalogtool.youtube.client import YouTube
from tests.catalog.editing import edit, pending, records, sql, video
from tests.sync.pulling import connected
from tests.sync.pushing import ASSET, MINE, OTHER, VIDEO, Place, conflicts, fill, queued


@pytest.fixture
def place(database: str, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    with connected(settings, monkeypatch, videos=10) as (sandbox, youtube):
        fill(sandbox)
        sandbox.reset()
        yield Place(sandbox, youtube)


@pytest.mark.parametrize("verb", ["PATCH", "PUT"])
def test_only_the_edit_changes(place: Place, settings: Settings, verb: str) -> None:
    chosen = {"youtube_asset_verb": verb, "youtube_min_delay": 0.0}
    youtube = YouTube.of(settings.model_copy(update=chosen))
    edit(VIDEO, label="New label", artist=["Cid"], upc="036000291452")
    try:
        result = Place(place.sandbox, youtube).push()
    finally:
        youtube.close()
    assert place.mine() == {**MINE, "label": "New label", "artist": ["Cid"], "upc": "036000291452"}
    assert result.status == "completed"
    assert result.result == {
        "sent": {
            "label": ["Old label", "New label"],
            "artist": [["Ado", "Ben"], ["Cid"]],
            "upc": ["4006381333931", "036000291452"],
        },
        "also_changed_videos": 1,
    }
    assert pending() == {}
    assert place.calls("assets.patch") + place.calls("assets.update") == 1
    assert place.calls("videos.update") == 0
    assert queued("asset_enrichment") == [VIDEO]


def test_the_asset_and_its_other_videos_follow(place: Place) -> None:
    edit(OTHER, genre=["Rock"])
    edit(VIDEO, label="New label", genre=["Jazz"])
    count = len(records())
    place.push()
    assert sql("SELECT label FROM asset WHERE asset_id = :id", id=ASSET) == "New label"
    other = video(OTHER)
    assert other["label"] == "New label"
    assert other["genre"] == ["Rock"], "an edit of its own waits"
    (record,) = records()[count:]
    assert (record["video_id"], record["source"]) == (OTHER, "youtube")
    assert record["changes"] == {"label": ["Old label", "New label"]}
    assert set(pending()) == {(OTHER, "genre")}
    assert place.push(video_id=OTHER).status == "failed"
    assert conflicts() == {"genre": ["Jazz"]}


def test_an_artist_goes_along_where_there_was_none(place: Place) -> None:
    """YouTube takes no write of a music asset without one."""
    sql("INSERT INTO asset (asset_id, artist) VALUES (:id, ARRAY['Known'])", id=ASSET)
    without = {name: value for name, value in MINE.items() if name != "artist"}
    place.sandbox.asset(ASSET, metadata_mine=without)
    edit(VIDEO, label="New label")
    assert place.push("label").status == "completed"
    assert place.mine() == {**without, "artist": ["Known"], "label": "New label"}


def test_without_any_artist_nothing_is_sent(place: Place) -> None:
    place.sandbox.asset(ASSET, metadata_mine={"title": "Song", "label": "Old label"})
    edit(VIDEO, label="New label")
    result = place.push()
    assert "without an artist" in (result.error or "")
    assert place.calls("assets.patch") == 0
    assert set(pending()) == {(VIDEO, "label")}


def test_a_cleared_field_is_taken_away(place: Place) -> None:
    edit(VIDEO, custom_id=None)
    assert place.push().status == "completed"
    assert place.mine() == {name: value for name, value in MINE.items() if name != "customId"}
    assert pending() == {}
    assert video(OTHER)["custom_id"] is None


def test_a_merged_asset_is_written_where_it_went(place: Place) -> None:
    place.sandbox.asset("A000000000000002", metadata_mine=MINE)
    place.sandbox.asset(ASSET, merged_into="A000000000000002")
    edit(VIDEO, label="New label")
    assert place.push().status == "completed"
    assert place.sandbox.asset("A000000000000002")["mine"] == {**MINE, "label": "New label"}
    (write,) = [r for r in place.sandbox.requests() if r["name"] == "assets.patch"]
    assert write["path"].endswith("/A000000000000002")


def test_codes_that_differ_in_form_alone_are_the_same(place: Place) -> None:
    same = {**MINE, "upc": "0036000291452", "isrc": "gb-ayz-17-00001"}
    place.sandbox.asset(ASSET, metadata_mine=same)
    edit(VIDEO, upc="036000291452", isrc="GBAYZ1700001")
    assert (place.push().result or {})["confirmed"] == ["isrc", "upc"]
    assert place.calls("assets.patch") == 0


def test_one_targets_refusal_leaves_the_other(place: Place) -> None:
    edit(VIDEO, title="New title", label="New label")
    place.sandbox.asset(ASSET, refuse="forbidden")
    result = place.push()
    assert result.status == "failed"
    assert result.result is not None
    assert set(result.result["sent"]) == {"title"}
    assert set(result.result["not_sent"]) == {"label"}
    assert set(pending()) == {(VIDEO, "label")}
