"""The Data API of the sandbox: what the reports say, in YouTube's shapes and with its limits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.sandbox.conftest import Asker, reason
from tests.sandbox.running import Sandbox, running_sandbox
from tests.sandbox.written import by_video, read_report


def items(answer: requests.Response) -> dict[str, dict[str, Any]]:
    return {item["id"]: item for item in answer.json()["items"]}


def test_on_the_first_day_videos_are_as_in_the_report(asker: Asker, sandbox: Sandbox) -> None:
    report = by_video(read_report(400, seed=2026))
    ids = list(report)[:200]
    found: dict[str, dict[str, Any]] = {}
    parts = "snippet,status,contentDetails,statistics"
    for start in range(0, 200, 50):
        found |= items(asker.videos(*ids[start : start + 50], part=parts))
    assert 190 < len(found) < 200, "some are gone from YouTube, most are not"
    for video_id, item in found.items():
        row = report[video_id][0]
        snippet, status = item["snippet"], item["status"]
        assert snippet["title"] == row["video_title"]
        assert snippet["channelId"] == row["channel_id"]
        assert snippet["channelTitle"] == row["channel_display_name"]
        assert snippet["publishedAt"] == row["time_published"]
        assert status["privacyStatus"] == row["video_privacy_status"]
        assert status["embeddable"] == (row["embedding_allowed"] == "Yes")
        assert item["statistics"]["viewCount"] == row["views"]
        truth = sandbox.truth(video_id)
        assert truth["length"] in (None, int(row["video_length"]))


def test_limits_and_compulsory_parameters(asker: Asker, sandbox: Sandbox) -> None:
    one, many = sandbox.video_id(0), [sandbox.video_id(n) for n in range(51)]
    assert reason(asker.videos(*many)) == (400, "invalid", "global")
    assert reason(asker.get("/youtube/v3/videos", id=one)) == (400, "required", "global")
    assert reason(asker.get("/youtube/v3/videos", part="id"))[1] == "missingRequiredParameter"
    assert reason(asker.videos(one, part="id,nonsense"))[1] == "unknownPart"
    assert reason(asker.videos(one, part="fileDetails"))[:2] == (403, "forbidden")
    assert items(asker.videos(one, one, "aaaaaaaaaaa")).keys() == {one}


def test_live_and_upright_videos_look_like_that(asker: Asker, sandbox: Sandbox) -> None:
    one, other = sandbox.video_id(1), sandbox.video_id(2)
    sandbox.change(one, gone=False, live_state="live", length=None)
    sandbox.change(other, gone=False, width=1080, height=1920)
    answer = asker.get(
        "/youtube/v3/videos", id=f"{one},{other}", maxWidth=640, maxHeight=640,
        part="snippet,contentDetails,liveStreamingDetails,player",
    )  # fmt: skip
    live, upright = answer.json()["items"]
    assert live["contentDetails"]["duration"] == "P0D"
    assert live["snippet"]["liveBroadcastContent"] == "live"
    assert "liveStreamingDetails" in live
    assert (upright["player"]["embedWidth"], upright["player"]["embedHeight"]) == ("360", "640")


def test_update_replaces_all_of_a_part(asker: Asker, sandbox: Sandbox) -> None:
    video_id = sandbox.video_id(3)
    sandbox.change(video_id, gone=False, tags=["a"], description="long", privacy_status="private")
    snippet = {"title": "New", "categoryId": "10"}
    answer = asker.update("snippet", id=video_id, snippet=snippet)
    assert answer.json()["snippet"]["title"] == "New"
    truth = sandbox.truth(video_id)
    assert (truth["title"], truth["description"], truth["tags"]) == ("New", "", [])
    assert truth["privacy_status"] == "private"
    asker.update("status", id=video_id, status={"embeddable": False})
    truth = sandbox.truth(video_id)
    assert (truth["privacy_status"], truth["embeddable"]) == ("public", False)
    assert sandbox.usage()["by_method"]["videos.update"]["units"] == 100


@pytest.mark.parametrize(
    ("snippet", "expected"),
    [
        ({"categoryId": "10"}, "invalidTitle"),
        ({"title": "x" * 101, "categoryId": "10"}, "invalidTitle"),
        ({"title": "a < b", "categoryId": "10"}, "invalidTitle"),
        ({"title": "Fine"}, "invalidCategoryId"),
        ({"title": "Fine", "categoryId": "10", "tags": ["x" * 501]}, "invalidTags"),
        ({"title": "Fine", "categoryId": "10", "description": "é" * 2501}, "invalidDescription"),
    ],
)
def test_update_refuses(
    asker: Asker, sandbox: Sandbox, snippet: dict[str, object], expected: str
) -> None:
    video_id = sandbox.video_id(0)
    before = sandbox.change(video_id, gone=False)
    answer = asker.update("snippet", id=video_id, snippet=snippet)
    assert reason(answer) == (400, expected, "youtube.video")
    assert sandbox.truth(video_id) == before
    gone = asker.update("snippet", id="aaaaaaaaaaa", snippet=snippet)
    assert reason(gone) == (404, "videoNotFound", "youtube.video")


def test_text_that_breaks_careless_code_comes_through(asker: Asker, sandbox: Sandbox) -> None:
    video_id = sandbox.video_id(5)
    for title in ("a\0b", "\ud800 alone", "🎵" * 50, "\u202e</script>"):
        sandbox.change(video_id, gone=False, title=title)
        assert items(asker.videos(video_id))[video_id]["snippet"]["title"] == title


def test_unknown_video_can_be_made(asker: Asker, sandbox: Sandbox) -> None:
    sandbox.change("aaaaaaaaaaa", title="Made up")
    assert items(asker.videos("aaaaaaaaaaa"))["aaaaaaaaaaa"]["snippet"]["title"] == "Made up"


def test_drift_changes_a_small_share_each_day(sandbox: Sandbox) -> None:
    ids = [sandbox.video_id(number) for number in range(2000)]
    before = sandbox.truths(ids)
    assert sandbox.pass_days(1) == 1
    after = sandbox.truths(ids)
    edited = sum(
        {**old, "views": 0, "likes": 0} != {**after[name], "views": 0, "likes": 0}
        for name, old in before.items()
    )
    viewed = sum(old["views"] != after[name]["views"] for name, old in before.items())
    assert 10 < edited < 100
    assert 200 < viewed < 1000
    sandbox.pass_days(400)
    long_after = sandbox.truths(ids)
    edited_fields = {
        field
        for name, old in before.items()
        for field in old
        if old[field] != long_after[name][field]
    }
    assert {"title", "privacy_status", "embeddable", "category_id", "gone"} <= edited_fields
    assert long_after == sandbox.truths(ids)


def test_what_was_written_survives_a_restart(tmp_path: Path) -> None:
    state = tmp_path / "state.sqlite"
    with running_sandbox(state=state) as first:
        video_id = first.video_id(7)
        first.change(video_id, gone=False, title="Kept")
        day = first.pass_days(2)
    with running_sandbox(state=state) as second:
        assert second.truth(video_id)["title"] == "Kept"
        assert second.control("clock")["day"] == day
        second.reset(everything=True)
        assert second.truth(video_id)["title"] != "Kept"


def test_channels_by_id_and_by_owner(asker: Asker, sandbox: Sandbox) -> None:
    channel_id = sandbox.truth(sandbox.video_id(0))["channel_id"]
    path, part = "/youtube/v3/channels", "snippet,statistics,contentOwnerDetails"
    sandbox.channel(channel_id, subscribers=77)
    answer = asker.get(path, id=f"{channel_id},UCunknown", part=part).json()
    assert [item["id"] for item in answer["items"]] == [channel_id]
    assert answer["items"][0]["statistics"]["subscriberCount"] == "77"
    assert reason(asker.get(path, managedByMe="true", part=part))[0] == 403
    owner, found, token = "SandboxContentOwner000", set(), ""
    while True:
        query = {"pageToken": token} if token else {}
        page = asker.get(
            path, managedByMe="true", part=part, onBehalfOfContentOwner=owner, maxResults=9, **query
        ).json()
        found |= {item["id"] for item in page["items"]}
        assert len(page["items"]) <= 9
        token = page["nextPageToken"]
        if token == "":
            break
    assert len(found) == page["pageInfo"]["totalResults"]
    assert "items" not in json.dumps(asker.get(path, id="UCunknown", part=part).json())
