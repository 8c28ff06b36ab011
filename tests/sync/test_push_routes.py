"""Sending edits over HTTP: seen first, asked for, done; conflicts settled; nothing by itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from apiflask import APIFlask

from catalogtool.app import create_app
from catalogtool.core.settings import Settings
from catalogtool.sync.running.runner import TaskRunner
from tests.catalog.editing import edit, pending, records, sql, video
from tests.clients import Client, program_of
from tests.sync.pulling import connected
from tests.sync.pushing import MINE, OTHER, THIRD, VIDEO, Place, fill
from tests.sync.queueing import eventually

PUSH = f"/api/videos/{VIDEO}/push"


@pytest.fixture
def app(database: str, settings: Settings) -> APIFlask:
    settings.database_url = database
    return create_app(settings)


@pytest.fixture
def place(app: APIFlask, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    with connected(settings, monkeypatch, videos=1) as (sandbox, youtube):
        fill(sandbox)
        yield Place(sandbox, youtube)


@pytest.fixture
def ann(app: APIFlask, place: Place) -> Client:
    return program_of(app, "root@example.com", admin=True)


def ask(client: Client, path: str, body: Any = None, status: int = 200) -> dict[str, Any]:
    answer = client.post(path, json=body)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json or {}
    return found


def cross(field: str, theirs: str) -> None:
    """Somebody was seen to have changed a field on YouTube."""
    sql(
        """UPDATE pending_edit SET theirs = to_jsonb(cast(:theirs AS text)), theirs_at = now()
        WHERE field = :field""",
        field=field,
        theirs=theirs,
    )


def test_a_preview_tells_what_would_be_sent(ann: Client, place: Place) -> None:
    edit(VIDEO, title="New", category="Comedy", label="L", asset_id="A2", effective_policy="None")
    sql("UPDATE video SET asset_id = 'A000000000000001' WHERE video_id = :id", id=VIDEO)
    sql("DELETE FROM pending_edit WHERE field = 'asset_id'")
    cross("category", "Sports")
    before = sum(call["units"] for call in place.sandbox.usage()["by_method"].values())
    found = ask(ann, PUSH, {"dry_run": True})
    assert found["would_send"] == [
        {
            "field": "title",
            "to": "video",
            "old": "Old title",
            "new": "New",
            "units": 51,
            "also_changes_videos": 0,
        },
        {
            "field": "label",
            "to": "asset",
            "old": "Old label",
            "new": "L",
            "units": 51,
            "also_changes_videos": 1,
        },
    ]
    assert found["units"] == 102
    assert [one["field"] for one in found["not_sendable"]] == ["effective_policy"]
    (conflict,) = found["conflicts"]
    assert conflict.pop("at").endswith("Z")
    assert conflict == {
        "field": "category", "base": "Music", "theirs": "Sports", "mine": "Comedy",
    }  # fmt: skip
    with_it = ask(ann, PUSH, {"dry_run": True, "fields": ["category"], "overwrite": ["category"]})
    assert with_it["would_send"][0]["old"] == "Sports"
    assert sum(call["units"] for call in place.sandbox.usage()["by_method"].values()) == before
    assert sql("SELECT count(*) FROM processing_queue") == 0


UNSENDABLE = [
    ("title", "x" * 101, "at most 100 characters"),
    ("title", "a < b", "no < and no >"),
    ("category", None, "without a category"),
    ("category", "No such", "no category of this name"),
    ("artist", None, "without an artist"),
    ("custom_id", "a b", "only letters"),
    ("custom_id", "x" * 65, "at most 64 bytes"),
    ("label", "é" * 128, "at most 255 bytes"),
    ("asset_id", "A2", "follows from its claims"),
    ("effective_policy", "Block", "claims and ownership"),
]


def test_what_cannot_be_sent_says_why(ann: Client) -> None:
    for field, value, reason in UNSENDABLE:
        sql("DELETE FROM pending_edit")
        edit(VIDEO, **{field: value})
        found = ask(ann, PUSH, status=409)
        (refused,) = found["details"]["not_sendable"]
        assert refused["field"] == field
        assert reason in refused["reason"]


def test_codes_need_an_asset_that_youtube_knows_of(ann: Client) -> None:
    edit(THIRD, label="L")
    edit(VIDEO, label="L", asset_id="A2")
    sql("INSERT INTO asset (asset_id, asset_type) VALUES ('A000000000000001', 'COMPOSITION')")
    edit(OTHER, artist=["A"], label="L", isrc="GBAYZ1700001", genre=["G"])
    reasons = {
        video_id: [
            one["reason"]
            for one in ask(ann, f"/api/videos/{video_id}/push", {"dry_run": True})["not_sendable"]
        ]
        for video_id in (VIDEO, OTHER, THIRD)
    }
    assert "the video has none" in reasons[THIRD][0]
    assert any("does not know yet" in reason for reason in reasons[VIDEO])
    assert len(reasons[OTHER]) == 3


def test_a_push_is_done_and_told(ann: Client, place: Place, settings: Settings) -> None:
    settings.youtube_min_delay = 0.0
    edit(VIDEO, title="New title", label="New label")
    asked = ask(ann, PUSH, {"fields": ["label"]})
    assert asked["queue_position"] == 1
    assert ask(ann, PUSH, {"fields": ["title"]})["task_id"] == asked["task_id"]
    runner = TaskRunner(settings)
    runner.start()
    try:
        status = "SELECT status FROM processing_queue WHERE id = :id"
        eventually(lambda: sql(status, id=asked["task_id"]) == "completed")
    finally:
        runner.stop()
    assert place.truth()["title"] == "New title"
    assert place.mine() == {**MINE, "label": "New label"}
    shown = (ann.get(f"/api/sync/tasks?video_id={VIDEO}&task_type=metadata_push").json or {})[
        "tasks"
    ]
    assert shown[0]["result"]["sent"] == {
        "title": ["Old title", "New title"],
        "label": ["Old label", "New label"],
    }
    found = (ann.get(f"/api/videos/{VIDEO}").json or {})["video"]
    assert found["pending_edits"] == {}
    assert found["youtube"]["looked_at"]


def test_many_are_pushed_by_their_edits(ann: Client) -> None:
    edit(VIDEO, title="New", label="New")
    edit(OTHER, effective_policy="Block")
    edit(THIRD, title="New")
    chosen = {"filter": {"search": "new"}}
    told = ask(ann, "/api/videos/push", {**chosen, "dry_run": True})
    assert (told["videos"], told["units"], told["not_sendable_videos"]) == (2, 153, 0)
    assert told["estimated_completion"]
    every = {"video_ids": [VIDEO, OTHER, THIRD]}
    assert ask(ann, "/api/videos/push", {**every, "dry_run": True})["not_sendable_videos"] == 1
    assert sql("SELECT count(*) FROM processing_queue") == 0
    done = ask(ann, "/api/videos/push", every, 202)
    assert (done["videos"], done["jobs_created"]) == (2, 2)
    payloads = sql(
        "SELECT jsonb_agg(DISTINCT jsonb_object_keys) FROM processing_queue,"
        " jsonb_object_keys(payload)"
    )
    assert payloads == ["all_before"]
    assert sql("SELECT count(*) FROM audit_event WHERE action = 'edits_pushed'") == 1


def test_taking_theirs_is_an_edit_and_ends_it(ann: Client) -> None:
    edit(VIDEO, title="Mine")
    cross("title", "Theirs")
    shown = (ann.get(f"/api/videos/{VIDEO}").json or {})["video"]["pending_edits"]["title"]
    assert (shown["value"], shown["theirs"]) == ("Mine", "Theirs")
    assert shown["theirs_at"].endswith("Z")
    path = f"/api/videos/{VIDEO}/pending/title/resolve"
    ask(ann, path, {"take": "theirs", "theirs": "Another"}, 409)
    found = ask(ann, path, {"take": "theirs", "theirs": "Theirs"})
    assert found["video"]["title"] == "Theirs"
    assert found["video"]["pending_edits"] == {}
    assert records()[-1]["changes"] == {"title": ["Mine", "Theirs"]}
    assert records()[-1]["source"] == "user"
    ask(ann, path, {"take": "theirs"}, 409)


def test_keeping_mine_lets_it_be_sent(ann: Client, place: Place) -> None:
    edit(VIDEO, title="Mine")
    place.sandbox.change(VIDEO, title="Theirs")
    assert place.push().status == "failed"
    ask(ann, PUSH, status=409)
    path = f"/api/videos/{VIDEO}/pending/title/resolve"
    found = ask(ann, path, {"take": "mine"})
    assert found["video"]["title"] == "Mine"
    assert "theirs" not in found["video"]["pending_edits"]["title"]
    assert pending() == {(VIDEO, "title"): ("Mine", "Theirs")}
    assert place.push().status == "completed"
    assert place.truth()["title"] == "Mine"
    ask(ann, f"/api/videos/{VIDEO}/pending/notes/resolve", {"take": "mine"}, 404)


def test_an_edit_to_their_value_ends_the_conflict(ann: Client) -> None:
    edit(VIDEO, title="Mine")
    cross("title", "Theirs")
    edit(VIDEO, title="Theirs")
    assert pending() == {}
    assert video(VIDEO)["title"] == "Theirs"
