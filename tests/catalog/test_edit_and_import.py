"""Edits and imports side by side: neither silently overwrites, nor forgets, what the other did."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from catalogtool.catalog.edits.selection import ByIds
from tests.catalog.editing import (
    add_many,
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
from tests.reports.importing import Imports
from tests.reports.turnstile import Turnstile, turnstile

ONE, TWO = name(1), name(2)
COLUMNS = "video_id,claim_id,title,category,asset_id,custom_id,privacy_status,time_published"
BEFORE, AFTER = "report_2024-01-01.csv", "report_2099-01-01.csv"


@pytest.fixture
def imports(database: str, tmp_path: Path) -> Imports:
    """A catalogue of two videos that came with a report."""
    made = Imports(tmp_path)
    made.rows(COLUMNS, row(ONE), row(TWO), name=BEFORE)
    return made


@pytest.fixture
def gate(database: str) -> Iterator[Turnstile]:
    """Lets the steps of an import through one by one."""
    with turnstile(database) as made:
        yield made


def row(video_id: str, **values: Any) -> list[Any]:
    told = {
        "video_id": video_id,
        "claim_id": "C1",
        "title": "Old",
        "category": "Music",
        "asset_id": "A1",
        "custom_id": "x",
        "privacy_status": "public",
        "time_published": "2024-01-01T10:00:00Z",
        **values,
    }
    return [told[column] for column in COLUMNS.split(",")]


def in_background(work: Callable[[], Any]) -> threading.Thread:
    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_no_import_overwrites_an_edit_and_a_report_confirms_it(imports: Imports) -> None:
    edit(ONE, title="Mine", category="Film", custom_id=None, notes="n")
    imports.rows(
        COLUMNS, row(ONE, privacy_status="private"), row(TWO), name="report_2026-01-02.csv"
    )
    found = video(ONE)
    assert (found["title"], found["category"], found["custom_id"]) == ("Mine", "Film", None)
    assert found["privacy_status"] == "private"
    assert set(pending()) == {(ONE, "title"), (ONE, "category"), (ONE, "custom_id")}
    imports.rows(COLUMNS, row(ONE, title="Mine"), name=AFTER)
    assert set(pending()) == {(ONE, "category"), (ONE, "custom_id")}
    imports.rows(COLUMNS, row(ONE, title="Theirs"), name="report_2099-02-01.csv")
    assert video(ONE)["title"] == "Theirs"


def test_a_rollback_of_a_confirmed_edit_waits_for_its_own_confirmation(imports: Imports) -> None:
    batch = edit_all({"category": "Film"}, [ONE, TWO])
    imports.rows(COLUMNS, row(ONE, category="Film"), row(TWO), name=AFTER)
    assert set(pending()) == {(TWO, "category")}
    undone = undo(batch["batch_id"])
    assert undone["updated"] == 2
    assert pending() == {(ONE, "category"): ("Music", "Film")}


def test_what_a_report_changed_is_put_back_and_stays(imports: Imports) -> None:
    before = state()["video"]
    changed = row(ONE, time_published="2025-05-05T05:05:05Z", asset_id="A2", title="New")
    imports.rows(COLUMNS, changed, name="report_2024-02-01.csv")
    sql("UPDATE metadata_sync SET batch_id = gen_random_uuid() WHERE video_id = :id", id=ONE)
    record = records()[-1]
    sql(
        """INSERT INTO edit_batch (id, kind, status, created_at, finished_at, fields)
        SELECT batch_id, 'edit', 'completed', sync_time, sync_time,
               ARRAY(SELECT jsonb_object_keys(changes)) FROM metadata_sync WHERE id = :id""",
        id=record["id"],
    )
    assert undo(record["batch_id"])["updated"] == 1
    assert state()["video"] == before
    assert pending()[ONE, "time_published"] == ("2024-01-01T10:00:00Z", "2025-05-05T05:05:05Z")
    imports.rows(COLUMNS, changed, name="report_2024-03-01.csv")
    assert state()["video"] == before
    imports.rows(COLUMNS, row(ONE), name=AFTER)
    assert pending() == {}


@pytest.mark.parametrize("verdict", [True, False])
def test_a_persons_verdict_on_a_short_is_final(imports: Imports, verdict: bool) -> None:
    edit(ONE, is_short=verdict)
    flag = "No" if verdict else "Yes"
    columns = "video_id,claim_type,claim_id,is_shorts_eligible"
    imports.rows(columns, [ONE, "AUDIO", "C1", flag], [TWO, "AUDIO", "C2", flag], name=AFTER)
    assert video(ONE)["is_short"] is verdict
    assert video(TWO)["is_short"] is not verdict


def test_an_edit_within_an_import_is_seen_by_its_next_step(
    imports: Imports, gate: Turnstile
) -> None:
    """The file has been compared, the edit comes, and then the chunk that would change the row."""
    changed = [row(ONE, title="Theirs", category="Film"), row(TWO, title="Theirs")]
    importing = in_background(lambda: imports.rows(COLUMNS, *changed, name="report_2024-02-01.csv"))
    gate.let_one_through()
    edit(ONE, title="Mine")
    gate.open()
    importing.join()
    assert (video(ONE)["title"], video(ONE)["category"]) == ("Mine", "Film")
    assert video(TWO)["title"] == "Theirs"
    assert pending() == {(ONE, "title"): ("Mine", "Old")}


def test_an_import_waits_for_an_edit_that_is_under_way(
    imports: Imports, gate: Turnstile, database: str
) -> None:
    changed = row(ONE, title="Theirs", category="Film")
    importing = in_background(lambda: imports.rows(COLUMNS, changed, name="report_2024-02-01.csv"))
    gate.let_one_through()
    with psycopg.connect(database) as editing:
        editing.execute("SELECT FROM video WHERE video_id = %s FOR NO KEY UPDATE", [ONE])
        gate.open()
        importing.join(0.5)
        assert importing.is_alive()
        editing.execute("UPDATE video SET title = 'Mine' WHERE video_id = %s", [ONE])
        editing.execute(
            "INSERT INTO pending_edit (video_id, field, value, base)"
            """ VALUES (%s, 'title', '"Mine"', '"Old"')""",
            [ONE],
        )
    importing.join()
    assert (video(ONE)["title"], video(ONE)["category"]) == ("Mine", "Film")


def test_many_edits_beside_imports_end_without_a_deadlock(imports: Imports) -> None:
    sql("TRUNCATE video, channel CASCADE")
    add_many(400, category="Music", title="t", privacy_status="public")
    failures: list[BaseException] = []

    def run(work: Callable[[], Any]) -> None:
        try:
            work()
        except BaseException as error:
            failures.append(error)

    def bring_in() -> None:
        for day in range(1, 5):
            lines = [[name(n), f"t{day}", n * day] for n in range(400, 0, -1)]
            report = imports.rows("video_id,title,views", *lines, name=f"r_2024-02-0{day}.csv")
            assert report.status == "completed", report.error_message

    def take_out() -> None:
        chosen = ByIds(tuple(name(n) for n in range(1, 401)))
        for step in range(8):
            edit_all({"category": f"c{step}", "privacy_status": "private"}, chosen)

    threads = [in_background(lambda work=work: run(work)) for work in (bring_in, take_out)]  # type: ignore[misc]
    for thread in threads:
        thread.join()
    assert failures == []
    assert sql("SELECT count(*) FROM video WHERE category = 'c7' AND title = 't4'") == 400
    assert len(pending()) == 800
