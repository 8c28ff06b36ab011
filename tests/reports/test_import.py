"""The rules of an import, one by one, on a real database."""

from __future__ import annotations

import io
import random
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text

from catalogtool.core.db import unit_of_work
from catalogtool.core.errors import ConcurrencyError
from catalogtool.reports.models import Report
from catalogtool.reports.service import request_cancel, retry
from catalogtool.sandbox.quirks import Quirk
from catalogtool.sandbox.reports import write_report
from tests.reports.importing import (
    Imports,
    catalogue,
    changes_of,
    errors_of,
    fingerprint,
    leftovers,
    report_of,
    sql,
    video,
)
from tests.reports.reading import table, video_id

ONE, TWO, THREE = video_id(1), video_id(2), video_id(3)
OLD, NEW = "report_2024-01-01.csv", "report_2024-02-01.csv"


def counts(report: Report) -> tuple[int, int, int, int]:
    """Created, updated, unchanged, skipped."""
    assert report.status == "completed", report.error_message
    assert report.phase == "done"
    assert report.processed_rows == report.total_rows
    assert leftovers() == []
    return (
        report.videos_created,
        report.videos_updated,
        report.videos_unchanged,
        report.videos_skipped,
    )


def claims_of(video: str) -> list[dict[str, Any]]:
    return [claim for claim in catalogue()["claim"] if claim["video_id"] == video]


def test_several_rows_of_a_video_are_one_video_with_several_claims(imports: Imports) -> None:
    report = imports.rows(
        "video_id,claim_id,asset_id,custom_id,title,views",
        [ONE, "C2", "A2", "x", "two", 2],
        [ONE, "C1", "A1", "y", "one", 1],
        [ONE, "C1", "A1", "z", "other", 3],
        [ONE, "C1", "A1", "y", "one", 1],
        [TWO, "", "", "", "bare", 9],
    )
    assert counts(report) == (2, 0, 0, 0)
    assert report.entries == 2
    assert [(c["claim_id"], c["custom_id"]) for c in claims_of(ONE)] == [
        ("C1", "y"),
        ("C1", "z"),
        ("C2", "x"),
    ]
    assert claims_of(TWO) == []
    shown = video(ONE)
    assert (shown["title"], shown["asset_id"], shown["counters"]["views"]) == ("one", "A1", 1)


@pytest.mark.parametrize("kind", ["video", "claims"])
def test_the_order_of_the_rows_does_not_matter(imports: Imports, kind: str) -> None:
    columns, rows = ROWS_OF[kind]
    ends = []
    for seed in range(3):
        random.Random(seed).shuffle(rows)
        imports.rows(columns, *rows)
        ends.append(catalogue())
        sql("TRUNCATE video, channel, asset, report, youtube_shorts CASCADE")
    assert ends[0] == ends[1] == ends[2]


ROWS_OF: dict[str, tuple[str, list[list[object]]]] = {
    "video": (
        "video_id,claim_id,asset_id,title,views",
        [
            [video_id(n % 4), ["", "C1", "C2"][n % 3], ["", "A1"][n % 2], f"t{n}", n]
            for n in range(24)
        ],
    ),
    "claims": (
        "video_id,claim_id,claim_status,asset_id,video_title,views,artist,upc,is_shorts_eligible",
        [
            [
                video_id(n % 4),
                f"C{n % 5}",
                ["ACTIVE", "PENDING", "INACTIVE", ""][n % 4],
                f"A{n % 3}",
                f"t{n}",
                n,
                f"artist {n}",
                f"12345678{n:02}",
                ["Yes", "No", ""][n % 3],
            ]
            for n in range(24)
        ],
    ),
}


def test_unknown_never_overwrites(imports: Imports) -> None:
    columns = "video_id,title,views,category,embedding_allowed,time_published,isrc,video_length"
    known = [ONE, "A title", 5, "Music", "Yes", "2020-01-02", "USRC17607839", "1:30"]
    imports.rows(columns, known)
    before = catalogue()
    report = imports.rows(columns, [ONE, "", "", " ", "maybe", "0000-00-00", "no isrc", ""])
    assert counts(report) == (0, 0, 1, 0)
    assert catalogue() == before


def test_the_same_again_writes_nothing(imports: Imports) -> None:
    for kind in ("video", "claims", "asset"):
        imports.synthetic(400, f"{kind}_2024-01-01.csv", seed=3, kind=kind)
    before = fingerprint()
    for kind in ("video", "claims", "asset"):
        report, _ = imports.synthetic(400, f"{kind}_2024-01-01.csv", seed=3, kind=kind)
        assert (report.status, report.videos_created, report.videos_updated) == ("completed", 0, 0)
        assert fingerprint() == before, kind


def test_changes_are_written_down_with_old_and_new(imports: Imports) -> None:
    columns = "video_id,title,category,time_published,video_privacy_status,views"
    imports.rows(columns, [ONE, "Old", "", "2020-01-01", "public", 5], [TWO, *"abcde"[:4], 6])
    report = imports.rows(
        columns,
        [ONE, "New", "Music", "2020-01-02", "public", 7],
        [TWO, *"abcde"[:4], 6],
        [THREE, "Third", "", "", "", ""],
    )
    assert counts(report) == (1, 1, 1, 0)
    assert changes_of(report) == {
        ONE: {
            "title": ["Old", "New"],
            "category": [None, "Music"],
            "time_published": ["2020-01-01T00:00:00Z", "2020-01-02T00:00:00Z"],
        }
    }
    with unit_of_work() as session:
        steps = session.execute(
            text("SELECT report_id, old_views, views, old_comments, comments FROM counter_change")
        ).all()
    assert steps == [(report.id, 5, 7, None, None)]
    assert sql("SELECT source FROM metadata_sync") == "report"


@pytest.mark.parametrize("columns", ["video_id,title,views", "video_id,claim_type,title,views"])
def test_an_older_report_never_overwrites_a_newer(imports: Imports, columns: str) -> None:
    middle = [""] if "claim_type" in columns else []
    imports.rows(columns, [ONE, *middle, "newer", 9], [TWO, *middle, "", ""], name=NEW)
    report = imports.rows(
        columns,
        [ONE, *middle, "older", 5],
        [TWO, *middle, "known", 1],
        [THREE, *middle, "x", 1],
        name=OLD,
    )
    assert counts(report) == (1, 1, 1, 0)
    assert (video(ONE)["title"], video(ONE)["counters"]["views"]) == ("newer", 9)
    assert (video(TWO)["title"], video(TWO)["counters"]["views"]) == ("known", 1)
    assert video(THREE)["title"] == "x"


def test_the_upload_time_decides_where_no_date_is_named(imports: Imports) -> None:
    columns = "video_id,title"
    imports.rows(columns, [ONE, "newer"], name="b.csv", uploaded=datetime(2024, 5, 2, tzinfo=UTC))
    imports.rows(columns, [ONE, "older"], name="c.csv", uploaded=datetime(2024, 5, 1, tzinfo=UTC))
    assert video(ONE)["title"] == "newer"
    # The day in the name counts more than the time of the upload.
    imports.rows(columns, [ONE, "x"], name=OLD, uploaded=datetime(2024, 6, 1, tzinfo=UTC))
    assert video(ONE)["title"] == "newer"


def test_claims_of_an_older_report_neither(imports: Imports) -> None:
    columns = "video_id,claim_id,claim_type,claim_status"
    imports.rows(columns, [ONE, "C1", "AUDIO", "ACTIVE"], name=NEW)
    imports.rows(
        columns, [ONE, "C1", "VISUAL", "PENDING"], [ONE, "C2", "AUDIO", "ACTIVE"], name=OLD
    )
    assert [(c["claim_id"], c["claim_type"]) for c in claims_of(ONE)] == [
        ("C1", "AUDIO"),
        ("C2", "AUDIO"),
    ]


@pytest.mark.parametrize("order", [("video", "claims"), ("claims", "video")], ids="-".join)
def test_video_and_claims_reports_end_alike(imports: Imports, order: tuple[str, str]) -> None:
    for kind in order:
        report, _ = imports.synthetic(500, f"{kind}_2024-01-01.csv", seed=11, kind=kind)
        assert report.status == "completed"
    known = ENDS.setdefault("video and claims", catalogue())
    assert catalogue() == known


ENDS: dict[str, Any] = {}
ORDERS = [["video", "claims", "asset"], ["asset", "claims", "video"], ["claims", "asset", "video"]]
ORDERS += [["asset", "video", "claims"], ["video", "asset", "claims"], ["claims", "video", "asset"]]


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
def test_three_kinds_of_reports_end_alike_in_any_order(imports: Imports, order: list[str]) -> None:
    for kind in order:
        report, _ = imports.synthetic(300, f"{kind}_2024-01-01.csv", seed=12, kind=kind, dirty=True)
        assert report.status == "completed"
    known = ENDS.setdefault("three", catalogue())
    found = catalogue()
    for name in known:
        assert found[name] == known[name], name


@pytest.mark.parametrize("claims_first", [True, False])
def test_a_title_without_its_commas_never_replaces_a_better_one(
    imports: Imports, claims_first: bool
) -> None:
    reports = [
        ("video_id,video_title,channel_display_name", [ONE, "Hello, world", "Smith, Sons"]),
        (
            "video_id,claim_type,claim_id,video_title,channel_display_name",
            [ONE, "AUDIO", "C1", "Hello  world", "Smith  Sons"],
        ),
    ]
    for columns, row in reversed(reports) if claims_first else reports:
        imports.rows(columns, row)
    assert video(ONE)["title"] == "Hello, world"
    assert [channel["name"] for channel in catalogue()["channel"]] == ["Smith, Sons"]


def test_far_fewer_rows_delete_nothing(imports: Imports) -> None:
    columns = "video_id,claim_id,asset_id,title,views"
    rows = [[video_id(n), f"C{n}", f"A{n}", f"Title {n}", n] for n in range(300)]
    imports.rows(columns, *rows, name=OLD)
    before = fingerprint()
    assert counts(imports.rows(columns, rows[7], name=NEW)) == (0, 0, 1, 0)
    assert fingerprint() == before


def edit(field: str, value: str, at: str) -> None:
    """What a user's edit leaves behind."""
    sql(f"UPDATE video SET {field} = :value WHERE video_id = :id", value=value, id=ONE)
    sql(
        "INSERT INTO pending_edit (video_id, field, value, created_at)"
        " VALUES (:id, :field, to_jsonb(cast(:value AS text)), :at)",
        id=ONE,
        field=field,
        value=value,
        at=at,
    )


def test_a_pending_edit_stays_until_a_report_confirms_it(imports: Imports) -> None:
    imports.rows("video_id,title,category", [ONE, "Old", "Music"], name=OLD)
    edit("title", "Mine", "2024-01-15")
    report = imports.rows("video_id,title,category", [ONE, "Old", "Film"], name=NEW)
    assert changes_of(report) == {ONE: {"category": ["Music", "Film"]}}
    assert video(ONE)["title"] == "Mine"
    assert sql("SELECT field FROM pending_edit") == "title"
    imports.rows("video_id,title,category", [ONE, "Mine", "Film"], name="report_2024-03-01.csv")
    assert video(ONE)["title"] == "Mine"
    assert sql("SELECT field FROM pending_edit") is None
    imports.rows("video_id,title", [ONE, "Theirs"], name="report_2024-04-01.csv")
    assert video(ONE)["title"] == "Theirs"


def test_a_report_from_before_the_edit_confirms_nothing(imports: Imports) -> None:
    imports.rows("video_id,title", [ONE, "Mine"], name="report_2023-01-01.csv")
    edit("title", "Mine", "2024-01-15")
    imports.rows("video_id,title", [ONE, "Mine"], name=OLD)
    assert sql("SELECT field FROM pending_edit") == "title"


@pytest.mark.parametrize(
    ("columns", "row"),
    [
        ("asset_id,asset_type,upc", ["A1", "SOUND_RECORDING", "123456789012"]),
        ("video_id,claim_type,asset_id,upc", [ONE, "AUDIO", "A1", "123456789012"]),
    ],
)
def test_a_code_of_the_asset_confirms_an_edit_of_the_video(
    imports: Imports, columns: str, row: list[object]
) -> None:
    imports.rows("video_id,asset_id", [ONE, "A1"], name=OLD)
    edit("upc", "123456789012", "2024-01-15")
    imports.rows(columns, row, name=NEW)
    assert video(ONE)["upc"] == "123456789012"
    assert sql("SELECT field FROM pending_edit") is None


def test_known_shorts_are_left_out_and_known_others_never(imports: Imports) -> None:
    sql("INSERT INTO youtube_shorts (video_id, source) VALUES (:a, 'x'), (:b, 'x')", a=ONE, b=TWO)
    sql("INSERT INTO non_youtube_shorts (video_id) VALUES (:b)", b=TWO)
    rows = [[n, "t"] for n in (ONE, TWO, THREE)]
    report = imports.rows("video_id,title", *rows, exclude_shorts=True)
    assert counts(report) == (2, 0, 0, 1)
    assert [v["video_id"] for v in catalogue()["video"]] == [TWO, THREE]
    assert counts(imports.rows("video_id,title", *rows)) == (1, 0, 2, 0)


def test_the_flag_of_a_claims_report_makes_a_short(imports: Imports) -> None:
    columns = "video_id,claim_type,claim_id,is_shorts_eligible"
    sql("INSERT INTO non_youtube_shorts (video_id) VALUES (:b)", b=TWO)
    rows = [[ONE, "AUDIO", "C1", "Yes"], [TWO, "AUDIO", "C2", "Yes"], [THREE, "AUDIO", "C3", "No"]]
    assert counts(imports.rows(columns, *rows, exclude_shorts=True)) == (2, 0, 0, 1)
    assert catalogue()["youtube_shorts"] == [ONE]
    assert counts(imports.rows("video_id,title", [ONE, "t"], exclude_shorts=True)) == (0, 0, 0, 1)


@pytest.mark.parametrize("kind", ["video", "claims"])
def test_a_dry_run_counts_rightly_and_writes_nothing(imports: Imports, kind: str) -> None:
    imports.synthetic(300, "video_2024-01-01.csv", seed=6)
    imports.synthetic(200, f"{kind}_2024-01-01.csv", seed=6, kind=kind)
    changes = {"seed": 6, "kind": kind, "day": 1, "changed": 0.2, "viewed": 0.3}
    before = fingerprint()
    dry = imports.import_key(laid(imports, 400, **changes), dry_run=True)
    assert fingerprint() == before
    real = imports.import_key(laid(imports, 400, **changes))
    assert counts(dry) == counts(real)
    assert (dry.errors, dry.total_rows, dry.entries) == (real.errors, real.total_rows, real.entries)


def laid(imports: Imports, rows: int, **choices: Any) -> str:
    """The key of a synthetic report in the store."""
    stream = io.BytesIO()
    write_report(stream, rows, **choices)
    return imports.put(f"{choices['kind']}_2024-01-02.csv", stream.getvalue())


@pytest.mark.parametrize("kind", ["video", "claims"])
def test_counts_of_a_dirty_report_add_up(imports: Imports, kind: str) -> None:
    imports.synthetic(1500, f"{kind}_2024-01-01.csv", seed=7, kind=kind)
    report, summary = imports.synthetic(
        2000,
        f"{kind}_2024-01-02.csv",
        seed=7,
        kind=kind,
        dirty=True,
        day=1,
        changed=0.1,
        viewed=0.5,
    )
    assert report.status == "completed"
    assert (report.total_rows, report.errors) == (2000, summary.rejected_rows)
    assert report.entries == summary.distinct_ids
    # The line of junk and the header are rows 1 and 2 of the file.
    assert [error[0] for error in errors_of(report)] == [r.row + 2 for r in summary.rejections]
    assert report.values_cut == summary.quirks[Quirk.LONG_TITLE]
    assert report.unknown_columns == list(summary.extra_columns)
    assert sum(counts(report)) == report.entries


def test_an_asset_report_counts_its_assets(imports: Imports) -> None:
    report, summary = imports.synthetic(1000, OLD, seed=7, kind="asset", dirty=True)
    assert report.total_rows == 1000
    # What identifies an asset may have any form, and the numbers of this report are not used.
    wanted = {Quirk.MISSING_ID, Quirk.WRONG_FIELD_COUNT}
    rejected = [r.row + 2 for r in summary.rejections if r.quirk in wanted]
    assert [error[0] for error in errors_of(report)] == rejected
    assert report.entries == len(catalogue()["asset"])
    assert counts(report) == (0, 0, 0, 0)


def test_a_report_that_waits_is_cancelled_at_once(imports: Imports) -> None:
    waiting = imports.queue(imports.put("a.csv", b"video_id\n"))
    with unit_of_work() as session:
        request_cancel(session, waiting)
    assert imports.go_on(waiting).status == "cancelled"
    assert catalogue()["video"] == []


def test_only_what_ended_badly_is_tried_again(imports: Imports) -> None:
    done = imports.rows("video_id,title", [ONE, "t"])
    failed = imports.run(b"")
    for report in (done, imports.rows("video_id", [TWO])):
        with pytest.raises(ConcurrencyError), unit_of_work() as session:
            retry(session, report.id)
    imports.put(failed.filename.removeprefix("reports/"), f"video_id\n{THREE}\n".encode())
    with unit_of_work() as session:
        retry(session, failed.id)
    assert counts(imports.go_on(failed.id)) == (1, 0, 0, 0)
    assert report_of(failed.id).error_message is None


def test_a_channel_that_was_renamed_keeps_its_id(imports: Imports) -> None:
    columns = "video_id,channel_id,channel_display_name"
    imports.rows(columns, [ONE, "UC" + "a" * 22, "Before"], name=OLD)
    imports.rows(columns, [TWO, "UC" + "a" * 22, "After"], name=NEW)
    assert {c["name"]: c["channel_id"] for c in catalogue()["channel"]} == {
        "After": "UC" + "a" * 22,
        "Before": None,
    }


def test_rows_can_be_read_in_any_order_of_columns(imports: Imports) -> None:
    names = ["title", "video_id", "views"]
    imports.run(table([names, ["t", ONE, 5]]))
    assert (video(ONE)["title"], video(ONE)["counters"]["views"]) == ("t", 5)
