"""Rows: what csv writes is read back, and one bad row costs no other."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogtool.reports import rows as rows_module
from catalogtool.reports.lines import MOST_LINES, text_blocks
from catalogtool.reports.rows import LONGEST_FIELD, TOO_LONG, UNCLOSED, Batch, RowReader
from tests.reports.reading import Read, read, read_parts, table, video_id

HEADER = ["video_id", "video_title", "views"]
HEAD = "video_id,video_title,views\r\n"

anything = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
hostile = st.text(st.sampled_from('",;\t|\r\n a\\é'), max_size=8)
rows_of_texts = st.lists(st.tuples(*[anything | hostile] * 3).map(list), max_size=8)
dialects = st.fixed_dictionaries(
    {
        "delimiter": st.sampled_from(",;\t|"),
        "lineterminator": st.sampled_from(["\r\n", "\n"]),
        "quoting": st.just(csv.QUOTE_ALL),
    }
) | st.fixed_dictionaries({"delimiter": st.sampled_from(",;\t|")})


def summary(found: Read) -> list[object]:
    """All that must not depend on how a file arrives."""
    return [found.rows, found.numbers, found.errors, found.staged, found.cleaned]


def cut(content: bytes, places: list[int]) -> Iterator[bytes]:
    borders = sorted({0, *(place % (len(content) + 1) for place in places), len(content)})
    return (content[start:end] for start, end in pairwise(borders))


@given(rows_of_texts, dialects)
def test_what_csv_writes_is_read_back(rows: list[list[str]], dialect: dict[str, Any]) -> None:
    found = read(table([HEADER, *rows], **dialect))
    assert found.rows == rows
    assert found.numbers == list(range(2, len(rows) + 2))


@given(
    st.lists(
        st.one_of(
            st.tuples(anything, hostile, anything).map(lambda row: table([row])),
            st.sampled_from(['x,"open,1\r\n', "\r\n", "x,y\n", '\0,"a\0\nb",2\n', 'q,12" s,"u\n']),
            hostile,
        ),
        max_size=10,
    ),
    st.lists(st.integers(0, 500), max_size=12),
)
def test_borders_of_blocks_do_not_matter(lines: list[str], places: list[int]) -> None:
    content = (HEAD + "".join(lines)).encode()
    at_once = read_parts([content])
    assert summary(read_parts(cut(content, places))) == summary(at_once)
    assert summary(read_parts(content[i : i + 1] for i in range(len(content)))) == summary(at_once)


# Between letters, so that the file cannot be read in two ways.
titles = st.tuples(st.sampled_from("abc"), hostile, st.sampled_from("abc")).map("".join)
OPEN = "open"


@given(st.lists(titles | st.just(OPEN), max_size=10), st.lists(st.integers(0, 900), max_size=5))
def test_a_quote_never_closed_loses_only_its_own_row(found: list[str], places: list[int]) -> None:
    lines = [
        f'{video_id(n)},"never closed,{n}\r\n'
        if title is OPEN
        else table([[video_id(n), title, n]])
        for n, title in enumerate(found)
    ]
    read_back = read_parts(cut((HEAD + "".join(lines)).encode(), places))
    sound = [(n, title) for n, title in enumerate(found) if title is not OPEN]
    assert read_back.rows == [[video_id(n), title, str(n)] for n, title in sound]
    assert read_back.numbers == [n + 2 for n, _ in sound]
    assert {e.rule for e in read_back.errors} <= {UNCLOSED}
    assert len(read_back.errors) == found.count(OPEN)


def test_a_quote_that_the_next_title_closes_is_found() -> None:
    """The record that results has the right width, and two videos would vanish in it."""
    lines = [f'{video_id(1)},"open,1', f"{video_id(2)},plain,2", f'{video_id(3)},"quoted",3']
    found = read(HEAD + "\n".join(lines))
    assert [row[0] for row in found.rows] == [video_id(2), video_id(3)]
    assert [(e.row, e.rule, e.value) for e in found.errors] == [(2, UNCLOSED, lines[0])]


def test_a_title_over_several_lines_with_odd_quotes_stays_one_row() -> None:
    found = read(f'{HEAD}{video_id(1)},"one\nand "two" of it",5\n{video_id(2)},x,6\n')
    assert [row[0] for row in found.rows] == [video_id(1), video_id(2)]
    assert found.errors == []


def test_a_wrong_width_is_told_with_the_number_of_the_row() -> None:
    found = read(f'{HEAD}{video_id(1)},"a\nb",1,surplus\n{video_id(2)},a\n{video_id(3)},a,1\n')
    assert found.numbers == [4]
    assert [(e.row, e.rule) for e in found.errors] == [
        (2, "the row has 4 fields, the header 3"),
        (3, "the row has 2 fields, the header 3"),
    ]


@pytest.mark.parametrize("quote", ["", '"'])
def test_a_field_beyond_all_measure_is_told_as_such(quote: str) -> None:
    long = quote + "x" * (LONGEST_FIELD + 1) + quote
    found = read(f"{HEAD}{video_id(1)},{long},1\n{video_id(2)},y,2\n")
    assert [(e.row, e.rule) for e in found.errors] == [(2, TOO_LONG)]
    assert [row[0] for row in found.rows] == [video_id(2)]


def test_nul_bytes_are_taken_out_and_counted() -> None:
    found = read(f"{HEAD}{video_id(1)},a\0b\0c,1\n{video_id(2)},x,2\n\0{video_id(3)},y,3\n")
    assert [row[:2] for row in found.rows] == [
        [video_id(1), "abc"],
        [video_id(2), "x"],
        [video_id(3), "y"],
    ]
    assert found.cleaned == 2


def test_a_last_line_without_an_end_counts() -> None:
    assert read(f"{HEAD}{video_id(1)},a,1").numbers == [2]


@pytest.mark.parametrize("line", ["a\n", '"\n', "x,y,z\n"])
def test_very_short_rows_come_in_batches_that_memory_has_room_for(line: str) -> None:
    content = (HEAD + line * 200_000).encode()
    reader = RowReader(text_blocks(iter([content])))
    assert max(batch.seen for batch in reader.batches()) <= MOST_LINES


@pytest.mark.parametrize("line", ['x"y,"z\n', ',"""', 'a,"b""\n'])
def test_a_record_that_never_ends_is_given_up_line_by_line(
    line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of its fields is short; only the record as a whole grows and grows."""
    monkeypatch.setattr(rows_module, "LONGEST_RECORD", 2_000)
    seen: list[int] = []
    give_up = RowReader._give_up_first

    def watched(self: RowReader, batch: Batch, used: list[str], ahead: deque[str]) -> None:
        seen.append(sum(map(len, used)))
        give_up(self, batch, used, ahead)

    monkeypatch.setattr(RowReader, "_give_up_first", watched)
    found = read(HEAD + line * 3000)
    assert len(found.rows) + len(found.errors) <= 3000
    assert max(seen, default=0) <= 2_100
