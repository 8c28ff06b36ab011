"""Edits over HTTP: shapes, rights, refusals, conflicts, and the history that they leave."""

from __future__ import annotations

import json
from typing import Any

import pytest
from apiflask import APIFlask

from catalogtool.app import create_app
from catalogtool.catalog.edits.schemas import (
    AdministeredOut,
    AdminUpdateOut,
    BatchesOut,
    BulkOut,
    ChangesOut,
    OneBatchOut,
    RolledBackOut,
)
from catalogtool.catalog.schemas import OneOut
from catalogtool.core.settings import Settings
from tests.catalog.editing import add_many, add_videos, name, records, sql
from tests.clients import Client, new_client, program_of

ONE, TWO = name(1), name(2)


@pytest.fixture
def app(database: str, settings: Settings) -> APIFlask:
    """The application on three videos."""
    settings.database_url = database
    add_videos(
        {"title": "One", "category": "Music", "asset_id": "A1", "channel_display_name": "Alpha"},
        {"title": "Two", "category": "Music", "asset_id": "A1"},
        {"title": "Three", "category": "Film"},
    )
    return create_app(settings)


@pytest.fixture
def client(app: APIFlask) -> Client:
    """A program of somebody who may edit."""
    return program_of(app, "ann@example.com")


@pytest.fixture
def admin(app: APIFlask) -> Client:
    """A program of an administrator."""
    return program_of(app, "root@example.com", admin=True)


def post(client: Client, address: str, body: Any = None, status: int = 200) -> Any:
    answer = client.post(f"/api{address}", json={} if body is None else body)
    assert answer.status_code == status, answer.text
    return answer.json


def get(client: Client, address: str, status: int = 200) -> Any:
    answer = client.get(f"/api{address}")
    assert answer.status_code == status, answer.text
    return answer.json


def add_report_record(changes: Any, at: str = "now") -> None:
    """What report 7 leaves in the history of the first video."""
    sql(
        """INSERT INTO metadata_sync (video_id, source, report_id, changes, sync_time)
        VALUES (:id, 'report', 7, cast(:changes AS jsonb), cast(:at AS timestamptz))""",
        id=ONE,
        changes=json.dumps(changes),
        at=at,
    )


def test_an_edit_answers_with_the_video(client: Client) -> None:
    answer = post(client, f"/videos/{ONE}/update", {"title": "New", "genre": ["Pop"]})
    assert OneOut().validate(answer) == {}
    assert answer == get(client, f"/videos/{ONE}")
    video = answer["video"]
    assert (video["title"], video["last_changes"]["title"]) == ("New", ["One", "New"])
    assert video["pending_edits"]["title"]["value"] == "New"
    assert video["pending_edits"]["title"]["by"] == "ann@example.com"
    (record,) = get(client, f"/videos/{ONE}/history")["records"]
    assert (record["source"], record["user"]) == ("user", "ann@example.com")


def test_an_edit_of_what_has_changed_meanwhile_is_refused(client: Client, app: APIFlask) -> None:
    known = get(client, f"/videos/{ONE}")["video"]["updated_at"]
    other = program_of(app, "bob@example.com")
    theirs = post(other, f"/videos/{ONE}/update", {"title": "Theirs", "expected_updated_at": known})
    body = {"title": "Mine", "expected_updated_at": known}
    details = post(client, f"/videos/{ONE}/update", body, 409)["details"]
    assert details["field"] == "expected_updated_at"
    assert details["updated_at"] == theirs["video"]["updated_at"] != known
    (record,) = details["changes"]
    assert (record["user"], record["changes"]) == ("bob@example.com", {"title": ["One", "Theirs"]})
    body["expected_updated_at"] = details["updated_at"]
    assert post(client, f"/videos/{ONE}/update", body)["video"]["title"] == "Mine"
    body["expected_updated_at"] = details["updated_at"][:-2] + "Z"
    post(client, f"/videos/{ONE}/update", body, 409)


@pytest.mark.parametrize(
    "given", ["x", "", 3, [], "2026-01-01T00:00:00", "9999-12-31T23:59:59-14:00", "\0"]
)
def test_a_time_that_is_none_is_refused(client: Client, given: Any) -> None:
    answer = post(client, f"/videos/{ONE}/update", {"expected_updated_at": given}, 400)
    assert answer["details"]["field"].strip("?") in {"expected_updated_at", "body"}


def test_a_bulk_edit_from_the_preview_to_its_rollback(client: Client) -> None:
    body: dict[str, Any] = {"filter": {"category": "Music"}, "changes": {"category": "Film"}}
    seen = post(client, "/videos/bulk-update", {**body, "dry_run": True})
    assert BulkOut().validate(seen) == {}
    assert (seen["dry_run"], seen["matched"], seen["would_change"]) == (True, 2, 2)
    post(client, f"/videos/{TWO}/update", {"notes": "meanwhile"})
    done = post(client, "/videos/bulk-update", {**body, "preview": seen["preview"]})
    assert BulkOut().validate(done) == {}
    batch = done["batch"]
    assert batch["skipped"] == [{"video_id": TWO, "reason": "changed since the preview"}]
    assert (batch["user"], batch["changes"]) == ("ann@example.com", {"category": "Film"})
    assert get(client, f"/audit/batches/{batch['batch_id']}")["batch"] == batch
    undone = post(client, f"/audit/batches/{batch['batch_id']}/rollback")
    assert OneBatchOut().validate(undone) == {}
    assert (undone["batch"]["kind"], undone["batch"]["updated"]) == ("rollback", 1)
    assert undone["batch"]["undoes_batch_id"] == batch["batch_id"]
    listed = get(client, "/audit/batches?per_page=1")
    assert BatchesOut().validate(listed) == {}
    assert (listed["total"], listed["pages"]) == (2, 2)
    assert listed["batches"] == [undone["batch"]]
    again = get(client, f"/audit/batches/{batch['batch_id']}")["batch"]
    assert again["rolled_back_by"] == undone["batch"]["batch_id"]
    post(client, f"/audit/batches/{batch['batch_id']}/cancel", status=409)


def test_more_than_a_thousand_are_accepted_for_later(client: Client) -> None:
    sql("TRUNCATE video CASCADE")
    add_many(1_001, category="Music")
    body = {"filter": {}, "changes": {"category": "Film"}}
    accepted = post(client, "/videos/bulk-update", body, 202)
    assert (accepted["status"], accepted["batch"]["matched"]) == ("accepted", 1_001)
    key = accepted["batch"]["batch_id"]
    post(client, f"/audit/batches/{key}/rollback", status=409)
    assert post(client, f"/audit/batches/{key}/cancel")["batch"]["status"] == "cancelled"


def test_one_record_is_put_back(client: Client) -> None:
    post(client, f"/videos/{ONE}/update", {"title": "New", "category": "Film"})
    post(client, f"/videos/{ONE}/update", {"title": "Newer"})
    first = records()[0]["id"]
    answer = post(client, f"/audit/{first}/rollback")
    assert RolledBackOut().validate(answer) == {}
    assert (answer["restored"], len(answer["skipped"])) == ({"category": "Music"}, 1)
    for unknown in ("0", str(2**31), str(2**63 - 1), str(2**63), str(2**70)):
        post(client, f"/audit/{unknown}/rollback", status=404)


def test_the_history_is_searched(client: Client, admin: Client) -> None:
    post(client, f"/videos/{ONE}/update", {"title": "New", "notes": "x"})
    post(admin, f"/videos/{TWO}/update", {"category": "Film"})
    batch = post(
        client, "/videos/bulk-update", {"video_ids": [ONE, TWO], "changes": {"label": "L"}}
    )
    add_report_record({"title": [None, "x"]}, at="2024-02-29 23:59:59.9Z")
    expected = {
        "": 5,
        "field=title": 2,
        "field=notes": 1,
        "field=nope": 0,
        "source=user": 4,
        "source=report&field=title": 1,
        "user=ANN@example.com": 3,
        "user=nobody@example.com": 0,
        f"video_id={TWO}": 2,
        "report_id=7": 1,
        f"batch_id={batch['batch']['batch_id']}": 2,
        "date_to=2024-02-29": 1,
        "date_from=2024-03-01": 4,
        "date_from=0001-01-01&date_to=9999-12-31": 5,
        "field=label&source=user&user=ann@example.com": 2,
    }
    for query, number in expected.items():
        found = get(client, f"/audit?{query}")
        assert ChangesOut().validate(found) == {}, query
        assert (found["total"], len(found["records"])) == (number, number), query
        assert found["total_is_exact"]
        times = [record["sync_time"] for record in found["records"]]
        assert times == sorted(times, reverse=True)
    second = get(client, "/audit?per_page=2&page=2")
    assert (second["pages"], second["current_page"], len(second["records"])) == (3, 2, 2)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("source=nobody", "source"),
        ("report_id=x", "report_id"),
        ("report_id=99999999999999999999", "report_id"),
        ("date_from=today", "date_from"),
        ("nope=1", "nope"),
        ("page=2000&per_page=100", "page"),
        ("page=0", "page"),
        (f"field={'x' * 300}", "field"),
    ],
)
def test_a_search_that_makes_no_sense_is_refused(client: Client, query: str, field: str) -> None:
    assert get(client, f"/audit?{query}", 400)["details"]["field"] == field


def test_administrators_edit_by_id(admin: Client) -> None:
    answer = post(admin, "/admin/video/update", {"id": ONE, "changes": {"administered": True}})
    assert AdminUpdateOut().validate(answer) == {}
    assert answer["video"]["administered_at"]
    answer = post(admin, "/admin/asset/update", {"id": "A1", "label": "L"})
    assert AdminUpdateOut().validate(answer) == {}
    assert answer["batch"]["updated"] == 2
    answer = post(admin, "/admin/channel/update", {"id": "Alpha", "changes": {"country": "DE"}})
    assert AdminUpdateOut().validate(answer) == {}
    assert answer["channel"]["country"] == "DE"
    for kind in ("video", "asset", "channel"):
        post(admin, f"/admin/{kind}/update", {"id": "nope", "changes": {"country": "DE"}}
             if kind == "channel" else {"id": "nope", "label": "L"}, 404)  # fmt: skip
        post(admin, f"/admin/{kind}/update", {"changes": {"label": "L"}}, 400)
    post(admin, "/admin/else/update", {"id": ONE, "label": "L"}, 404)
    listed = get(admin, "/admin/administered?search=oNE")
    assert AdministeredOut().validate(listed) == {}
    assert [video["video_id"] for video in listed["assets"]] == [ONE]
    assert get(admin, "/admin/administered?search=Two")["total"] == 0


def test_a_report_is_taken_back(admin: Client, client: Client) -> None:
    sql(
        "INSERT INTO report (id, filename, status) OVERRIDING SYSTEM VALUE"
        " VALUES (7, 'x', 'completed')"
    )
    sql("UPDATE video SET title = 'C', video_length = 5 WHERE video_id = :id", id=ONE)
    for changes in (
        {"title": ["A", "B"], "isrc": ["USRC17607839", None]},
        {"title": ["B", "C"], "video_length": [4, 5], "claim C1: status": [None, "new"]},
    ):
        add_report_record(changes)
    post(client, "/audit/reports/7/rollback", status=403)
    post(admin, "/audit/reports/8/rollback", status=404)
    answer = post(admin, "/audit/reports/7/rollback")
    assert OneBatchOut().validate(answer) == {}
    batch = answer["batch"]
    assert (batch["matched"], batch["updated"], batch["undoes_report_id"]) == (1, 1, 7)
    assert batch["skipped"] == [
        {"video_id": ONE, "reason": "claim C1: status: can not be put back here"}
    ]
    video = get(client, f"/videos/{ONE}")["video"]
    assert (video["title"], video["video_length"], video["isrc"]) == ("A", 4, "USRC17607839")
    sql("UPDATE report SET status = 'processing'")
    post(admin, "/audit/reports/7/rollback", status=409)


def test_a_video_is_removed_with_all_that_belongs_to_it(admin: Client, client: Client) -> None:
    post(client, f"/videos/{ONE}/update", {"title": "New"})
    assert client.delete(f"/api/videos/{ONE}").status_code == 403
    assert admin.delete(f"/api/videos/{ONE}").status_code == 200
    assert admin.delete(f"/api/videos/{ONE}").status_code == 404
    assert sql("SELECT count(*) FROM metadata_sync") == 0
    assert sql("SELECT count(*) FROM pending_edit") == 0
    (line,) = get(admin, "/admin/audit?action=video_deleted")["records"]
    assert (line["target"], line["details"]["title"]) == (ONE, "New")


HOSTILE = [
    "[]", "null", "3", '"x"', "", "{", '{"title": "\\ud800"}', '{"title": "\\u0000"}',
    '{"\\ud800": 1}', '{"title": NaN}', '{"title": ' + "9" * 5_000 + "}",
    "[" * 50_000, '{"title":' * 5_000 + "1" + "}" * 5_000, '{"nope": 1}', '{"title": {"a": 1}}',
    '{"changes": {"title": "x"}}', '{"video_ids": ["a"], "changes": {}}',
    '{"video_ids": ["a"], "changes": []}',
    '{"filter": {"search": "\\u0000"}, "changes": {"label": "x"}}',
    '{"filter": {}, "changes": {"label": "x"}, "dry_run": "yes"}',
    '{"filter": {}, "changes": {"label": "x"}, "preview": "x"}',
    '{"filter": {}, "changes": {"label": "x"}, "else": 1}',
    '{"id": 3, "changes": {"label": "x"}}', '{"id": "\\u0000", "label": "x"}',
]  # fmt: skip


def test_hostile_bodies_are_refused_by_name(admin: Client) -> None:
    before = sql("SELECT jsonb_agg(xmin::text ORDER BY id) FROM video")
    for address in (
        f"/api/videos/{ONE}/update",
        "/api/videos/bulk-update",
        "/api/admin/video/update",
        "/api/admin/asset/update",
        "/api/admin/channel/update",
    ):
        for body in HOSTILE:
            answer = admin.post(address, data=body, content_type="application/json")
            assert answer.status_code in {400, 404}, (address, body[:80], answer.text)
            assert answer.json is not None
            assert answer.json["status"] == "error"
            if answer.status_code == 400:
                assert answer.json["details"].get("field"), (address, body[:80], answer.text)
        assert admin.post(address, data="title=x").status_code == 415
    for place in ("x", "%00", "0" * 40, "%ED%A0%80"):
        assert admin.get(f"/api/audit/batches/{place}").status_code == 404
        assert admin.post(f"/api/audit/batches/{place}/rollback", json={}).status_code == 404
        assert admin.post(f"/api/videos/{place}/update", json={"title": "x"}).status_code == 404
        assert admin.delete(f"/api/videos/{place}").status_code == 404
    assert sql("SELECT jsonb_agg(xmin::text ORDER BY id) FROM video") == before


def test_a_login_is_needed(app: APIFlask) -> None:
    nobody = new_client(app)
    for address in (
        f"/api/videos/{ONE}/update",
        "/api/videos/bulk-update",
        "/api/audit/1/rollback",
        "/api/audit/batches/x/rollback",
        "/api/admin/video/update",
    ):
        assert nobody.post(address, json={}).status_code == 401
    assert nobody.get("/api/audit").status_code == 401
    assert nobody.delete(f"/api/videos/{ONE}").status_code == 401
