"""The rows of a page: the fields that were asked for, times, and what changed last."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from catalogtool.catalog.audit_models import MetadataSync, PendingEdit
from catalogtool.catalog.models import CounterChange, Video, VideoCounter
from catalogtool.catalog.search.fields import FIELDS
from catalogtool.catalog.search.rows import fetch_rows
from catalogtool.catalog.search.stamps import iso_stamp
from catalogtool.core.db import driver_connection, reading, unit_of_work
from catalogtool.core.times import iso

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def add_video(session: Session, video_id: str, **more: Any) -> int:
    video = Video(video_id=video_id, **more)
    session.add(video)
    session.flush()
    session.add(VideoCounter(video_pk=video.id, facets=video.facets))
    session.flush()
    return video.id


def record(
    session: Session, video_id: str, at: datetime, report: int | None, **changes: Any
) -> None:
    given = {
        "video_id": video_id, "sync_time": at, "changes": changes, "source": "report",
        "report_id": report,
    }  # fmt: skip
    session.execute(insert(MetadataSync), [given])


def step(session: Session, pk: int, at: datetime, report: int | None, **counters: Any) -> None:
    """Change the counters as an import does."""
    given = {"video_pk": pk, "recorded_at": at, "report_id": report, **counters}
    session.execute(insert(CounterChange), [given])
    counter = session.get_one(VideoCounter, pk, populate_existing=True)
    counter.last_synced = max(filter(None, (counter.last_synced, at)))
    session.flush()


def changes_of(session: Session, pks: Sequence[int]) -> list[tuple[Any, Any]]:
    rows = fetch_rows(session, pks, FIELDS)
    return [(row["last_synced"], row["last_changes"]) for row in rows]


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", "America/New_York"])
@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 1, 31, 23, 59, 59, tzinfo=UTC),
        datetime(2026, 7, 31, 0, 0, 0, 1, tzinfo=UTC),
        datetime(1999, 12, 31, 1, 2, 3, 120_000, tzinfo=UTC),
        datetime(2026, 7, 1, 12, 0, 0, 999_999, tzinfo=UTC),
        datetime(1, 1, 2, tzinfo=UTC),
        datetime(9999, 12, 30, tzinfo=UTC),
    ],
)
def test_a_stamp_is_told_as_its_moment(session: Session, zone: str, moment: datetime) -> None:
    session.execute(text("SELECT set_config('timezone', :zone, true)"), {"zone": zone})
    found = session.scalar(text("SELECT cast(:moment AS timestamptz)::text"), {"moment": moment})
    if moment.year > 1 or zone == "UTC":  # Other zones were minutes and seconds off then.
        assert iso_stamp(found) == iso(moment)


def test_no_stamp_is_no_moment() -> None:
    assert iso_stamp(None) is None


def test_rows_come_in_the_order_of_their_ids_without_those_that_are_gone(session: Session) -> None:
    first, second = add_video(session, "a" * 11), add_video(session, "b" * 11)
    rows = fetch_rows(session, [second, -1, first], ["video_id"])
    assert rows == [{"video_id": "b" * 11}, {"video_id": "a" * 11}]
    assert fetch_rows(session, [], FIELDS) == []


def test_fields_come_in_the_order_they_were_asked_for(session: Session) -> None:
    pk = add_video(session, "a" * 11, title="A", updated_at=NOON, overlay_ads_enabled="No")
    record(session, "a" * 11, NOON, None, upc=[None, "1"])
    step(session, pk, NOON, 1, old_views=None, views=3, old_likes=2, likes=2)
    whole = fetch_rows(session, [pk], FIELDS)[0]
    assert tuple(whole) == FIELDS
    assert whole["updated_at"] == whole["last_synced"] == "2026-05-01T12:00:00Z"
    assert whole["last_changes"] == {"upc": [None, "1"], "views": [None, 3]}
    assert whole["ad_settings"]["overlay_ads_enabled"] == "No"
    assert list(whole["ad_settings"].values()).count(None) == 9
    for fields in (FIELDS[::-1], *((name,) for name in FIELDS), ("views", "last_changes", "id")):
        row = fetch_rows(session, [pk], fields)[0]
        assert tuple(row) == tuple(fields)
        assert row == {name: whole[name] for name in fields}


def test_each_video_of_a_page_has_its_own_last_change(session: Session) -> None:
    """Records of one moment make several rows of a video, which stay together and in order."""
    ids = [letter * 11 for letter in "abcdefg"]
    both, older, counted, late, alone, apart, untouched = (add_video(session, one) for one in ids)
    record(session, ids[0], NOON, 7, title=["a", "b"])
    record(session, ids[0], NOON, 8, title=["b", "c"], label=[None, "l"])
    step(session, both, NOON - timedelta(hours=1), 7, old_views=1, views=2)
    step(session, older, NOON - timedelta(hours=25), 5, old_views=1, views=2)
    record(session, ids[1], NOON, 5, label=["x", None])
    record(session, ids[2], NOON - timedelta(hours=1), None, label=["x", None])
    step(session, counted, NOON, None, old_comments=4, comments=None)
    record(session, ids[3], NOON - timedelta(hours=1), 5, label=["x", None])
    step(session, late, NOON, 5, old_likes=1, likes=2)
    step(session, alone, NOON, 5, old_views=1, views=2, old_engaged_views=3, engaged_views=0)
    record(session, ids[5], NOON, 6, label=["x", None])
    step(session, apart, NOON - timedelta(hours=1), 5, old_views=1, views=2)
    page = [untouched, counted, both, older, late, alone, apart]
    assert changes_of(session, page) == [
        (None, {}),
        ("2026-05-01T12:00:00Z", {"comments": [4, None]}),
        ("2026-05-01T12:00:00Z", {"title": ["a", "c"], "views": [1, 2], "label": [None, "l"]}),
        ("2026-05-01T12:00:00Z", {"label": ["x", None]}),
        ("2026-05-01T12:00:00Z", {"label": ["x", None], "likes": [1, 2]}),
        ("2026-05-01T12:00:00Z", {"views": [1, 2], "engaged_views": [3, 0]}),
        ("2026-05-01T12:00:00Z", {"label": ["x", None]}),
    ]


def test_of_one_moment_the_earlier_record_comes_first(session: Session) -> None:
    add_video(session, "a" * 11)
    pk = session.query(Video.id).filter_by(video_id="a" * 11).scalar()
    steps = [{"title": [number, number + 1]} for number in range(30)]
    for change in reversed(list(enumerate(steps))):
        session.execute(
            insert(MetadataSync),
            [{"id": 1000 + change[0], "video_id": "a" * 11, "sync_time": NOON,
              "changes": change[1], "source": "user"}],
        )  # fmt: skip
    assert changes_of(session, [pk]) == [("2026-05-01T12:00:00Z", {"title": [0, 30]})]


def test_edits_that_nobody_confirmed_come_with_their_video(session: Session) -> None:
    first, second = add_video(session, "a" * 11), add_video(session, "b" * 11)
    edits = [
        {"video_id": "b" * 11, "field": name, "value": name, "created_at": NOON}
        for name in ("upc", "artist")
    ]
    session.execute(insert(PendingEdit), edits)
    rows = fetch_rows(session, [first, second], ["pending_edits"])
    told = {"by": None, "at": "2026-05-01T12:00:00Z"}
    assert rows[0] == {"pending_edits": {}}
    assert list(rows[1]["pending_edits"].items()) == [
        ("upc", {"value": "upc", **told}), ("artist", {"value": "artist", **told}),
    ]  # fmt: skip


@pytest.mark.usefixtures("database")
def test_pages_of_any_size_share_one_plan() -> None:
    """To plan for all months of the history takes longer than to read a page."""
    with unit_of_work() as session:
        pks = [add_video(session, f"{number:011d}") for number in range(30)]
    with reading() as connection:
        for size in (1, 1, 1, 2, 30, 1, 20, 1, 1, 30, 1, 1):
            assert len(fetch_rows(connection, pks[:size], FIELDS)) == size
        plans = driver_connection(connection).execute(
            "SELECT generic_plans, custom_plans FROM pg_prepared_statements"
            " WHERE statement LIKE '%counter_change%'"
        )
        assert plans.fetchall() == [(7, 5)]
