"""Editing one video: what is stored, what waits for a confirmation, what is remembered."""

from __future__ import annotations

from typing import Any

import pytest

from catalogtool.catalog.edits.rollback import roll_back_record
from catalogtool.core.db import unit_of_work
from catalogtool.core.errors import NotFoundError
from tests.catalog.editing import (
    add_videos,
    edit,
    name,
    pending,
    person,
    records,
    sql,
    state,
    video,
)

ONE = name(1)


@pytest.fixture(autouse=True)
def catalogue(database: str) -> None:
    """One video of everything."""
    add_videos(
        {
            "title": "Old",
            "artist": ["Ado"],
            "genre": None,
            "category": "Music",
            "channel_display_name": "Alpha",
        },
        {"title": "Other"},
    )


def put_back(record_id: int) -> dict[str, Any]:
    user = person()
    with unit_of_work() as session:
        return roll_back_record(session, user, record_id)


def test_an_edit_is_stored_audited_and_pending() -> None:
    edit(ONE, title="  New ", artist=["Ado", " Björk ", "", "Ado"], isrc="us-rc1-76-07839")
    found = video(ONE)
    assert (found["title"], found["artist"], found["isrc"]) == (
        "New",
        ["Ado", "Björk"],
        "USRC17607839",
    )
    (record,) = records()
    assert record["changes"] == {
        "title": ["Old", "New"],
        "artist": [["Ado"], ["Ado", "Björk"]],
        "isrc": [None, "USRC17607839"],
    }
    assert (record["source"], record["user_id"]) == ("user", person().id)
    assert (record["video_title"], record["batch_id"]) == ("New", None)
    assert pending() == {
        (ONE, "title"): ("New", "Old"),
        (ONE, "artist"): (["Ado", "Björk"], ["Ado"]),
        (ONE, "isrc"): ("USRC17607839", None),
    }


def test_what_ends_as_it_was_leaves_no_trace() -> None:
    before = sql("SELECT jsonb_agg(jsonb_build_array(xmin::text, updated_at)) FROM video")
    edit(ONE, title="Old", artist=["Ado"], genre=[], notes="  ", hidden=False)
    edit(ONE)
    assert sql("SELECT jsonb_agg(jsonb_build_array(xmin::text, updated_at)) FROM video") == before
    assert (records(), pending()) == ([], {})


def test_an_edit_back_to_the_beginning_is_no_longer_pending() -> None:
    edit(ONE, title="New")
    edit(ONE, title="Newer")
    assert pending() == {(ONE, "title"): ("Newer", "Old")}
    edit(ONE, title="Old")
    assert pending() == {}
    assert [record["changes"]["title"] for record in records()] == [
        ["Old", "New"],
        ["New", "Newer"],
        ["Newer", "Old"],
    ]


def test_local_facts_wait_for_nobody() -> None:
    edit(ONE, notes="mine", hidden=True, administered=True)
    assert pending() == {}
    found = video(ONE)
    assert (found["notes"], found["hidden"], found["administered"]) == ("mine", True, True)
    assert found["administered_at"]
    edit(ONE, administered=False)
    assert video(ONE)["administered_at"] is None


def test_a_verdict_on_shorts_keeps_both_lists_in_step() -> None:
    sql("INSERT INTO youtube_shorts (video_id, source) VALUES (:id, 'claims_report')", id=ONE)
    edit(ONE, is_short=False)
    assert (state()["shorts"], state()["others"], video(ONE)["is_short"]) == ([], [ONE], False)
    assert sql("SELECT verified_by FROM non_youtube_shorts") == person().id
    edit(ONE, is_short=True)
    assert (state()["shorts"], state()["others"]) == ([[ONE, "user"]], [])
    edit(ONE, is_short=None)
    assert (state()["shorts"], state()["others"], video(ONE)["is_short"]) == ([], [], None)


def test_a_rollback_of_each_record_leads_back_step_by_step() -> None:
    sql("INSERT INTO youtube_shorts (video_id, source) VALUES (:id, 'claims_report')", id=ONE)
    states = [state()]
    for changes in (
        {"title": "New", "administered": True, "is_short": False},
        {"title": "Newer", "notes": "x", "artist": None},
        {"administered": False, "is_short": None, "genre": ["Pop"]},
        {"title": "Old", "is_short": True},
    ):
        edit(ONE, **changes)
        states.append(state())
    for record in reversed(records()):
        assert states.pop() == state()
        answer = put_back(record["id"])
        assert answer["skipped"] == []
        assert state() == states[-1]
    assert len(states) == 1
    assert [record["source"] for record in records()[4:]] == ["rollback"] * 4


def test_a_rollback_leaves_what_was_changed_since() -> None:
    edit(ONE, title="New", category="Film")
    edit(ONE, title="Newer")
    answer = put_back(records()[0]["id"])
    assert answer["restored"] == {"category": "Music"}
    assert answer["skipped"] == [
        {"field": "title", "reason": "has another value now", "present": "Newer"}
    ]
    assert answer["record_id"] == records()[-1]["id"]
    assert records()[-1]["batch_id"]
    again = put_back(records()[0]["id"])
    assert (again["restored"], again["record_id"], len(again["skipped"])) == ({}, None, 2)


def test_an_unknown_record_can_not_be_put_back() -> None:
    with pytest.raises(NotFoundError):
        put_back(12345)


def test_a_record_of_a_report_is_put_back_as_far_as_videos_go() -> None:
    sql("INSERT INTO channel (name) VALUES ('Beta')")
    sql(
        "UPDATE video SET channel_display_name = 'Beta', video_length = 7, is_short = true,"
        " time_published = '2024-02-01 10:00Z', embedding_allowed = 'Yes' WHERE video_id = :id",
        id=ONE,
    )
    record_id = sql(
        """INSERT INTO metadata_sync (video_id, source, report_id, changes)
        VALUES (:id, 'report', 1, cast(:changes AS jsonb)) RETURNING id""",
        id=ONE,
        changes="""{"channel_display_name": ["Alpha", "Beta"], "video_length": [null, 7],
            "time_published": ["2023-01-01T00:00:00Z", "2024-02-01T10:00:00Z"],
            "embedding_allowed": ["No", "Yes"], "is_short": [null, true],
            "claim C1 A1: claim_status": [null, "new"]}""",
    )
    answer = put_back(record_id)
    assert answer["skipped"] == [
        {
            "field": "claim C1 A1: claim_status",
            "reason": "can not be put back here",
            "present": None,
        }
    ]
    found = video(ONE)
    assert (found["channel_display_name"], found["video_length"]) == ("Alpha", None)
    assert found["time_published"].startswith("2023-01-01T00:00:00")
    assert (found["embedding_allowed"], found["is_short"]) == ("No", None)
    assert pending()[ONE, "video_length"] == (None, 7)
    assert pending()[ONE, "time_published"] == ("2023-01-01T00:00:00Z", "2024-02-01T10:00:00Z")
    put_back(records()[-1]["id"])
    assert pending() == {}
    assert video(ONE)["channel_display_name"] == "Beta"


def test_a_channel_that_is_gone_does_not_come_back() -> None:
    edit(ONE, title="New")
    record_id = sql(
        """UPDATE metadata_sync SET changes = '{"channel_display_name": ["Gone", "Alpha"]}'
        RETURNING id"""
    )
    assert put_back(record_id)["skipped"] == [
        {
            "field": "channel_display_name",
            "reason": "its old channel is no longer there",
            "present": "Alpha",
        }
    ]
