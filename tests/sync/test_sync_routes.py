"""The queue over HTTP: asked for, listed, paused; who may, and what is refused."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from apiflask import APIFlask

from catalogtool.app import create_app
from catalogtool.core.settings import Settings
from tests.catalog.editing import add_videos, name, sql
from tests.clients import Client, program_of, session_of
from tests.sandbox.running import running_sandbox

TOKEN = "/api/get-token"


@pytest.fixture
def app(database: str, settings: Settings) -> APIFlask:
    settings.database_url = database
    return create_app(settings)


@pytest.fixture
def admin(app: APIFlask) -> Client:
    add_videos(*({"channel_display_name": f"Channel {n % 2}"} for n in range(1, 7)))
    return program_of(app, "root@example.com", admin=True)


def ask(client: Client, path: str, body: Any = None, status: int = 200) -> dict[str, Any]:
    answer = client.post(path, json=body) if body is not None else client.post(path)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json or {}
    return found


def read(client: Client, path: str, status: int = 200) -> dict[str, Any]:
    answer = client.get(path)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json or {}
    return found


def add_task(video: int, status: str, task_type: str = "metadata_sync", priority: int = 0) -> int:
    found = sql(
        """INSERT INTO processing_queue (video_id, task_type, status, priority, lease_id,
            completed_at, error_message)
        VALUES (:video_id, :type, cast(:status AS text), :priority,
            CASE WHEN cast(:status AS text) = 'processing' THEN 1 END,
            CASE WHEN cast(:status AS text) IN ('completed', 'failed') THEN now() END,
            CASE WHEN cast(:status AS text) = 'failed' THEN 'no reason' END) RETURNING id""",
        video_id=name(video),
        type=task_type,
        status=status,
        priority=priority,
    )
    return int(found)


def test_one_video_has_one_task(admin: Client) -> None:
    path = f"/api/videos/{name(1)}/sync"
    first = ask(admin, path)
    assert first["status"] == "success"
    assert (first["video_id"], first["queue_position"]) == (name(1), 1)
    assert ask(admin, path, {}) == first
    other = ask(admin, path, {"task_type": "ownership_update"})
    assert other["task_id"] != first["task_id"]
    sql("UPDATE processing_queue SET status = 'processing' WHERE id = :id", id=first["task_id"])
    running = ask(admin, path, status=202)
    assert running == {**first, "status": "accepted", "queue_position": 0}
    assert ask(admin, path, {"task_type": "metadata_push"}, 400)["details"]["field"] == "task_type"
    ask(admin, "/api/videos/unknown/sync", status=404)


def test_many_videos_and_what_that_takes(admin: Client) -> None:
    path = "/api/videos/sync"
    chosen = {"video_ids": [name(1), name(2), "unknown"]}
    told = ask(admin, path, {**chosen, "dry_run": True})
    assert (told["jobs_created"], told["calls"], told["units"]) == (2, 1, 1)
    assert told["estimated_completion"]
    assert sql("SELECT count(*) FROM processing_queue") == 0
    done = ask(admin, path, chosen, 202)
    assert done["jobs_created"] == 2
    assert ask(admin, path, chosen, 202)["jobs_created"] == 0
    by_filter = {"filter": {"channel": "Channel 1"}, "priority": "high"}
    assert ask(admin, path, by_filter, 202)["jobs_created"] == 2
    high = sql("SELECT count(*) FROM processing_queue WHERE priority = 100")
    assert high == 3, "one of them waited already and comes earlier now"
    refused = ask(admin, path, {**chosen, "task_type": "metadata_push"}, 400)
    assert refused["details"]["field"] == "task_type"


def test_what_was_looked_at_today_is_left_out(admin: Client) -> None:
    sql("INSERT INTO video_look (video_pk, metadata_at) SELECT id, now() FROM video WHERE id <= 2")
    path = "/api/admin/sync/all"
    assert ask(admin, path, {"dry_run": True})["jobs_created"] == 4
    forced = {"dry_run": True, "force_refresh": True}
    assert ask(admin, path, forced)["jobs_created"] == 6
    assert ask(admin, path, {"channels": ["Channel 0"]}, 202)["jobs_created"] == 2
    assert ask(admin, path, status=202)["jobs_created"] == 2
    audited = sql("SELECT count(*) FROM audit_event WHERE action = 'sync_all'")
    assert audited == 2


def test_unknown_channels_are_named(admin: Client) -> None:
    refused = ask(admin, "/api/admin/sync/all", {"channels": ["Channel 0", "No such"]}, 400)
    assert refused["details"]["field"] == "channels"
    assert refused["details"]["unknown"] == ["No such"]
    assert sql("SELECT count(*) FROM processing_queue") == 0


def test_tasks_are_listed_newest_first(admin: Client) -> None:
    ids = []
    for status in ("completed", "failed", "pending", "processing"):
        for number, kind in enumerate(("metadata_sync", "metadata_push"), 1):
            ids += [add_task(video, status, kind, 50 * number) for video in (1, 2)]
    ids.append(add_task(3, "pending", "metadata_push", 70))
    sql("UPDATE processing_queue SET run_at = now() WHERE id = :id", id=ids[-2])
    ids.sort(reverse=True)
    shown: dict[str, Callable[[dict[str, Any]], bool]] = {
        "": lambda _: True,
        "status=pending": lambda task: task["status"] == "pending",
        "status=failed": lambda task: task["status"] == "failed",
        "task_type=metadata_push": lambda task: task["task_type"] == "metadata_push",
        "status=completed&task_type=metadata_sync": lambda task: (
            (task["status"], task["task_type"]) == ("completed", "metadata_sync")
        ),
        f"video_id={name(1)}": lambda task: task["video_id"] == name(1),
        f"video_id={name(1)}&status=processing": lambda task: (
            (task["status"], task["video_id"]) == ("processing", name(1))
        ),
    }
    everything = read(admin, "/api/sync/tasks?per_page=100")["tasks"]
    assert [task["id"] for task in everything] == ids
    for page, (query, wanted) in product((1, 2), shown.items()):
        expected = [task["id"] for task in everything if wanted(task)]
        found = read(admin, f"/api/sync/tasks?{query}&per_page=3&page={page}")
        assert [task["id"] for task in found["tasks"]] == expected[3 * page - 3 : 3 * page]
        assert (found["total"], found["total_is_exact"]) == (len(expected), True)
        assert found["pages"] == -(-len(expected) // 3)
    failed = read(admin, "/api/sync/tasks?status=failed&per_page=1")["tasks"][0]
    assert failed["error_message"] == "no reason"
    assert read(admin, "/api/sync/tasks?page=101&per_page=100", 400)["details"]["field"] == "page"


def test_failed_tasks_can_be_tried_again_and_waiting_ones_cancelled(admin: Client) -> None:
    failed, pending = add_task(1, "failed"), add_task(2, "pending")
    again = ask(admin, f"/api/sync/tasks/{failed}/retry")["task"]
    assert (again["id"], again["status"], again["error_message"]) == (failed, "pending", None)
    ask(admin, f"/api/sync/tasks/{failed}/retry", status=409)
    gone = ask(admin, f"/api/sync/tasks/{pending}/cancel")["task"]
    assert gone["id"] == pending
    ask(admin, f"/api/sync/tasks/{pending}/cancel", status=404)
    add_task(3, "failed"), add_task(4, "failed", "metadata_push")
    assert (
        ask(admin, "/api/admin/sync/retry-failed", {"task_type": "metadata_push"})["retried"] == 1
    )
    assert ask(admin, "/api/admin/sync/retry-failed")["retried"] == 1


def test_the_work_can_be_paused(admin: Client) -> None:
    add_task(1, "pending")
    assert ask(admin, "/api/admin/sync/pause")["paused"] is True
    status = read(admin, "/api/sync/status")
    assert (status["paused"], status["paused_by"]) == (True, "root@example.com")
    assert status["waiting_for"] == "paused"
    assert ask(admin, "/api/admin/sync/resume")["paused"] is False
    assert read(admin, "/api/sync/status")["paused"] is False


def test_the_status_says_what_waits(admin: Client) -> None:
    add_task(1, "pending"), add_task(2, "failed", "metadata_push")
    status = read(admin, "/api/sync/status")
    assert (status["sandbox"], status["configured"]) == (True, False)
    assert status["queue"]["metadata_sync"]["pending"] == 1
    assert status["queue"]["metadata_push"]["failed"] == 1
    assert status["processor"]["queue_length"]["pending"] == 1
    assert status["processor"]["quota"] == {"used": 0, "limit": 9500, "resets_at": None}
    assert len(status["hours"]) == 24
    assert status["quota"]["left"] == 9500
    assert status["estimated_completion"]


def test_only_administrators_change_the_queue_as_a_whole(app: APIFlask, admin: Client) -> None:
    somebody = program_of(app, "ann@example.com")
    for what in ("all", "pause", "resume", "retry-failed"):
        ask(somebody, f"/api/admin/sync/{what}", status=403)
    ask(somebody, "/api/videos/push", {"video_ids": [name(1)]}, 403)
    ask(somebody, f"/api/videos/{name(1)}/sync")


def test_a_token_wants_a_fresh_login(
    app: APIFlask, settings: Settings, admin: Client, capfd: pytest.CaptureFixture[str]
) -> None:
    with running_sandbox(videos=1) as sandbox:
        settings.catalog_home.mkdir(parents=True, exist_ok=True)
        (settings.catalog_home / "sandbox.url").write_text(sandbox.url)
        browser = session_of(app, "eve@example.com", admin=True)
        answer = browser.get(TOKEN)
        assert answer.status_code == 200, answer.text
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.json is not None
        assert answer.json["token"]
        assert answer.json["expires_at"].endswith("Z")
        details = sql("SELECT to_jsonb(e) FROM audit_event e WHERE action = 'youtube_token_read'")
        assert details["user_email"] == "eve@example.com"
        assert answer.json["token"] not in str(details) + "".join(capfd.readouterr())
        with browser.session_transaction() as session:
            session["fs_paa"] = time.time() - 16 * 60
        assert read(browser, TOKEN, 401)["details"]["reason"] == "stale_login"
        assert read(admin, TOKEN, 401)["details"]["reason"] == "api_token"
        assert read(session_of(app, "ann@example.com"), TOKEN, 403)


def test_without_access_there_is_no_token(app: APIFlask) -> None:
    refused = read(session_of(app, "eve@example.com", admin=True), TOKEN, 502)
    assert refused["error_code"] == "TOKEN_FETCH_ERROR"
