"""What YouTube says of assets comes to every video that shows them."""

from __future__ import annotations

from typing import Any

from catalogtool.catalog import codes
from catalogtool.sync.looks.enrich import HANDLER
from catalogtool.youtube.client import YouTube
from tests.catalog.editing import edit, pending, records, sql
from tests.reports.importing import Imports, catalogue, fingerprint, video
from tests.sandbox.running import Sandbox
from tests.sync.pulling import work

Place = tuple[Imports, Sandbox, YouTube]


def showing() -> dict[str, str]:
    return {v["video_id"]: v["asset_id"] for v in catalogue()["video"] if v["asset_id"]}


def a_recording(sandbox: Sandbox) -> tuple[str, str]:
    """A video whose asset is this owner's recording, and that asset, which nobody merged."""
    for video_id, asset_id in showing().items():
        known = sandbox.asset(asset_id)
        if known["asset_id"] == asset_id and known["mine"].get("isrc") and not known["aliases"]:
            return video_id, asset_id
    raise AssertionError("there is no such video")


def given(known: dict[str, Any]) -> dict[str, Any]:
    shown = known["effective"]
    values = {
        "upc": codes.upc(shown.get("upc", "")),
        "isrc": codes.isrc(shown.get("isrc", "")),
        "custom_id": shown.get("customId"),
        "artist": shown.get("artist"),
        "genre": shown.get("genre"),
        "label": shown.get("label"),
    }
    return {name: value for name, value in values.items() if value}


def test_every_video_gets_the_codes_of_its_asset(place: Place) -> None:
    _, sandbox, youtube = place
    shown = showing()
    results = work(HANDLER, youtube, list(shown))
    merged = 0
    rows = {row["video_id"]: row for row in catalogue()["video"]}
    for video_id, asset_id in shown.items():
        truth, row = sandbox.asset(asset_id), rows[video_id]
        expected = given(truth)
        assert {name: row[name] for name in expected} == expected
        assert row["asset_id"] == truth["asset_id"]
        result = results[video_id].result or {}
        assert result["found"] is True
        assert result.get("merged_into", asset_id) == truth["asset_id"]
        merged += truth["asset_id"] != asset_id
    assert merged
    assert sql("SELECT count(*) FROM asset WHERE merged_into IS NOT NULL") > 0
    before = fingerprint()
    work(HANDLER, youtube, list(showing()))
    assert {**fingerprint(), "asset": ""} == {**before, "asset": ""}


def test_a_code_that_changed_on_youtube_changes_here_whoever_told_it_before(place: Place) -> None:
    imports, sandbox, youtube = place
    video_id, asset_id = a_recording(sandbox)
    columns = "video_id,claim_id,asset_id,isrc,privacy_status"
    imports.rows(
        columns, [video_id, "C", asset_id, "DEA129900001", "public"], name="r_2026-01-03.csv"
    )
    sandbox.asset(asset_id, metadata_mine={"isrc": "DEA129900002"})
    work(HANDLER, youtube, [video_id])
    assert video(video_id)["isrc"] == "DEA129900002"
    imports.rows(
        columns, [video_id, "C", asset_id, "DEA129900003", "public"], name="r_2026-01-04.csv"
    )
    assert video(video_id)["isrc"] == "DEA129900002"
    imports.rows(
        "asset_id,isrc,asset_type", [asset_id, "DEA129900004", "x"], name="a_2026-01-05.csv"
    )
    assert video(video_id)["isrc"] == "DEA129900002"
    sql("UPDATE asset SET looked_at = '2026-01-01'")
    imports.rows(
        columns, [video_id, "C", asset_id, "DEA129900005", "public"], name="r_2026-01-06.csv"
    )
    assert video(video_id)["isrc"] == "DEA129900005"


def test_an_edited_code_waits_until_it_is_ours_on_youtube(place: Place) -> None:
    _, sandbox, youtube = place
    video_id, asset_id = a_recording(sandbox)
    work(HANDLER, youtube, [video_id])
    edit(video_id, isrc="DEA129900001", artist=["A", "B"], upc=None)
    work(HANDLER, youtube, [video_id])
    assert video(video_id)["isrc"] == "DEA129900001"
    assert {field for _, field in pending()} == {"isrc", "artist", "upc"}
    assert sql("SELECT count(*) FROM pending_edit WHERE theirs_at IS NOT NULL") == 0
    mine = {"isrc": "DEA129900001", "artist": ["A", "B"]}
    sandbox.asset(asset_id, metadata_mine=mine)
    work(HANDLER, youtube, [video_id])
    left = {field for _, field in pending()}
    assert left <= {"upc"}
    assert video(video_id)["artist"] == ["A", "B"]


def test_a_cleared_code_is_confirmed_when_it_is_ours_no_more(place: Place) -> None:
    _, sandbox, youtube = place
    video_id, asset_id = a_recording(sandbox)
    work(HANDLER, youtube, [video_id])
    edit(video_id, upc=None)
    work(HANDLER, youtube, [video_id])
    assert {field for _, field in pending()} == {"upc"}
    known = sandbox.asset(asset_id)["mine"]
    sandbox.asset(asset_id, metadata_mine={n: v for n, v in known.items() if n != "upc"})
    if "upc" in sandbox.asset(asset_id)["mine"]:
        sandbox.asset(asset_id, metadata_mine={**known, "upc": None})
    work(HANDLER, youtube, [video_id])
    assert pending() == {}


def test_a_conflict_is_noted(place: Place) -> None:
    _, sandbox, youtube = place
    video_id, asset_id = a_recording(sandbox)
    work(HANDLER, youtube, [video_id])
    edit(video_id, isrc="DEA129900001")
    sandbox.asset(asset_id, metadata_mine={"isrc": "DEA129900009"})
    work(HANDLER, youtube, [video_id])
    assert sql("SELECT theirs FROM pending_edit") == "DEA129900009"
    assert video(video_id)["isrc"] == "DEA129900001"


def test_an_asset_that_was_merged_takes_its_videos_along(place: Place) -> None:
    imports, sandbox, youtube = place
    video_id, asset_id = a_recording(sandbox)
    _, other = next(
        (v, a) for v, a in showing().items() if a != asset_id and sandbox.asset(a)["asset_id"] == a
    )
    sandbox.asset(asset_id, merged_into=other)
    result = work(HANDLER, youtube, [video_id])[video_id].result or {}
    assert result["merged_into"] == other
    assert result["changes"]["asset_id"] == [asset_id, other]
    assert video(video_id)["asset_id"] == other
    record = records()[-1]
    assert record["source"] == "youtube"
    sql("UPDATE asset SET looked_at = '2026-01-01'")
    columns = "video_id,claim_id,asset_id,privacy_status"
    imports.rows(columns, [video_id, "C", asset_id, "private"], name="r_2026-02-01.csv")
    assert (video(video_id)["asset_id"], video(video_id)["privacy_status"]) == (other, "private")


def test_an_edited_asset_stays_though_the_old_one_was_merged(place: Place) -> None:
    _, sandbox, youtube = place
    video_id, asset_id = a_recording(sandbox)
    _, other = next((v, a) for v, a in showing().items() if a != asset_id)
    sql("UPDATE video SET asset_id = NULL WHERE video_id = :id", id=video_id)
    edit(video_id, asset_id=asset_id)
    sandbox.asset(asset_id, merged_into=other)
    work(HANDLER, youtube, [video_id])
    assert video(video_id)["asset_id"] == asset_id


def test_what_youtube_does_not_know_is_not_found(place: Place) -> None:
    _, sandbox, youtube = place
    video_id, _ = a_recording(sandbox)
    sql("UPDATE video SET asset_id = 'A-unknown' WHERE video_id = :id", id=video_id)
    result = work(HANDLER, youtube, [video_id])[video_id]
    assert result.result == {"found": False, "asset_id": "A-unknown"}
    sql("UPDATE video SET asset_id = NULL WHERE video_id = :id", id=video_id)
    result = work(HANDLER, youtube, [video_id])[video_id]
    assert result.result == {"found": False, "asset_id": None}
