"""Headers: every spelling that reports have had, and clear words for those that are none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogtool.catalog.merge.fields import Kind
from catalogtool.core.errors import FileProcessingError
from catalogtool.reports.columns import ALIASES, normalise
from catalogtool.reports.header import read_header
from catalogtool.sandbox.report_columns import LAYOUTS


def refusal(*lines: str) -> FileProcessingError:
    with pytest.raises(FileProcessingError) as caught:
        read_header(lines)
    return caught.value


@pytest.mark.parametrize(
    ("kind", "version"), [(kind, version) for kind in LAYOUTS for version in LAYOUTS[kind]]
)
def test_every_version_of_every_report_is_told_by_its_header(kind: str, version: str) -> None:
    header = read_header([",".join(LAYOUTS[kind][version].header) + "\n"])
    assert header.kind is Kind(kind)
    assert header.unknown == ()


@given(st.permutations(LAYOUTS["claims"]["a3"].header), st.sampled_from(",;\t|"))
def test_order_and_delimiter_do_not_matter(names: list[str], delimiter: str) -> None:
    header = read_header([delimiter.join(names) + "\r\n"])
    assert (header.kind, header.delimiter) == (Kind.CLAIMS, delimiter)
    for column, place in header.columns.items():
        assert names[place] in ALIASES[Kind.CLAIMS][column]


@pytest.mark.parametrize(
    "text", ["Video ID", "VIDEO_ID", " video-id ", "video  id:", "REPLACE(video_id, ',', ' ')"]
)
def test_spelling_does_not_matter(text: str) -> None:
    assert normalise(text) == "video_id"


@pytest.mark.parametrize("junk", ["Report for Sample Owner", "sep=,", "", '"a, b"', "x" * 300_000])
def test_one_line_of_junk_is_passed_over(junk: str) -> None:
    header = read_header([f"{junk}\n", "video_id,video_title\n"])
    assert (header.lines, header.columns["video_id"]) == (2, 0)


def test_what_nobody_knows_is_listed_as_it_is_written() -> None:
    header = read_header(["video_id,Mystery Score,,title\n"])
    assert header.unknown == ("Mystery Score", "")


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (["title,views\n"], "video_id is missing. Found: title, views"),
        (["Owner: Sample\n", "title;views\n"], "video_id is missing. Found: title, views"),
        (["a,b\n", "1,2,3\n"], "video_id is missing. Found: a, b"),
        ([], "video_id is missing. Found: nothing"),
        ([",".join(f"c{n}" for n in range(10_000))], "The first line has 10,000 columns"),
        (["video_id," + ",".join(f"c{n}" for n in range(9_999))], "has 10,000 columns; a report"),
        (["video_id,Video ID,title\n"], "names video_id more than once"),
        (["video_id,views,title,Views\n"], "names views more than once"),
        (["video_id,Partner Revenue\n"], "monthly financial report"),
        (["x" * 300_000 + "\n"], "video_id is missing"),
        (["x" * 300_000 + "\n", '"' + "y" * 300_000 + "\n"], "video_id is missing"),
    ],
)
def test_what_is_no_header_is_refused_in_clear_words(lines: list[str], says: str) -> None:
    error = refusal(*lines)
    assert says in error.message
    assert len(error.message) < 10_000


def test_a_name_twice_that_nobody_uses_does_no_harm() -> None:
    assert read_header(["video_id,notes,notes,x,x\n"]).width == 5


def test_two_names_of_one_thing_are_ranked() -> None:
    header = read_header(["video_id,title,video_title\n"])
    assert header.columns["title"] == 2


def test_a_header_over_two_lines_is_one_header() -> None:
    header = read_header(['video_id,"a column\n', 'with a break",title\n', "vid-0000001,x,y\n"])
    assert (header.lines, header.width, header.columns["title"]) == (2, 3, 2)
