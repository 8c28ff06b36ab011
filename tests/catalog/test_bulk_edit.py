"""Editing many videos: what is chosen, what is skipped, and what a worker does about large ones."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import update

from catalogtool.catalog.edits import batches
from catalogtool.catalog.edits.changes import parse_changes
from catalogtool.catalog.edits.machine import run_batch
from catalogtool.catalog.edits.preview import Preview, preview_edit, read_sign, sign
from catalogtool.catalog.edits.selection import ByAsset, ByIds, Selection, parse_selection
from catalogtool.catalog.models import Video
from catalogtool.core.db import unit_of_work
from catalogtool.core.errors import ConcurrencyError, ValidationError
from tests.catalog.editing import (
    add_many,
    add_videos,
    edit,
    edit_all,
    name,
    pending,
    records,
    sql,
    state,
    undo,
    video,
)
from tests.processes import started_from

KEY = b"a key"
MANY = 2_300
Start = Callable[[], subprocess.Popen[bytes]]

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks of 500 videos, so that a few thousand are many."""
    monkeypatch.setattr(batches, "CHUNK", 500)


@pytest.fixture
def start_worker(database: str) -> Iterator[Start]:
    """Start worker processes; those that still run at the end are killed."""
    with started_from("tests.reports.import_worker", errors=subprocess.DEVNULL) as start:
        yield partial(start, database)


def by_filter(**filters: str) -> Selection:
    return parse_selection({"filter": filters})


def preview(changes: dict[str, Any], selection: Selection) -> Preview:
    with unit_of_work() as session:
        return preview_edit(session, selection, parse_changes(changes), KEY)


def snapshot_of(found: Preview, changes: dict[str, Any], selection: Selection) -> str:
    return read_sign(found.preview, selection, parse_changes(changes), KEY)


def batch_of(batch_id: str) -> dict[str, Any]:
    with unit_of_work() as session:
        return batches.describe(session, UUID(batch_id))


def counts(batch: dict[str, Any]) -> tuple[int, int, int, int]:
    return batch["matched"], batch["updated"], batch["unchanged"], batch["skipped_count"]


def wait_for(batch_id: str, check: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    end = time.monotonic() + 60
    while not check(batch := batch_of(batch_id)):
        assert time.monotonic() < end, batch
        time.sleep(0.05)
    return batch


def test_chosen_by_id() -> None:
    add_videos({"category": "Music"}, {"category": "Film"}, {"category": None})
    batch = edit_all({"category": "Film"}, [name(3), name(1), name(2), "unknown"])
    assert batch["status"] == "completed"
    assert counts(batch) == (4, 2, 1, 1)
    assert batch["skipped"] == [{"video_id": "unknown", "reason": "not in the catalogue"}]
    assert (batch["percentage"], batch["processed"], batch["filter"]) == (100.0, 4, None)
    assert {record["batch_id"] for record in records()} == {batch["batch_id"]}
    assert pending() == {
        (name(1), "category"): ("Film", "Music"),
        (name(3), "category"): ("Film", None),
    }


def test_chosen_by_filter_as_the_list_shows_them() -> None:
    add_videos(
        {"category": "Music", "hidden": True},
        {"category": "music"},
        {"category": "Film"},
        {"category": "Music", "channel_display_name": "Away"},
    )
    sql("UPDATE channel SET hidden = true")
    batch = edit_all({"label": "L"}, by_filter(category="MUSIC"))
    assert (counts(batch), batch["filter"]) == ((1, 1, 0, 0), {"category": "MUSIC"})
    assert video(name(2))["label"] == "L"
    assert counts(edit_all({"label": "M"}, by_filter(category="music", hidden="all")))[0] == 3


def test_chosen_by_asset() -> None:
    add_videos({"asset_id": "A1"}, {"asset_id": "A2"}, {"asset_id": "A1", "hidden": True})
    assert counts(edit_all({"label": "L"}, ByAsset("A1"))) == (2, 2, 0, 0)


def test_lists_and_parts_of_texts() -> None:
    add_videos(
        {"title": "a (Offical) b (Offical)", "artist": ["Ado", "Björk"]},
        {"title": "(offical)", "artist": None},
        {"title": "x" * 499 + "(", "artist": ["y"] * 100},
        {"title": "(Offical)", "artist": ["new"]},
    )
    ids = [name(number) for number in range(1, 5)]
    batch = edit_all({"artist": {"append": ["Ado", "new"]}}, ids)
    assert counts(batch) == (4, 3, 0, 1)
    assert batch["skipped"] == [
        {"video_id": name(3), "reason": "artist: would have more than 100 entries"}
    ]
    assert [video(one)["artist"] for one in ids[:2]] == [["Ado", "Björk", "new"], ["Ado", "new"]]
    assert video(ids[3])["artist"] == ["new", "Ado"]
    assert counts(edit_all({"artist": {"remove": ["Ado", "new"]}}, ids)) == (4, 3, 1, 0)
    assert [video(one)["artist"] for one in ids[:2]] == [["Björk"], None]
    batch = edit_all({"title": {"find": "(Offical)", "replace": ""}}, ids)
    assert counts(batch) == (4, 1, 2, 1)
    assert batch["skipped"][0] == {"video_id": name(4), "reason": "title: would be empty"}
    assert video(ids[0])["title"] == "a  b "
    batch = edit_all({"title": {"find": "(", "replace": "-<%_\\'&>-"}}, ids)
    assert counts(batch) == (4, 2, 1, 1)
    assert video(ids[1])["title"] == "-<%_\\'&>-offical)"


def test_a_preview_writes_nothing_and_tells_all() -> None:
    add_videos(*({"title": f"t{n}", "category": "Music" if n % 3 else "Film"} for n in range(30)))
    before, changes = state(), {"category": "Film", "notes": "x"}
    found = preview({"category": "Film"}, by_filter())
    assert (found.matched, found.would_change, len(found.examples)) == (30, 20, 10)
    assert found.examples[0] == {
        "video_id": name(2),
        "title": "t1",
        "changes": {"category": ["Music", "Film"]},
    }
    found = preview(changes, ByIds((name(1), "unknown")))
    assert (found.matched, found.would_change) == (2, 1)
    assert (state(), records()) == (before, [])


def test_what_changed_since_the_preview_is_skipped() -> None:
    add_videos(*({"category": "Music"} for _ in range(6)))
    changes, chosen = {"label": "L"}, by_filter(category="Music")
    with unit_of_work() as early:
        # It begins before the preview and ends after it: its time would tell nothing.
        early.execute(update(Video).where(Video.video_id == name(1)).values(notes="x"))
        sql("UPDATE video SET notes = 'seen' WHERE video_id = :id", id=name(5))
        found = preview(changes, chosen)
    assert found.would_change == 6
    edit(name(2), title="changed")
    edit(name(3), category="Film")
    sql("DELETE FROM video WHERE video_id = :id", id=name(4))
    add_videos({"video_id": "newcomer", "category": "Music"})
    sql("SELECT id FROM video FOR UPDATE")
    batch = edit_all(changes, chosen, snapshot_of(found, changes, chosen))
    assert counts(batch) == (5, 2, 0, 3)
    assert {row["video_id"]: row["reason"] for row in batch["skipped"]} == dict.fromkeys(
        (name(1), name(2), "newcomer"), "changed since the preview"
    )
    assert counts(edit_all(changes, chosen)) == (5, 3, 2, 0)


def test_a_row_far_in_the_past_is_seen(database: str) -> None:
    add_videos({"category": "Music"})
    changes, chosen = {"label": "L"}, by_filter()
    found = preview(changes, chosen)
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("VACUUM (FREEZE) video")
    assert counts(edit_all(changes, chosen, snapshot_of(found, changes, chosen))) == (1, 1, 0, 0)


def test_a_preview_is_good_for_its_own_edit_only() -> None:
    changes, chosen = parse_changes({"label": "L"}), by_filter(category="Music")
    good = sign("1:1:", chosen, changes, KEY)
    assert read_sign(good, chosen, changes, KEY) == "1:1:"
    others: list[tuple[Any, Selection, Any, bytes]] = [
        (good, by_filter(category="Film"), changes, KEY),
        (good, chosen, parse_changes({"label": "M"}), KEY),
        (good, chosen, changes, b"another key"),
        (good[:-2], chosen, changes, KEY),
    ]
    bad: list[Any] = ["", "x", "é", "=", 7, [], "A" * 30_000]
    others += [(sign_, chosen, changes, KEY) for sign_ in bad]
    for given, selection, wanted, key in others:
        with pytest.raises(ValidationError) as refused:
            read_sign(given, selection, wanted, key)
        assert refused.value.details["field"] == "preview"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "video_ids"),
        ({"video_ids": ["a"], "filter": {}}, "video_ids"),
        ({"video_ids": []}, "video_ids"),
        ({"video_ids": "a"}, "video_ids"),
        ({"video_ids": [1]}, "video_ids"),
        ({"video_ids": [""]}, "video_ids"),
        ({"video_ids": ["\0"]}, "video_ids"),
        ({"video_ids": ["x" * 21]}, "video_ids"),
        ({"video_ids": ["a"] * 10_001}, "video_ids"),
        ({"filter": []}, "filter"),
        ({"filter": {"page": "1"}}, "page"),
        ({"filter": {"nope": "1"}}, "nope"),
        ({"filter": {"category": 1}}, "category"),
        ({"filter": {"date_from": None}}, "date_from"),
        ({"filter": {"hidden": ["all"]}}, "hidden"),
        ({"filter": {"search": "\ud800"}}, "search"),
    ],
)
def test_refused_selections(body: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        parse_selection(body)
    assert refused.value.details["field"] == field


def test_a_large_batch_waits_for_a_worker(small_chunks: None) -> None:
    add_many(MANY, category="Music", title="t")
    batch = edit_all({"category": "Film"}, by_filter())
    assert (batch["status"], batch["matched"], batch["processed"]) == ("pending", MANY, 0)
    assert sql("SELECT count(*) FROM edit_chunk") == 5
    add_videos({"video_id": "newcomer", "category": "Music"})
    edit(name(7), category="Film")
    sql("DELETE FROM video WHERE video_id = :id", id=name(8))
    run_batch(UUID(batch["batch_id"]))
    done = batch_of(batch["batch_id"])
    assert (done["status"], counts(done)) == ("completed", (MANY, MANY - 2, 1, 1))
    assert done["skipped"] == [{"video_id": None, "reason": "no longer in the catalogue"}]
    assert video("newcomer")["category"] == "Music"
    assert sql("SELECT count(*) FROM edit_chunk") == 0
    undone = undo(batch["batch_id"])
    assert undone["status"] == "pending"
    with pytest.raises(ConcurrencyError):
        undo(undone["batch_id"])
    run_batch(UUID(undone["batch_id"]))
    assert counts(batch_of(undone["batch_id"])) == (MANY - 2, MANY - 2, 0, 0)
    assert batch_of(batch["batch_id"])["rolled_back_by"] == undone["batch_id"]
    assert sql("SELECT count(*) FROM video WHERE category = 'Film'") == 1
    assert list(pending()) == [(name(7), "category")]


def held(database: str, video_id: str) -> psycopg.Connection[Any]:
    """A connection that holds one video's row."""
    connection = psycopg.connect(database)
    connection.execute("SELECT FROM video WHERE video_id = %s FOR UPDATE", [video_id])
    return connection


def test_a_killed_worker_loses_nothing(
    database: str, small_chunks: None, start_worker: Start
) -> None:
    add_many(MANY, category="Music", title="t")
    batch = edit_all({"category": "Film"}, by_filter())
    with held(database, name(1_200)):
        first = start_worker()
        wait_for(batch["batch_id"], lambda found: found["processed"] == 1_000)
        time.sleep(0.3)
        first.send_signal(signal.SIGKILL)
        first.wait()
    start_worker()
    done = wait_for(batch["batch_id"], lambda found: found["status"] == "completed")
    assert counts(done) == (MANY, MANY, 0, 0)
    assert sql("SELECT count(*) FROM metadata_sync") == MANY
    assert sql("SELECT count(DISTINCT video_id) FROM metadata_sync") == MANY
    assert sql("SELECT attempt FROM edit_batch") == 2


def test_a_batch_is_cancelled_between_chunks(
    database: str, small_chunks: None, start_worker: Start
) -> None:
    add_many(MANY, category="Music", title="t")
    batch = edit_all({"category": "Film"}, by_filter())
    key = UUID(batch["batch_id"])
    with held(database, name(600)):
        start_worker()
        wait_for(batch["batch_id"], lambda found: found["processed"] == 500)
        with unit_of_work() as session:
            assert batches.request_cancel(session, key).status == "processing"
    done = wait_for(batch["batch_id"], lambda found: found["status"] == "cancelled")
    assert counts(done)[1] in (500, 1_000)
    assert sql("SELECT count(*) FROM video WHERE category = 'Film'") == done["updated"]
    with unit_of_work() as session, pytest.raises(ConcurrencyError):
        batches.request_cancel(session, key)
    undone = undo(batch["batch_id"])
    run_batch(UUID(undone["batch_id"]))
    assert sql("SELECT count(*) FROM video WHERE category = 'Film'") == 0


def test_a_waiting_batch_is_cancelled_at_once(small_chunks: None) -> None:
    add_many(MANY, category="Music")
    key = UUID(edit_all({"category": "Film"}, by_filter())["batch_id"])
    with unit_of_work() as session:
        assert batches.request_cancel(session, key).status == "cancelled"
    run_batch(key)
    assert records() == []


def test_a_batch_that_no_job_works_for_is_revived(small_chunks: None) -> None:
    add_many(MANY, category="Music")
    key = UUID(edit_all({"category": "Film"}, by_filter())["batch_id"])
    with unit_of_work() as session:
        assert batches.revive(session) == []
    sql("DELETE FROM procrastinate_jobs")
    with unit_of_work() as session:
        assert batches.revive(session) == [key]
    assert sql("SELECT args ->> 'batch_id' FROM procrastinate_jobs") == str(key)
