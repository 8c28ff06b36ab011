"""Changing a channel: its fields, its name and that of its videos, and who gets to know."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from apiflask import APIFlask
from sqlalchemy import insert, text

from catalogtool.app import create_app
from catalogtool.channels import service
from catalogtool.channels.models import Channel
from catalogtool.channels.schemas import OneChannelOut
from catalogtool.channels.service import hide_channel, update_channel
from catalogtool.core.db import unit_of_work
from catalogtool.core.errors import ChannelNotFoundError, ValidationError
from catalogtool.core.events import CHANNEL
from catalogtool.core.settings import Settings
from tests.catalog.sample_catalogue import CHANNELS, insert_samples, make_samples
from tests.clients import Client, program_of

NAMES = [sample["channel_display_name"] for sample in make_samples(3, 60)]


@pytest.fixture
def app(database: str, settings: Settings) -> APIFlask:
    """The application on a small catalogue, and channels without videos."""
    settings.database_url = database
    with unit_of_work() as session:
        insert_samples(session, make_samples(3, 60))
        names = ("AC/DC", "a//b", "Ärzte?#&=+ %2F", "..")
        session.execute(insert(Channel), [{"name": name} for name in names])
    return create_app(settings)


@pytest.fixture
def admin(app: APIFlask) -> Client:
    """An administrator's program."""
    return program_of(app, "root@example.com", admin=True)


def post(client: Client, name: str, what: str, body: Any) -> tuple[int, dict[str, Any]]:
    # Escaped, so that also half a character gets there.
    answer = client.post(
        f"/api/admin/channels/{quote(name, safe='')}/{what}",
        data=json.dumps(body),
        content_type="application/json",
    )
    assert answer.json is not None
    return answer.status_code, answer.json


def update(client: Client, channel: str, /, **changes: Any) -> tuple[int, dict[str, Any]]:
    return post(client, channel, "update", changes)


def rows(statement: str, **parameters: Any) -> list[Any]:
    with unit_of_work() as session:
        return list(session.execute(text(statement), parameters).all())


def events_of_audit() -> list[Any]:
    return rows(
        """SELECT user_email, action, target, details FROM audit_event
        WHERE action LIKE 'channel%' ORDER BY id"""
    )


def test_every_field_can_be_changed_and_cleared(admin: Client) -> None:
    changes = {
        "description": "Loud.\nLouder.",
        "image_url": "https://example.com/a.png?x=1#y",
        "country": "AU",
        "is_monetized": True,
    }
    status, answer = update(admin, "AC/DC", **changes)
    assert status == 200
    assert OneChannelOut().validate(answer) == {}
    assert {name: answer["channel"][name] for name in changes} == changes
    status, answer = update(admin, "AC/DC", **dict.fromkeys(changes))
    assert {answer["channel"][name] for name in changes} == {None}
    listed = admin.get("/api/admin/channels?search=AC/").json
    assert listed is not None
    assert listed["channels"] == [answer["channel"]]


def test_a_channel_is_found_by_any_name(admin: Client) -> None:
    for name in ("AC/DC", "a//b", "Ärzte?#&=+ %2F", "频道", "50% Off", ".."):
        status, answer = update(admin, name, description="x")
        assert (status, answer["channel"]["name"]) == (200, name)
        status, answer = post(admin, name, "hide", {"hidden": True})
        assert (status, answer["channel"]["hidden"]) == (200, True)


def test_the_videos_follow_a_new_name_at_once(admin: Client) -> None:
    before = rows("SELECT id, updated_at FROM video ORDER BY id")
    status, answer = update(admin, "Alpha", new_name="  Омега  ", country="JP")
    assert (status, answer["channel"]["name"]) == (200, "Омега")
    assert answer["channel"]["video_count"] == NAMES.count("Alpha") > 0
    found = rows("SELECT channel_display_name FROM video ORDER BY id")
    assert [row[0] for row in found] == ["Омега" if n == "Alpha" else n for n in NAMES]
    # One event in the audit log, and no record for each video.
    (event,) = events_of_audit()
    assert event.user_email == "root@example.com"
    assert (event.action, event.target) == ("channel_updated", "Alpha")
    assert event.details == {
        "changes": {"name": ["Alpha", "Омега"], "country": [None, "JP"]},
        "videos": NAMES.count("Alpha"),
    }
    assert rows("SELECT id, updated_at FROM video ORDER BY id") == before
    assert update(admin, "Alpha", country="JP")[0] == 404


def test_a_name_that_is_taken_is_refused_and_nothing_changes(admin: Client) -> None:
    status, answer = update(admin, "Alpha", new_name="Бета", description="new")
    assert status == 400
    assert answer["details"]["field"] == "new_name"
    assert "Бета" in answer["message"]
    assert rows("SELECT description FROM channel WHERE name = 'Alpha'")[0][0] is None
    assert events_of_audit() == []


def test_what_changes_nothing_leaves_no_trace(admin: Client) -> None:
    for changes in ({}, {"new_name": "Alpha"}, {"description": None}, {"description": "  "}):
        assert update(admin, "Alpha", **changes)[0] == 200
    assert post(admin, "Alpha", "hide", {"hidden": False})[0] == 200
    assert events_of_audit() == []
    assert rows("SELECT 1 FROM channel WHERE updated_at > created_at") == []


def test_hiding_keeps_a_channel_out_of_lists_until_it_is_shown(admin: Client) -> None:
    def listed() -> set[str]:
        answer = admin.get("/api/videos?per_page=100&fields=channel_display_name").json
        assert answer is not None
        return {video["channel_display_name"] for video in answer["videos"]}

    assert "Alpha" in listed()
    assert post(admin, "Alpha", "hide", {"hidden": True})[0] == 200
    assert "Alpha" not in listed()
    assert post(admin, "Alpha", "hide", {"hidden": False})[0] == 200
    assert "Alpha" in listed()
    assert [event.details["changes"] for event in events_of_audit()] == [
        {"hidden": [False, True]},
        {"hidden": [True, False]},
    ]


HOSTILE: list[tuple[str, Any]] = [
    ("new_name", ""),
    ("new_name", " \t\n"),
    ("new_name", "x" * 201),
    ("new_name", "a\0b"),
    ("new_name", "\ud800"),
    ("new_name", None),
    ("new_name", 7),
    ("description", "x" * 5001),
    ("description", ["x"]),
    ("image_url", "http://example.com/a.png"),
    ("image_url", "javascript:alert(1)"),
    ("image_url", "//example.com/a.png"),
    ("image_url", "https://"),
    ("image_url", "https:///a.png"),
    ("image_url", "https://a:b@example.com/"),
    ("image_url", "https://example.com\\@evil.com/"),
    ("image_url", "https://example.com/a b"),
    ("image_url", "https://example.com/\n/"),
    ("image_url", "https://example.com/" + "x" * 500),
    ("image_url", ""),
    ("country", "ZZ"),
    ("country", "USA"),
    ("country", ""),
    ("country", "İ1"),
    ("is_monetized", "maybe"),
    ("is_monetized", 2),
    ("hidden", True),
    ("name", "x"),
    ("views", 1),
]


def test_impossible_values_are_refused_by_name(admin: Client) -> None:
    for field, value in HOSTILE:
        status, answer = update(admin, "Alpha", **{field: value})
        assert (status, answer["details"]["field"]) == (400, field), value
        # The same without HTTP in front: other routes change channels as well.
        with unit_of_work() as session, pytest.raises(ValidationError) as refused:
            update_channel(session, "Alpha", {field: value})
        assert refused.value.details["field"] == field, value
    assert events_of_audit() == []


def test_who_may_and_what_is_there(app: APIFlask, admin: Client) -> None:
    user = program_of(app, "ann@example.com")
    for what, body in (("update", {"country": "JP"}), ("hide", {"hidden": True})):
        assert post(user, "Alpha", what, body)[0] == 403
        for name in ("nobody", "a\ud800".encode("utf-8", "surrogatepass").decode("latin-1"), "é"):
            assert post(admin, name, what, body)[0] == 404
    wrong: list[Any] = [[], "x", None, {"hidden": "maybe"}, {}, {"hidden": True, "more": 1}]
    assert [post(admin, "Alpha", "hide", body)[0] for body in wrong] == [400] * len(wrong)
    for name in ("a\0", "\ud800", "nobody"):
        with unit_of_work() as session, pytest.raises(ChannelNotFoundError):
            hide_channel(session, name, True)


def test_open_pages_hear_of_each_change(database: str, admin: Client) -> None:
    with psycopg.connect(database, autocommit=True) as listener:
        listener.execute(f"LISTEN {CHANNEL}")
        update(admin, "Alpha", new_name="Omega")
        post(admin, "Omega", "hide", {"hidden": True})
        update(admin, "AC/DC", country="AU")
        heard = [json.loads(note.payload) for note in listener.notifies(timeout=2, stop_after=3)]
    count = NAMES.count("Alpha")
    assert heard == [
        ["video_update", {"video_ids": [], "source": "user", "count": number}]
        for number in (count, count, 0)
    ]


def test_a_large_rename_leaves_the_cleaning_to_the_background(
    admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = "SELECT task_name FROM procrastinate_jobs"
    assert update(admin, "Alpha", new_name="Omega")[0] == 200
    assert rows(jobs) == []
    monkeypatch.setattr(service, "MANY", 1)
    assert update(admin, "Omega", new_name="Alpha")[0] == 200
    assert rows(jobs) == [("refresh_statistics",)]


def test_two_renames_at_once_to_one_name_leave_one(admin: Client, database: str) -> None:
    with unit_of_work() as session, psycopg.connect(database) as other:
        update_channel(session, "Alpha", {"new_name": "One"})
        # Another transaction waits for this one, and then finds the name taken.
        other.execute("SET lock_timeout = '200ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            other.execute("UPDATE channel SET name = 'One' WHERE name = 'Бета'")
    assert update(admin, "Бета", new_name="One")[0] == 400
    names = [row[0] for row in rows("SELECT name FROM channel")]
    assert names.count("One") == names.count("Бета") == 1
    assert len(names) == len(CHANNELS) + 4
