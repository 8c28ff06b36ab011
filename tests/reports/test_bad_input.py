"""Bad input: each kind is told in words a user understands, and harms nothing."""

from __future__ import annotations

import gzip
import resource
import socket
import time
from pathlib import Path

import pytest

from catalogtool.core.db import unit_of_work
from catalogtool.core.errors import ValidationError
from catalogtool.core.settings import Settings
from catalogtool.core.storage import open_store
from catalogtool.reports import container
from catalogtool.reports.service import process_reports
from tests.reports.archives import (
    ERROR_PAGE,
    PNG,
    bomb,
    made_on_a_mac,
    nested,
    workbook,
    zipped,
)
from tests.reports.importing import Imports, errors_of, fingerprint, leftovers, sql, video
from tests.reports.reading import table, video_id

COLUMNS = "video_id,video_title,views"
BASE = table([COLUMNS.split(","), *([video_id(n), f"Title {n}", n] for n in range(5))])
GOOD = table([COLUMNS.split(","), [video_id(1), "New title", 7], [video_id(9), "Ninth", 9]])


@pytest.fixture(scope="module")
def filled(shared_imports: Imports) -> Imports:
    """A catalogue that already has something to lose."""
    assert shared_imports.run(BASE, "base-2020-01-01.csv").status == "completed"
    return shared_imports


WIDE = "video_id," + ",".join(f"column_{n}" for n in range(9_999)) + "\n"
FAILING: dict[str, tuple[bytes | str, str]] = {
    "png": (PNG, "The file is a PNG image, not a CSV report."),
    "html": (ERROR_PAGE, "The file is an HTML page, perhaps an error page, not a CSV report."),
    "xlsx": (workbook(), "The file is an Excel workbook (XLSX); save it as CSV UTF-8."),
    "empty": (b"", "The file is empty."),
    "empty gzip": (gzip.compress(b""), "The file is empty."),
    "no video_id": (
        "Title,views,Channel\nx,1,y\n",
        "The required column video_id is missing. Found: Title, views, Channel",
    ),
    "utf-16": (GOOD.encode("utf-16"), "The file is UTF-16, not UTF-8 (byte offset 0)"),
    "latin-1": (
        "video_id,video_title\nvid-0000001,Überall\n".encode("latin-1"),
        "The file is not UTF-8: byte 0xdc at byte offset 33 cannot be read; save it as CSV UTF-8.",
    ),
    "invalid bytes": (
        GOOD.encode() + b"vid-0000003,\xff\xfe,1\n",
        f"byte 0xff at byte offset {len(GOOD) + 12} ",
    ),
    "invalid bytes far into the file": (
        GOOD.encode() + b"vid-0000003,x,1\n" * 200_000 + b"\x80",
        f"byte 0x80 at byte offset {len(GOOD) + 3_200_000:,} ",
    ),
    "truncated gzip": (
        gzip.compress(GOOD.encode() * 9)[:-12],
        "The gzip file is truncated: it ends in the middle of its data.",
    ),
    "four times gzip": (nested(GOOD.encode(), 4), "The file is compressed more than 3 times over."),
    "two files in a zip": (
        zipped({"a.csv": GOOD.encode(), "b.csv": GOOD.encode()}),
        "The zip archive holds several files (a.csv, b.csv); upload each report on its own.",
    ),
    "one line of 100 MB": (
        gzip.compress(GOOD.encode() + b"x" * 100_000_000, 1),
        "Line 4 is longer than 1,000,000 characters.",
    ),
    "one line of 100 MB and nothing else": (
        gzip.compress(b"x" * 100_000_000, 1),
        "Line 1 is longer than 1,000,000 characters.",
    ),
    "10,000 columns": (WIDE, "The header has 10,000 columns; a report has at most 500."),
    "10,000 other columns": (WIDE[9:], "The first line has 9,999 columns and none of them is"),
    "duplicate names": (
        "video_id,views,title,Views\n",
        "The header names views more than once.",
    ),
    "financial report": (
        "video_id,partner_revenue\n",
        "This is a monthly financial report; only video, claims and asset reports",
    ),
}


@pytest.mark.parametrize("case", FAILING)
def test_a_file_that_cannot_be_used_fails_as_a_whole(filled: Imports, case: str) -> None:
    content, says = FAILING[case]
    before = fingerprint()
    report = filled.run(content)
    assert (report.status, report.kind) == ("error", None)
    assert says in (report.error_message or "")
    assert fingerprint() == before
    assert leftovers() == []


def test_a_bomb_fails_before_it_has_grown(filled: Imports, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container, "RATIO_COUNTS_FROM", 256 * 1024)
    monkeypatch.setattr(container, "MOST_HOLLOW_BLOCKS", 2)
    monkeypatch.setattr(container, "BLOCK", 128 * 1024)
    before = fingerprint()
    report = filled.run(bomb(64), "bomb.csv")
    assert report.status == "error"
    assert "MB when it is decompressed, far more than a report" in (report.error_message or "")
    assert fingerprint() == before


def test_one_line_of_100_mb_does_not_fill_the_memory(filled: Imports) -> None:
    content, says = FAILING["one line of 100 MB"]
    filled.run(content)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert says in (filled.run(content).error_message or "")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak < 50_000


SOUND: dict[str, tuple[bytes, str]] = {
    "semicolons": (GOOD.replace(",", ";").encode(), "a.csv"),
    "tabs": (GOOD.replace(",", "\t").encode(), "a.csv"),
    "byte order mark": (b"\xef\xbb\xbf" + GOOD.encode(), "a.csv"),
    "junk line": (b"Report of Sample Owner\n" + GOOD.encode(), "a.csv"),
    "gz that is plain": (GOOD.encode(), "a.csv.gz"),
    "plain name that is gzip": (gzip.compress(GOOD.encode()), "a.csv"),
    "gzip in gzip": (nested(GOOD.encode(), 2), "a.csv.gz"),
    "several members": (
        gzip.compress(GOOD[:31].encode()) + gzip.compress(GOOD[31:].encode()),
        "a.csv.gz",
    ),
    "zip from a Mac": (made_on_a_mac(GOOD.encode()), "a.csv"),
    "lone carriage returns": (GOOD.replace("\r\n", "\r").encode(), "a.csv"),
    "no end of the last line": (GOOD.rstrip().encode(), "a.csv"),
    "names twice that nobody uses": (
        GOOD.replace("views\r\n", "views,x,x\r\n")
        .replace("7\r", "7,,\r")
        .replace("9\r\n", "9,,\r\n")
        .encode(),
        "a.csv",
    ),
}


@pytest.mark.parametrize("case", SOUND)
def test_a_file_that_only_looks_odd_goes_in(filled: Imports, case: str) -> None:
    sql("DELETE FROM video WHERE video_id = :id", id=video_id(9))
    content, name = SOUND[case]
    report = filled.run(content, name)
    assert (report.status, report.errors, report.total_rows) == ("completed", 0, 2)
    assert report.videos_created == 1
    assert video(video_id(9))["title"] == "Ninth"


def test_a_header_alone_completes_and_deletes_nothing(filled: Imports) -> None:
    before = fingerprint()
    report = filled.run(COLUMNS + "\n")
    assert (report.status, report.total_rows, report.percentage) == ("completed", 0, 100)
    assert fingerprint() == before


def test_a_quote_never_closed_costs_only_its_own_row(filled: Imports) -> None:
    lines = [f'{video_id(20)},"Twenty', f'{video_id(21)},"Twenty-one",1', f"{video_id(22)},x,2"]
    report = filled.run(COLUMNS + "\n" + "\n".join(lines))
    assert (report.status, report.total_rows, report.videos_created) == ("completed", 3, 2)
    assert errors_of(report) == [(2, None, "a quote is opened and never closed", lines[0])]


def test_headers_that_are_sql_are_understood(filled: Imports) -> None:
    header = 'video_id,claim_status,"REPLACE(video_title, "","", "" "")",claim_type\n'
    report = filled.run(f"{header}{video_id(30)},ACTIVE,A title,AUDIO\n")
    assert (report.status, report.kind, report.unknown_columns) == ("completed", "claims", [])
    assert video(video_id(30))["title"] == "A title"


def test_a_column_that_nobody_knows_is_listed(filled: Imports) -> None:
    report = filled.run(f"video_id,Mystery Score\n{video_id(1)},5\n")
    assert report.unknown_columns == ["Mystery Score"]


NUMBER, TOO_LARGE = "must be a whole number, 0 or more", "must not be larger than"
VIDEO_ID = "a video id has 11 characters: letters, digits, - and _"
ROWS: dict[str, tuple[list[object], str, str]] = {
    "negative": ([video_id(40), "x", -5], "views", NUMBER),
    "beyond 64 bits": ([video_id(40), "x", 2**63], "views", f"{TOO_LARGE} 9223372036854775807"),
    "no number": ([video_id(40), "x", "12,345"], "views", NUMBER),
    "no id": (["", "x", 1], "video_id", VIDEO_ID),
    "short id": (["vid-000001", "x", 1], "video_id", VIDEO_ID),
    "long id": (["vid-00000011", "x", 1], "video_id", VIDEO_ID),
    "wrong alphabet": (["vid-00000é1", "x", 1], "video_id", VIDEO_ID),
    "two ids in one cell": ([f"{video_id(1)}\n{video_id(2)}", "x", 1], "video_id", VIDEO_ID),
    "an address": (["https://youtu.be/vid-0000001", "x", 1], "video_id", VIDEO_ID),
}


@pytest.mark.parametrize("case", ROWS)
def test_a_row_that_cannot_be_used_is_rejected_alone(filled: Imports, case: str) -> None:
    row, column, rule = ROWS[case]
    sql("DELETE FROM video WHERE video_id = :id", id=video_id(41))
    report = filled.rows(COLUMNS, [video_id(1), "One", 1], row, [video_id(41), "y", 2**63 - 1])
    assert (report.status, report.total_rows, report.errors) == ("completed", 3, 1)
    bad = row[COLUMNS.split(",").index(column)]
    assert errors_of(report) == [(3, column, rule, str(bad) or None)]
    assert video(video_id(41))["counters"]["views"] == 2**63 - 1


def test_a_row_of_another_width_is_rejected_alone(filled: Imports) -> None:
    report = filled.rows(COLUMNS, [video_id(1), "a"], [video_id(2), "b", 1], [video_id(3), *"cde"])
    assert [(number, rule) for number, _, rule, _ in errors_of(report)] == [
        (2, "the row has 2 fields, the header 3"),
        (4, "the row has 4 fields, the header 3"),
    ]


@pytest.mark.parametrize("text", ["0000-00-00", "0000-01-01", "9999-12-31", "2019-02-31", "soon"])
def test_a_date_that_is_none_is_unknown(filled: Imports, text: str) -> None:
    filled.rows("video_id,time_published", [video_id(50), "2019-02-28"])
    report = filled.rows("video_id,time_published", [video_id(50), text])
    assert (report.status, report.errors, report.values_dropped) == ("completed", 0, 1)
    assert video(video_id(50))["time_published"].startswith("2019-02-28")


def test_nul_bytes_are_taken_out(filled: Imports) -> None:
    report = filled.run(f"{COLUMNS}\n{video_id(51)},a\0b,1\n\0{video_id(52)},c,2\0\n")
    assert (report.status, report.errors, report.videos_created) == ("completed", 0, 2)
    assert video(video_id(51))["title"] == "ab"


def test_texts_that_are_too_long_are_cut_and_counted(filled: Imports) -> None:
    columns = (
        "video_id,title,channel_display_name,channel_id,video_privacy_status,claim_id,category"
    )
    report = filled.rows(columns, [video_id(53), *("é" * 5000 for _ in range(6))])
    assert (report.status, report.error_message, report.values_cut) == ("completed", None, 6)
    assert video(video_id(53))["title"] == "é" * 500


HOSTILE = [
    "Robert'); DROP TABLE video;--",
    '=HYPERLINK("http://x")',
    "<script>alert(1)</script>",
    r"\N",
    r"\.",
    "a\\b\tc\nd\re",
    "{1,2}",
    "NULL",
    "🎵 \u202eabc \u2028 \x1b[31m",
    ":views %(x)s %s",
    "\x7f\x01",
]


def test_hostile_texts_are_only_texts(filled: Imports) -> None:
    rows = [[video_id(60 + n), text, 1] for n, text in enumerate(HOSTILE)]
    report = filled.rows(COLUMNS, *rows)
    assert (report.status, report.errors) == ("completed", 0)
    assert [video(video_id(60 + n))["title"] for n in range(len(HOSTILE))] == HOSTILE


def test_a_file_deleted_before_its_turn(filled: Imports) -> None:
    key = filled.put("soon-gone.csv", GOOD.encode())
    with unit_of_work() as session:
        (report,) = process_reports(session, filled.store, [key])
    filled.store.delete(key)
    before = fingerprint()
    ended = filled.go_on(report.id)
    assert ended.status == "error"
    assert ended.error_message == "There is no file 'reports/soon-gone.csv' in the store."
    assert fingerprint() == before


@pytest.mark.parametrize("key", ["reports/../secret.csv", "other/a.csv", "reports/a\nb.csv"])
def test_a_key_that_leads_elsewhere_is_not_queued(filled: Imports, key: str) -> None:
    good = filled.put("good.csv", GOOD.encode())
    waiting = sql("SELECT count(*) FROM procrastinate_jobs")
    with (
        pytest.raises(ValidationError, match=r"^Nothing was queued: ") as caught,
        unit_of_work() as s,
    ):
        process_reports(s, filled.store, [good, key])
    assert list(caught.value.details["refused"]) == [key]
    assert sql("SELECT count(*) FROM procrastinate_jobs") == waiting
    assert sql("SELECT count(*) FROM report WHERE filename = :key", key=good) == 0


def test_the_store_cannot_be_reached(filled: Imports, tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    settings = Settings(
        _env_file=None,
        aws_access_key_id="key",
        aws_secret_access_key="hidden",
        aws_region="us-east-1",
        aws_endpoint_url=f"http://127.0.0.1:{port}",
    )
    away = Imports(tmp_path, open_store("s3://bucket/reports", settings))
    before, started = fingerprint(), time.monotonic()
    report = away.import_key("reports/a.csv")
    assert report.status == "error"
    assert report.error_message == (
        "S3 cannot serve 'reports/a.csv' in the bucket 'bucket': it cannot be reached."
    )
    assert time.monotonic() - started < 15
    assert fingerprint() == before
