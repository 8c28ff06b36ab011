"""The last change of a video, and its whole history."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, insert
from sqlalchemy.orm import Session

from catalogtool.auth.models import User
from catalogtool.catalog.audit_models import MetadataSync, PendingEdit
from catalogtool.catalog.history import list_history
from catalogtool.catalog.models import Claim, CounterChange, Video, VideoCounter
from catalogtool.catalog.queries import get_video
from catalogtool.catalog.search.find import search_videos
from catalogtool.catalog.search.request import parse_request
from catalogtool.core.errors import VideoNotFoundError

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
BATCH = UUID("00000000-0000-0000-0000-000000000007")


def at(hours: int) -> datetime:
    return NOON + timedelta(hours=hours)


def add_video(session: Session, video_id: str = "aaaaaaaaaaa") -> int:
    video = Video(video_id=video_id, title="A title")
    session.add(video)
    session.flush()
    session.add(VideoCounter(video_pk=video.id, facets=video.facets))
    session.flush()
    return video.id


def add_steps(session: Session, *steps: dict[str, Any]) -> None:
    """Change the counters as an import does."""
    session.execute(insert(CounterChange), list(steps))
    for one in steps:
        counter = session.get_one(VideoCounter, one["video_pk"])
        known = [time for time in (counter.last_synced, one["recorded_at"]) if time]
        counter.last_synced = max(known)
    session.flush()


def audit(hours: int, changes: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "video_id": "aaaaaaaaaaa",
        "sync_time": at(hours),
        "changes": changes,
        "source": "report",
        "report_id": None,
        "user_id": None,
        "batch_id": None,
        **more,
    }


def step(pk: int, hours: int, old: int | None, new: int, report: int | None) -> dict[str, Any]:
    return {
        "video_pk": pk, "recorded_at": at(hours), "report_id": report,
        "old_views": old, "views": new,
    }  # fmt: skip


def test_a_video_without_changes_has_none(session: Session) -> None:
    add_video(session)
    video = get_video(session, "aaaaaaaaaaa")
    assert (video["last_synced"], video["last_changes"], video["pending_edits"]) == (None, {}, {})
    assert video["views"] is None
    assert video["claims"] == []
    assert len(video["ad_settings"]) == 10


@pytest.mark.parametrize(
    ("audit_report", "audit_hour", "expected"),
    [
        (5, 0, {"title": ["a", "b"], "views": [1, 2]}),
        (5, -1, {"title": ["a", "b"], "views": [1, 2]}),
        (4, -1, {"views": [1, 2]}),
        (6, 1, {"title": ["a", "b"]}),
        (None, -1, {"views": [1, 2]}),
    ],
)
def test_what_came_together_is_one_change(
    session: Session, audit_report: int | None, audit_hour: int, expected: dict[str, Any]
) -> None:
    pk = add_video(session)
    changes = {"title": ["a", "b"]}
    session.execute(insert(MetadataSync), [audit(audit_hour, changes, report_id=audit_report)])
    add_steps(session, step(pk, 0, 1, 2, 5), step(pk, -50, 0, 1, 1))
    video = get_video(session, "aaaaaaaaaaa")
    assert video["last_changes"] == expected
    assert video["last_synced"] == ("2026-05-01T13:00:00Z" if audit_hour == 1 else
                                    "2026-05-01T12:00:00Z")  # fmt: skip
    history = list_history(session, "aaaaaaaaaaa", 1, 10)
    assert history["records"][0]["changes"] == expected
    assert history["total"] == (2 if len(expected) == 2 else 3)
    assert history["records"][-1] == {
        "id": None, "sync_time": "2026-04-29T10:00:00Z", "changes": {"views": [0, 1]},
        "source": "report", "user": None, "report_id": 1, "batch_id": None,
    }  # fmt: skip


def test_records_of_one_moment_are_one_last_change(session: Session) -> None:
    add_video(session)
    first, second = {"title": ["a", "b"], "upc": [None, "1"]}, {"title": ["b", "c"]}
    session.execute(insert(MetadataSync), [audit(0, first), audit(0, second), audit(-1, {})])
    assert get_video(session, "aaaaaaaaaaa")["last_changes"] == {
        "title": ["a", "c"],
        "upc": [None, "1"],
    }


def test_a_record_names_its_user_and_its_batch(session: Session) -> None:
    add_video(session)
    user = User(email="ann@example.com", fs_uniquifier="ann")
    session.add(user)
    session.flush()
    session.execute(
        insert(MetadataSync), [audit(0, {}, user_id=user.id, batch_id=BATCH, source="user")]
    )
    session.execute(
        insert(PendingEdit),
        [
            {"video_id": "aaaaaaaaaaa", "field": "upc", "value": None, "user_id": user.id,
             "created_at": NOON},
            {"video_id": "aaaaaaaaaaa", "field": "artist", "value": ["x"], "user_id": None,
             "created_at": NOON},
        ],
    )  # fmt: skip
    record = list_history(session, "aaaaaaaaaaa", 1, 10)["records"][0]
    assert (record["user"], record["batch_id"], record["source"]) == (
        "ann@example.com", str(BATCH), "user",
    )  # fmt: skip
    assert isinstance(record["id"], int)
    assert get_video(session, "aaaaaaaaaaa")["pending_edits"] == {
        "upc": {"value": None, "by": "ann@example.com", "at": "2026-05-01T12:00:00Z"},
        "artist": {"value": ["x"], "by": None, "at": "2026-05-01T12:00:00Z"},
    }


def test_history_is_paged_newest_first(session: Session) -> None:
    pk = add_video(session)
    session.execute(insert(MetadataSync), [audit(hour, {}, report_id=hour) for hour in range(5)])
    add_steps(session, *(step(pk, hour, 1, 2, hour) for hour in range(3, 8)))
    pages = [list_history(session, "aaaaaaaaaaa", page, 3) for page in (1, 2, 3, 4)]
    found = [record["report_id"] for page in pages for record in page["records"]]
    assert found == [7, 6, 5, 4, 3, 2, 1, 0]
    assert {(page["total"], page["pages"]) for page in pages} == {(8, 3)}


def test_claims_come_with_the_video(session: Session) -> None:
    add_video(session)
    session.add(Claim(video_id="aaaaaaaaaaa", claim_id="c1", claim_created=NOON.date()))
    session.flush()
    claim = get_video(session, "aaaaaaaaaaa")["claims"][0]
    assert (claim["claim_id"], claim["claim_created"]) == ("c1", "2026-05-01")


@pytest.mark.parametrize("video_id", ["nope", "", "\0", "\ud800", "x" * 5000])
def test_an_unknown_video_is_not_found(session: Session, video_id: str) -> None:
    with pytest.raises(VideoNotFoundError):
        get_video(session, video_id)
    with pytest.raises(VideoNotFoundError):
        list_history(session, video_id, 1, 10)


def test_the_number_of_statements_does_not_grow_with_the_page(session: Session) -> None:
    counts = []
    for number in range(2, 60):
        add_video(session, f"{number:011d}")
    for per_page in ("1", "50"):
        seen: list[str] = []
        listen = (session.connection(), "before_cursor_execute", lambda *a, s=seen: s.append(a[2]))
        event.listen(*listen)
        search_videos(session, parse_request({"per_page": per_page}), b"key")
        event.remove(*listen)
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 7
