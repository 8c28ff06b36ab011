"""Edits of a video's own fields reach YouTube: exactly they, once, and over nobody's head."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from catalogtool.core.settings import Settings
from catalogtool.sync.looks.pull import HANDLER as PULL
from catalogtool.youtube.client import YouTube
from catalogtool.youtube.errors import QuotaExhausted
from tests.catalog.editing import edit, pending, records, sql, video
from tests.reports.importing import Imports
from tests.sync.pulling import connected, one, write
from tests.sync.pushing import KEPT, THIRD, VIDEO, Place, asked_for, conflicts, fill, queued


@pytest.fixture
def place(database: str, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    with connected(settings, monkeypatch, videos=10) as (sandbox, youtube):
        fill(sandbox)
        sandbox.reset()
        yield Place(sandbox, youtube)


def test_only_the_edit_changes_and_is_confirmed(place: Place) -> None:
    edit(VIDEO, title="New title", category="Comedy")
    before, history = place.truth(), records()
    result = place.push()
    after = place.truth()
    assert (after["title"], after["category_id"]) == ("New title", "23")
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"title", "category_id"}
    assert {name: after[name] for name in KEPT} == KEPT
    assert result.status == "completed"
    assert result.result == {
        "sent": {"title": ["Old title", "New title"], "category": ["Music", "Comedy"]}
    }
    assert pending() == {}
    assert records() == history, "the edit stands in the history already"
    assert (place.calls("videos.list"), place.calls("videos.update")) == (1, 1)
    assert sql("SELECT sum(write_units) FROM quota_usage") == 50
    assert queued("metadata_sync") == [VIDEO]


def test_a_part_that_was_not_edited_is_not_touched(place: Place) -> None:
    place.sandbox.change(VIDEO, license="creativeCommon")
    edit(VIDEO, privacy_status="unlisted")
    place.push()
    after = place.truth()
    assert after["privacy_status"] == "unlisted"
    assert (after["license"], after["embeddable"]) == ("creativeCommon", False)
    (update,) = [r for r in place.sandbox.requests() if r["name"] == "videos.update"]
    assert update["query"]["part"] in ("status", ["status"])


def test_what_youtube_has_already_is_not_written(place: Place) -> None:
    edit(VIDEO, title="New title")
    place.sandbox.change(VIDEO, title="New title")
    result = place.push()
    assert result.result == {"sent": {}, "confirmed": ["title"]}
    assert result.status == "completed"
    assert pending() == {}
    assert place.calls("videos.update") == 0


def test_what_somebody_else_changed_stays_and_is_shown(place: Place) -> None:
    edit(VIDEO, title="Mine", category="Comedy")
    place.sandbox.change(VIDEO, title="Theirs")
    result = place.push()
    assert (place.truth()["title"], place.truth()["category_id"]) == ("Theirs", "23")
    assert result.status == "failed"
    assert (result.error or "").startswith("conflict")
    assert result.result == {
        "sent": {"category": ["Music", "Comedy"]},
        "conflicts": {"title": {"base": "Old title", "theirs": "Theirs", "mine": "Mine"}},
    }
    assert pending() == {(VIDEO, "title"): ("Mine", "Old title")}
    assert conflicts() == {"title": "Theirs"}


def test_a_conflict_is_written_over_only_as_it_was_seen(place: Place) -> None:
    edit(VIDEO, title="Mine")
    place.sandbox.change(VIDEO, title="Theirs")
    place.push()
    task = asked_for(overwrite=["title"])
    place.sandbox.change(VIDEO, title="Theirs again")
    again = place.finish(place.ask(task))
    assert again.status == "failed"
    assert place.truth()["title"] == "Theirs again"
    assert conflicts() == {"title": "Theirs again"}
    assert place.push(overwrite=["title"]).status == "completed"
    assert place.truth()["title"] == "Mine"
    assert pending() == {}


def test_a_worker_dies_between_write_and_note(place: Place) -> None:
    edit(VIDEO, title="New title")
    task = asked_for()
    place.ask(task)
    assert pending() != {}
    result = place.finish(place.ask(task))
    assert result.result == {"sent": {}, "confirmed": ["title"]}
    assert place.calls("videos.update") == 1
    assert pending() == {}


def test_edits_after_the_wish_are_not_sent(place: Place) -> None:
    edit(VIDEO, title="First")
    task = asked_for()
    edit(VIDEO, title="Second", category="Comedy")
    result = place.finish(place.ask(task))
    assert result.status == "failed"
    assert set(result.result or {}) == {"sent", "not_sent"}
    assert place.calls("videos.update") == 0
    assert set(pending()) == {(VIDEO, "title"), (VIDEO, "category")}


@pytest.mark.parametrize(
    ("title", "left"),
    [
        ("Second", {(VIDEO, "title"): ("Second", "First")}),
        ("Old title", {(VIDEO, "title"): ("Old title", "First")}),
    ],
)
def test_edits_while_it_is_sent_begin_from_what_was_sent(
    place: Place, title: str, left: dict[tuple[str, str], tuple[str, str]]
) -> None:
    edit(VIDEO, title="First")
    answered = place.begin()
    edit(VIDEO, title=title)
    place.finish(answered)
    assert pending() == left
    assert place.push().status == "completed"
    assert place.truth()["title"] == video(VIDEO)["title"] == title


def test_an_answer_from_before_does_not_undo_it(place: Place) -> None:
    edit(VIDEO, title="New title")
    before = one(PULL, place.youtube, VIDEO)
    place.push()
    write(PULL, [before])
    assert video(VIDEO)["title"] == "New title"
    assert conflicts() == {}


def test_a_report_of_an_earlier_day_does_not_undo_it(place: Place, tmp_path: Path) -> None:
    edit(VIDEO, title="New title")
    place.push()
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    rows = f"video_id,video_title,views\n{VIDEO},Old title,5\n".encode()
    Imports(tmp_path).run(rows, f"video_report_{yesterday}.csv")
    assert video(VIDEO)["title"] == "New title"


def test_what_youtube_refuses_is_told_with_its_reason(place: Place) -> None:
    edit(VIDEO, title="New title", label="New label")
    place.sandbox.change(VIDEO, refuse="forbidden")
    result = place.push()
    assert result.status == "failed"
    assert result.result is not None
    assert result.result["sent"] == {"label": ["Old label", "New label"]}
    assert "orbidden" in result.result["not_sent"]["title"]
    assert set(pending()) == {(VIDEO, "title")}


def test_a_video_that_is_gone(place: Place) -> None:
    edit(THIRD, title="New title")
    place.sandbox.change(THIRD, gone=True)
    result = place.push(video_id=THIRD)
    assert result.status == "failed"
    assert "does not know this video" in (result.error or "")
    assert set(pending()) == {(THIRD, "title")}


def test_writing_ends_where_reading_goes_on(place: Place, settings: Settings) -> None:
    scarce = {"youtube_min_delay": 0.0, "youtube_daily_quota": 100, "youtube_write_share": 0.6}
    youtube = YouTube.of(settings.model_copy(update=scarce))
    poor = Place(place.sandbox, youtube)
    try:
        edit(VIDEO, title="New title")
        edit(THIRD, title="New title")
        assert poor.push().status == "completed"
        with pytest.raises(QuotaExhausted):
            poor.begin(video_id=THIRD)
        assert poor.truth(THIRD)["title"] == "Old title"
        write(PULL, [one(PULL, youtube, VIDEO)])
    finally:
        youtube.close()
    assert place.push(video_id=THIRD).status == "completed"
