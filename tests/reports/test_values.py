"""Cells: whatever stands in them, PostgreSQL can read what comes out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlalchemy import text as sql

from catalogtool.catalog import codes
from catalogtool.catalog.merge.fields import Kind
from catalogtool.catalog.merge.staging import staged_columns
from catalogtool.reports import cells, values
from catalogtool.reports.cells import Outcome
from catalogtool.reports.header import read_header
from catalogtool.reports.layout import Layout
from catalogtool.reports.rows import Batch
from catalogtool.reports.values import Unusable
from tests.reports.reading import video_id

Reads = Callable[[str, str], None]
ESCAPE = re.compile(r"\\(.)", re.DOTALL)
ESCAPED = {"n": "\n", "t": "\t", "r": "\r"}

texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)
digits = st.integers(-(10**22), 10**22).map(str) | st.sampled_from(
    ["٣", "²", "1_000", "1.0", "1e3"]
)
dates = st.builds(
    "{}{}{}{}{}{}".format,
    st.integers(0, 99999) | st.sampled_from(["0000", "9999", "２０１８"]),
    st.sampled_from("-/"),
    st.integers(0, 99),
    st.sampled_from("-/"),
    st.integers(0, 99),
    st.sampled_from(["", "T00:00:00Z", " 23:59:60", "T24:00", "T10:00:00.123456+14:00", "\n"])
    | texts.map(lambda text: f"T{text}"),
) | st.datetimes().map(lambda moment: moment.isoformat())
durations = (
    st.from_regex(r"P[0-9YMWDTHS.,-]{0,20}", fullmatch=True)
    | st.from_regex(r"[0-9]{0,5}:[0-9]{0,3}(:[0-9]{0,3})?", fullmatch=True)
    | digits
)
cell = texts | digits | dates | durations
CONVERTERS: list[tuple[Callable[[str], str | None], str]] = [
    (values.video_id, "varchar(11)"),
    (values.asset_id, "varchar(50)"),
    (values.integer, "integer"),
    (values.bigint, "bigint"),
    (values.seconds, "integer"),
    (values.timestamp, "timestamptz"),
    (values.date, "date"),
    (values.flag, "varchar(3)"),
    (values.boolean, "boolean"),
    (codes.isrc, "varchar(12)"),
    (codes.upc, "varchar(20)"),
]


@pytest.fixture(scope="module")
def reads(shared_engine: Engine) -> Iterator[Reads]:
    """PostgreSQL's reading of a text as a type; it raises where there is none."""
    with shared_engine.connect() as connection:

        def read(text: str, type_: str) -> None:
            connection.scalar(sql(f"SELECT cast(cast(:t AS text) AS {type_})"), {"t": text})

        yield read


@pytest.mark.parametrize(("convert", "type_"), CONVERTERS)
@given(text=cell)
def test_a_cell_is_a_value_unknown_or_unusable_and_nothing_else(
    convert: Callable[[str], str | None],
    type_: str,
    reads: Reads,
    text: str,
) -> None:
    try:
        value = convert(text)
    except Unusable:
        return
    if value is not None:
        reads(value, type_)


@given(st.integers(0, 2**63 - 1))
def test_every_number_in_range_is_kept(number: int) -> None:
    assert values.bigint(f" {number} ") == str(number)


@given(st.integers(0, 10**7))
def test_the_spellings_of_a_length_agree(seconds: int) -> None:
    minutes, rest = divmod(seconds, 60)
    hours, over = divmod(minutes, 60)
    assert values.seconds(str(seconds)) == str(seconds)
    assert values.seconds(f"{hours}:{over:02}:{rest:02}") == str(seconds)
    assert values.seconds(f"PT{hours}H{over}M{rest}S") == str(seconds)


@given(st.dates(date(1990, 1, 1), date(2100, 12, 31)))
def test_the_spellings_of_a_day_agree(day: date) -> None:
    iso = str(day)
    assert values.date(iso) == values.date(iso.replace("-", "/")) == iso
    assert values.timestamp(iso) == f"{iso}T00:00:00+00:00"


@pytest.mark.parametrize(
    "text", ["0000-00-00", "0000-01-01", "9999-12-31", "2019-02-31", "2021/13/01", "yesterday", "-"]
)
def test_a_bad_date_is_unknown(text: str) -> None:
    assert values.timestamp(text) is None
    outcome = Outcome()
    assert list(cells.timestamps([text, ""], outcome)) == ["", ""]
    assert (outcome.dropped, outcome.unusable) == (1, {})


def test_a_time_zone_is_taken_into_account() -> None:
    assert values.timestamp("2020-01-01T00:30:00+02:00") == "2019-12-31T22:30:00+00:00"


@pytest.mark.parametrize("text", ["-1", "9223372036854775808", "1" * 400, "12,345", "1.5", "abc"])
def test_a_number_that_is_none_makes_the_row_unusable(text: str) -> None:
    with pytest.raises(Unusable, match=r"must (be a whole number|not be larger)"):
        values.bigint(text)


def test_long_garbage_is_not_kept_in_memory() -> None:
    """The dates of a hostile file are all different and long; only short texts are remembered."""
    values.timestamp("x" * 50_000)
    cached = values._timestamp.cache_info().currsize
    for number in range(100):
        values.timestamp(f"{number}" + "x" * 50_000)
    assert values._timestamp.cache_info().currsize == cached


# Two good values in one cell, which a look at the whole column may take for two cells.
NEARLY = [
    "vid-0000001\nvid-0000002",
    "2018-01-31\n2018-02-01",
    "USRC17607839\nUSRC17607839",
    "12345678\n12345678",
    "1\n2",
    "Yes\nNo",
    "\n",
    "x" * 3000,
    "İ" * 20,
]
HEADERS = {
    Kind.VIDEO: """video_id channel_id channel_display_name asset_id claim_id custom_id views
        engaged_views video_title video_length time_published comments isrc video_privacy_status
        claim_origin claimed_status claimed_by_this_owner other_owners_claiming effective_policy
        category upload_source embedding_allowed prerolls_enabled""",
    Kind.CLAIMS: """video_id channel_id asset_id claim_id custom_id views video_title
        video_duration_sec video_upload_date is_shorts_eligible claim_status claim_status_detail
        claim_type content_type claim_policy_block reference_video_id matching_duration
        claim_created_date asset_title artist record_label upc isrc asset_labels""",
    Kind.ASSET: """asset_id asset_type asset_title artist label upc isrc custom_id match_policy
        ownership""",
    Kind.EXPORT: """video_id updated_at administered channel_id channel_display_name title artist
        genre label upc isrc views video_length time_published is_short is_live_stream
        effective_policy category prerolls_enabled""",
}
COLUMNS = [(kind, name) for kind in Kind for name in HEADERS[kind].split()]


def converted(kind: Kind, broken: str, value: str) -> tuple[list[dict[str, str]], int]:
    """Three rows with one cell of this value: as they are staged, and how many cannot be."""
    names = HEADERS[kind].split()
    header = read_header([",".join(names) + "\n"])
    assert header.kind is kind
    keys = {"video_id": video_id(1), "asset_id": "A123"}
    rows = [[keys.get(name, "") for name in names] for _ in range(3)]
    rows[1][names.index(broken)] = value
    lines, errors = Layout(header).convert(Batch(rows, [2, 3, 4]))
    cells_of = [line.split("\t") for line in lines.decode().split("\n")[:-1]]
    plain = [[ESCAPE.sub(lambda m: ESCAPED.get(m[1], m[1]), cell) for cell in c] for c in cells_of]
    return [dict(zip(staged_columns(kind), row, strict=True)) for row in plain], len(errors)


def check_staged(kind: Kind, broken: str, value: str, reads: Reads) -> None:
    rows, rejected = converted(kind, broken, value)
    assert len(rows) + rejected == 3
    for row in rows:
        for name, type_ in staged_columns(kind).items():
            if type_.startswith("varchar"):
                assert len(row[name]) <= int(type_[8:-1]), name
            elif row[name] and type_ not in ("text", "text[]"):
                reads(row[name], type_)


@pytest.mark.parametrize(("kind", "column"), COLUMNS)
def test_no_value_can_break_the_staging(kind: Kind, column: str, reads: Reads) -> None:
    for value in NEARLY:
        check_staged(kind, column, value, reads)


@given(st.sampled_from(COLUMNS), cell)
def test_whatever_is_staged_fits_its_column(
    reads: Reads, place: tuple[Kind, str], value: str
) -> None:
    check_staged(*place, value, reads)
