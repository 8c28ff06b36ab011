"""What is staged of a row: cells in their form, what follows from them, and what is rejected."""

from __future__ import annotations

import io

import pytest

from catalogtool.sandbox.quirks import Quirk
from catalogtool.sandbox.report_columns import LAYOUTS
from catalogtool.sandbox.reports import Kind, write_report
from tests.reports.reading import read, staged, table, video_id

# An asset report has neither ids of one form nor numbers that are used.
VERSIONS: list[tuple[Kind, str]] = [
    (kind, version) for kind in ("video", "claims") for version in LAYOUTS[kind]
]
RULES = {
    Quirk.MISSING_ID: ("has 11 characters", "has 1 to 50 characters"),
    Quirk.MALFORMED_ID: ("has 11 characters", "has 1 to 50 characters"),
    Quirk.WRONG_FIELD_COUNT: ("fields, the header",),
    Quirk.NOT_A_NUMBER: ("must be a whole number", "must not be larger"),
}


@pytest.mark.parametrize(("kind", "version"), VERSIONS)
def test_exactly_the_spoiled_rows_are_rejected_and_for_their_reason(
    kind: Kind, version: str
) -> None:
    stream = io.BytesIO()
    summary = write_report(stream, 3000, seed=5, kind=kind, version=version, dirty=True)
    found = read(stream.getvalue())
    # The line of junk and the header are rows 1 and 2 of the file.
    wanted = {rejection.row + 2: rejection.quirk for rejection in summary.rejections}
    assert found.rejected == sorted(wanted)
    for error in found.errors:
        assert any(rule in error.rule for rule in RULES[wanted[error.row]]), error
    assert len(found.staged) == summary.usable_rows
    assert found.cut == summary.quirks[Quirk.LONG_TITLE]
    assert set(summary.extra_columns) == set(found.header.unknown)


def row_of(header: str, *cells: object) -> dict[str, str]:
    (row,) = staged(table([header.split(","), cells]))
    return row


@pytest.mark.parametrize(
    ("claim", "flag", "expected"),
    [("C1", "", "claimed"), ("", "yes", "claimed"), ("", "0", "unclaimed"), ("", "", None)],
)
def test_a_video_report_says_whether_a_video_is_claimed(
    claim: str, flag: str, expected: str | None
) -> None:
    row = row_of("video_id,claim_id,claimed_by_this_owner", video_id(1), claim, flag)
    assert row.get("claimed_status") == expected


@pytest.mark.parametrize(
    ("status", "detail", "expected"),
    [
        ("ACTIVE", "", "claimed"),
        ("pending", "", "pending"),
        ("Inactive", "CLOSED_MANUALLY", "unclaimed"),
        ("ACTIVE", "DISPUTE_PENDING", "dispute"),
        ("ACTIVE", "appealed", "appeal"),
        ("", "", None),
        ("SOMETHING NEW", "", None),
    ],
)
def test_a_claims_report_says_what_state_a_claim_is_in(
    status: str, detail: str, expected: str | None
) -> None:
    row = row_of(
        "video_id,claim_type,claim_status,claim_status_detail", video_id(1), "A", status, detail
    )
    assert row.get("claimed_status") == expected


@pytest.mark.parametrize(("owners", "expected"), [("Some Label", "Yes"), ("", "No")])
def test_other_owners_tell_of_a_claim_where_no_column_does(owners: str, expected: str) -> None:
    row = row_of("video_id,other_owners_claiming", video_id(1), owners)
    assert row["claimed_by_another_owner"] == expected
    row = row_of("video_id,other_owners_claiming,claimed_by_another_owner", video_id(1), owners, "")
    assert "claimed_by_another_owner" not in row


@pytest.mark.parametrize("text", ["Yes", "yes", "TRUE", "1", "y"])
def test_yes_has_many_spellings(text: str) -> None:
    assert row_of("video_id,embedding_allowed", video_id(1), text)["embedding_allowed"] == "Yes"


def test_codes_lose_their_dashes_and_a_channel_gets_its_prefix() -> None:
    row = row_of("video_id,channel_id,isrc", video_id(1), "x" * 22, "us-rc1-76-07839")
    assert (row["channel_id"], row["isrc"]) == ("UC" + "x" * 22, "USRC17607839")


def test_what_is_cut_or_dropped_is_counted() -> None:
    header = ["video_id", "title", "isrc", "time_published", "category", "video_privacy_status"]
    cells = [video_id(1), "t" * 501, "not an isrc", "0000-00-00", "c" * 101, "p" * 21]
    found = read(table([header, cells]))
    assert (found.cut, found.dropped, found.errors) == (3, 2, [])
    (row,) = staged(table([header, cells]))
    assert (len(row["title"]), len(row["category"]), len(row["privacy_status"])) == (500, 100, 20)
