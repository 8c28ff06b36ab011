"""What YouTube says of videos comes into the catalogue: all of it, once, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text

from catalogtool.catalog.edits.rollback import roll_back_record
from catalogtool.channels.service import update_channel
from catalogtool.core.db import unit_of_work
from catalogtool.sync.looks.pull import HANDLER, Answer
from catalogtool.sync.queue.handler import Batch, Task
from catalogtool.youtube.categories import category_name
from catalogtool.youtube.client import YouTube
from catalogtool.youtube.facts import Listing, VideoFacts
from catalogtool.youtube.shorts import is_short
from tests.catalog.editing import edit, pending, person, records, sql
from tests.reports.importing import Imports, catalogue, fingerprint, video
from tests.sandbox.running import Sandbox
from tests.sync.pulling import history, looks, one, work, write

Place = tuple[Imports, Sandbox, YouTube]


def ids() -> list[str]:
    return [row["video_id"] for row in catalogue()["video"]]


def told(truth: dict[str, Any]) -> dict[str, Any]:
    """What the catalogue should hold of a video that YouTube knows."""
    published = datetime.fromisoformat(truth["published_at"])
    values = {
        "title": truth["title"].strip(),
        "channel_id": truth["channel_id"],
        "channel_display_name": truth["channel_title"],
        "category": category_name(truth["category_id"]),
        "privacy_status": truth["privacy_status"],
        "embedding_allowed": "Yes" if truth["embeddable"] else "No",
        "is_live_stream": truth["live_state"] != "none",
        "time_published": published,
        "video_length": truth["length"],
        "views": truth["views"],
        "comments": truth["comments"],
        "likes": truth["likes"],
        "is_short": is_short(published, truth["length"], truth["width"], truth["height"]),
    }
    return {name: value for name, value in values.items() if value is not None}


def held(row: dict[str, Any]) -> dict[str, Any]:
    counters = row["counters"] or {}
    found = {**row, **{name: counters.get(name) for name in ("views", "comments", "likes")}}
    found["time_published"] = datetime.fromisoformat(row["time_published"])
    return found


def answer(facts: VideoFacts | str, at: datetime | None = None) -> Answer:
    """An answer about one video; its id alone where it is missing."""
    when = at or datetime.now().astimezone()
    if isinstance(facts, str):
        return Answer(when, Listing({}, [facts]))
    return Answer(when, Listing({facts.video_id: facts}))


def pull(facts: VideoFacts | str, at: datetime | None = None) -> Any:
    """Bring in an answer about one video; its result."""
    video_id = facts if isinstance(facts, str) else facts.video_id
    batch = Batch(1, "metadata_sync", (Task(1, video_id),))
    return write(HANDLER, [(batch, None, answer(facts, at))])[video_id]


def test_every_video_holds_what_youtube_has(place: Place) -> None:
    _, sandbox, youtube = place
    sandbox.pass_days(20)
    before = {row["video_id"]: row for row in catalogue()["video"]}
    results = work(HANDLER, youtube, ids())
    truths = sandbox.truths(ids())
    assert set(results) == set(before) == set(looks())
    assert sum(truth["gone"] for truth in truths.values()) > 0
    for row in catalogue()["video"]:
        video_id, truth = row["video_id"], truths[row["video_id"]]
        result = results[video_id].result
        assert result is not None
        assert result["found"] is not truth["gone"]
        expected = {} if truth["gone"] else told(truth)
        found = held(row)
        assert {name: found[name] for name in expected} == expected
        old = held(before[video_id])
        changed = {name for name, value in expected.items() if old[name] != value}
        availability = {"availability"} if truth["gone"] else set()
        assert set(result["changes"]) == changed | availability
        shown = history(video_id)
        assert [record["source"] for record in shown] == ["youtube"] * bool(result["changes"])
        if shown:
            assert shown[0]["changes"] == result["changes"]


def test_a_second_look_writes_nothing_but_its_time(place: Place) -> None:
    _, _, youtube = place
    work(HANDLER, youtube, ids())
    before, times = fingerprint(), looks()
    results = work(HANDLER, youtube, ids())
    assert fingerprint() == before
    assert not any(result.changed for result in results.values())
    assert set(looks()) == set(times)
    assert not [v for v, look in looks().items() if look["metadata_at"] == times[v]["metadata_at"]]


def test_a_missing_video_is_marked_and_stays(place: Place) -> None:
    _, sandbox, youtube = place
    video_id = sandbox.video_id(0)
    sandbox.change(video_id, gone=False)
    work(HANDLER, youtube, [video_id])
    before = video(video_id)
    sandbox.change(video_id, gone=True)
    assert work(HANDLER, youtube, [video_id])[video_id].result == {
        "found": False,
        "changes": {"availability": ["found", "not found"]},
    }
    since = looks()[video_id]["missing_since"]
    assert since is not None
    assert work(HANDLER, youtube, [video_id])[video_id].result == {"found": False}
    assert looks()[video_id]["missing_since"] == since
    assert video(video_id) == before
    record = records()[-1]
    with unit_of_work() as session:
        undone = roll_back_record(session, person(), record["id"])
    assert undone["skipped"][0]["field"] == "availability"
    sandbox.change(video_id, gone=False)
    result = work(HANDLER, youtube, [video_id])[video_id].result
    assert result == {"found": True, "changes": {"availability": ["not found", "found"]}}
    assert looks()[video_id]["missing_since"] is None


def test_an_edit_is_confirmed_or_in_conflict_or_goes_on_waiting(place: Place) -> None:
    _, sandbox, youtube = place
    video_id = sandbox.video_id(0)
    sandbox.change(video_id, title="One", category_id="10", privacy_status="public", gone=False)
    work(HANDLER, youtube, [video_id])
    edit(video_id, title="Mine", category="Gaming", privacy_status="private")
    sandbox.change(video_id, title="Theirs", category_id="20")
    work(HANDLER, youtube, [video_id])
    row = video(video_id)
    assert (row["title"], row["category"], row["privacy_status"]) == ("Mine", "Gaming", "private")
    assert set(pending()) == {(video_id, "title"), (video_id, "privacy_status")}
    seen = "SELECT theirs FROM pending_edit WHERE field = 'title' AND theirs_at IS NOT NULL"
    assert sql(seen) == "Theirs"
    assert sql("SELECT count(*) FROM pending_edit WHERE theirs IS NOT NULL") == 1
    before = fingerprint()
    work(HANDLER, youtube, [video_id])
    assert fingerprint() == before
    sandbox.change(video_id, title="One")
    work(HANDLER, youtube, [video_id])
    assert sql("SELECT count(*) FROM pending_edit WHERE theirs_at IS NOT NULL") == 0
    sandbox.change(video_id, title="Mine", privacy_status="private")
    work(HANDLER, youtube, [video_id])
    assert pending() == {}
    assert video(video_id)["title"] == "Mine"


def test_the_latest_answer_counts_in_whatever_order_they_come(place: Place) -> None:
    _, sandbox, youtube = place
    video_id = sandbox.video_id(0)
    sandbox.change(video_id, title="Earlier", gone=False)
    early = one(HANDLER, youtube, video_id)
    sandbox.change(video_id, title="Later")
    late = one(HANDLER, youtube, video_id)
    write(HANDLER, [late, early])
    assert video(video_id)["title"] == "Later"
    write(HANDLER, [early])
    assert video(video_id)["title"] == "Later"


def test_hostile_text_is_text(place: Place) -> None:
    _, sandbox, _ = place
    video_id = sandbox.video_id(0)
    title = "a\0b\ud800\\N\t\n'; DROP TABLE video; -- " + "x" * 600
    huge = VideoFacts(
        video_id=video_id, title=title, channel_id="UCnew", channel_title="\0 {}\\ ", views=2**70
    )
    views = video(video_id)["counters"]["views"]
    pull(huge)
    row = video(video_id)
    assert row["title"] == ("ab\\N\t\n'; DROP TABLE video; -- " + "x" * 600)[:500]
    assert row["channel_display_name"] == "{}\\"
    assert row["counters"]["views"] == views


def test_what_is_unknown_or_deleted_here_is_passed_over(place: Place) -> None:
    result = pull(VideoFacts(video_id="not_in_here", title="x"))
    assert result.result == {"found": True, "changes": {}}
    assert "not_in_here" not in ids()


def test_a_verdict_on_shorts(place: Place) -> None:
    _, sandbox, _ = place
    one_, two, three = (sandbox.video_id(number) for number in range(3))
    sql("UPDATE video SET is_short = NULL")
    facts = VideoFacts(video_id=one_, is_short=True)
    pull(facts)
    pull(replace(facts, video_id=two))
    assert sql("SELECT count(*) FROM youtube_shorts WHERE source = 'youtube_api'") == 2
    pull(replace(facts, is_short=None))
    assert video(one_)["is_short"] is True
    pull(replace(facts, is_short=False))
    assert video(one_)["is_short"] is False
    assert catalogue()["youtube_shorts"] == [two]
    edit(two, is_short=False)
    edit(three, is_short=True)
    pull(replace(facts, video_id=two))
    pull(replace(facts, video_id=three, is_short=False))
    assert (video(two)["is_short"], video(three)["is_short"]) == (False, True)


def test_the_flag_of_a_claims_report_outranks_the_shape(place: Place) -> None:
    imports, sandbox, _ = place
    video_id = sandbox.video_id(0)
    sql("UPDATE video SET is_short = NULL")
    columns = "video_id,claim_type,claim_id,is_shorts_eligible"
    imports.rows(columns, [video_id, "AUDIO", "C1", "Yes"], name="claims_2026-01-02.csv")
    pull(VideoFacts(video_id=video_id, is_short=False))
    assert video(video_id)["is_short"] is True


def test_a_channel_that_was_renamed_here_keeps_its_name(place: Place) -> None:
    _, sandbox, youtube = place
    video_id = sandbox.video_id(0)
    sandbox.change(video_id, gone=False)
    old = video(video_id)["channel_display_name"]
    with unit_of_work() as session:
        update_channel(session, old, {"new_name": "Ours"})
    work(HANDLER, youtube, [video_id])
    assert video(video_id)["channel_display_name"] == "Ours"
    pull(VideoFacts(video_id=video_id, channel_id="UCother", channel_title="Quite new"))
    assert video(video_id)["channel_display_name"] == "Quite new"
    assert sql("SELECT channel_id FROM channel WHERE name = 'Quite new'") == "UCother"


def test_a_rolled_back_verdict_stays(place: Place) -> None:
    _, sandbox, _ = place
    video_id = sandbox.video_id(0)
    sql("UPDATE video SET is_short = false")
    pull(VideoFacts(video_id=video_id, is_short=True))
    with unit_of_work() as session:
        roll_back_record(session, person(), records()[-1]["id"])
    pull(VideoFacts(video_id=video_id, is_short=True))
    assert video(video_id)["is_short"] is False


def test_an_older_report_takes_nothing_back(place: Place) -> None:
    imports, sandbox, youtube = place
    video_id = sandbox.video_id(0)
    sandbox.change(video_id, title="Now", views=77, category_id="20", gone=False)
    work(HANDLER, youtube, [video_id])
    columns = "video_id,title,views,category,upload_source"
    old = [video_id, "Then", 5, "Music", "PHONE"]
    imports.rows(columns, old, name="report_2026-02-01.csv")
    row = video(video_id)
    assert (row["title"], row["counters"]["views"], row["category"]) == ("Now", 77, "Gaming")
    assert row["upload_source"] == "PHONE"
    with unit_of_work() as session:
        session.execute(
            text("UPDATE video_look SET metadata_at = :at"),
            {"at": datetime.fromisoformat("2026-02-03T23:59:00Z")},
        )
    imports.rows(columns, old, name="report_2026-02-03.csv")
    assert video(video_id)["title"] == "Then"


def test_a_report_that_came_before_the_look_is_old_whatever_its_name(place: Place) -> None:
    imports, sandbox, youtube = place
    video_id = sandbox.video_id(0)
    sandbox.change(video_id, title="Now", gone=False)
    work(HANDLER, youtube, [video_id])
    uploaded = datetime.now().astimezone() - timedelta(hours=1)
    name = "report_2099-01-01.csv"
    imports.rows("video_id,title", [video_id, "Then"], name=name, uploaded=uploaded)
    assert video(video_id)["title"] == "Now"
