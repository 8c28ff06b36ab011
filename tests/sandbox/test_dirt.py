"""The summary of a spoiled report tells exactly what is in it."""

import re
from collections import Counter

import pytest

from catalogtool.sandbox.dirt import EXTRA_COLUMNS, JUNK_LINE, DirtSummary
from catalogtool.sandbox.quirks import OVERLONG, PER_THOUSAND, REJECTING, Quirk
from catalogtool.sandbox.report_columns import LAYOUTS
from tests.sandbox.written import read_dirty, records_of, report_bytes

NUMBER = re.compile(r"\d{1,18}")
VIDEO_ID = re.compile(r"[A-Za-z0-9_-]{11}")
ASSET_ID = re.compile(r"A\d{16}")
VERSIONS = [(kind, version) for kind, versions in LAYOUTS.items() for version in versions]


def why_rejected(kind: str, version: str, header: list[str], record: list[str]) -> set[Quirk]:
    """Every cause that a strict reader finds in a record."""
    if len(record) != len(header):
        return {Quirk.WRONG_FIELD_COUNT}
    facts = LAYOUTS[kind][version]
    names = [*facts.names[:3], "", *facts.names[3:], ""]
    row = dict(zip(names, record, strict=True))
    key, pattern, views = row.get("video_id"), VIDEO_ID, row.get("views")
    if kind == "asset":
        key, pattern, views = row["asset_id"], ASSET_ID, row["approx_daily_views"]
    causes = set()
    if not key or not key.strip():
        causes.add(Quirk.MISSING_ID)
    elif not pattern.fullmatch(key):
        causes.add(Quirk.MALFORMED_ID)
    if views is not None and not NUMBER.fullmatch(views):
        causes.add(Quirk.NOT_A_NUMBER)
    return causes


@pytest.mark.parametrize(("kind", "version"), VERSIONS)
def test_every_rejection_is_listed_with_its_only_cause(kind: str, version: str) -> None:
    header, records, summary = read_dirty(4000, kind=kind, version=version)
    found = []
    for number, record in enumerate(records, start=1):
        causes = why_rejected(kind, version, header, record)
        assert len(causes) <= 1
        found += [(number, cause) for cause in causes]
    assert found == [(rejection.row, rejection.quirk) for rejection in summary.rejections]
    assert summary.rejected_rows == len(found) == 4 * 4 * 5
    assert summary.usable_rows == 4000 - len(found)


@pytest.mark.parametrize("rows", [0, 1, 2, 999, 5000, 9001])
def test_row_count_is_exact_duplicates_included(rows: int) -> None:
    _, records, summary = read_dirty(rows, seed=1)
    assert len(records) == summary.rows == rows


def test_distinct_ids_are_those_of_the_usable_rows() -> None:
    header, records, summary = read_dirty(9000, seed=2)
    good = [row for row in records if not why_rejected("video", "a4", header, row)]
    assert len({row[0] for row in good}) == summary.distinct_ids


def test_file_has_its_mark_its_junk_line_and_columns_nobody_knows() -> None:
    content = report_bytes(10, dirty=True)
    assert content.startswith(b"\xef\xbb\xbf")
    junk, header, *_ = records_of(content)
    assert junk == [JUNK_LINE]
    assert set(EXTRA_COLUMNS) <= set(header)
    assert set(LAYOUTS["video"]["a4"].header) <= set(header)


def test_claims_report_has_sql_for_headers() -> None:
    header, _, summary = read_dirty(10, kind="claims")
    assert summary.sql_headers
    assert 'REPLACE(video_title, ",", " ")' in header
    assert 'REPLACE(channel_display_name, ",", " ")' in header
    assert "video_title" not in header


def count_quirks(header: list[str], records: list[list[str]]) -> Counter[Quirk]:
    """What a reader sees of the quirks that leave a row usable."""
    seen: Counter[Quirk] = Counter()
    rows = [dict(zip(header, r, strict=True)) for r in records if len(r) == len(header)]
    for row in rows:
        title, length, date = row["video_title"], row["video_length"], row["time_published"]
        seen[Quirk.LONG_TITLE] += len(title) == OVERLONG
        seen[Quirk.NUL_BYTE] += "\0" in title
        seen[Quirk.CLOCK_DURATION] += bool(re.fullmatch(r"\d+:\d\d:\d\d", length))
        seen[Quirk.ISO_DURATION] += length.startswith("PT")
        seen[Quirk.CHANNEL_WITHOUT_UC] += len(row["channel_id"]) == 22
        seen[Quirk.EMPTY_CELLS] += row["category"] == "" and row["embedding_allowed"] == ""
        seen[Quirk.FLAG_SPELLING] += row["embedding_allowed"] not in ("Yes", "No", "")
        odd = re.match(r'A "live" cut \d|Quoted then not \d|12" single \d', title)
        seen[Quirk.ODD_QUOTING] += odd is not None
        sound = re.fullmatch(r"20[12]\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", date)
        respelled = re.fullmatch(r"20[12]\d([-/])\d\d\1\d\d", date)
        bad = date in ("2019-02-31", "2021/13/01") or not (sound or respelled)
        seen[Quirk.BAD_DATE] += bad
        seen[Quirk.DATE_SPELLING] += not bad and not sound
    copies = Counter(tuple(record) for record in records)
    seen[Quirk.DUPLICATE] = sum(number - 1 for number in copies.values())
    return seen


def test_summary_counts_what_is_there() -> None:
    header, records, summary = read_dirty(6000, seed=9)
    expected = {quirk: 6 * number for quirk, number in PER_THOUSAND.items()}
    assert summary.quirks == expected
    seen = count_quirks(header, records)
    assert seen == {quirk: expected[quirk] for quirk in seen}
    assert set(seen) | REJECTING == set(Quirk)


def test_reports_without_a_place_for_a_quirk_leave_it_out() -> None:
    _, _, summary = read_dirty(1000, kind="asset", version="non-music")
    assert Quirk.LONG_TITLE not in summary.quirks
    assert Quirk.CLOCK_DURATION not in summary.quirks
    assert summary.quirks[Quirk.NOT_A_NUMBER] == PER_THOUSAND[Quirk.NOT_A_NUMBER]


def test_clean_report_says_that_nothing_is_wrong() -> None:
    assert DirtSummary().rejected_rows == 0
    assert DirtSummary(rows=3).as_dict()["quirks"] == {}
