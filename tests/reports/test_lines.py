"""Text: UTF-8 in any pieces, and for anything else the place where it stops being that."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogtool.core.errors import FileProcessingError
from catalogtool.reports.lines import LONGEST_LINE, text_blocks
from catalogtool.reports.rows import RowReader


def parts_of(content: bytes, places: list[int]) -> Iterator[bytes]:
    borders = sorted({0, *(place % (len(content) + 1) for place in places), len(content)})
    return (content[start:end] for start, end in pairwise(borders))


@given(st.text(st.characters(exclude_categories=["Cs"])), st.lists(st.integers(0, 400)))
def test_a_text_in_pieces_is_the_same_text(text: str, places: list[int]) -> None:
    found = list(text_blocks(parts_of(text.encode(), places)))
    assert "".join(found) == text.removeprefix("\ufeff")
    assert all(block.endswith(("\n", "\r")) for block in found[:-1])


@given(st.binary(), st.lists(st.integers(0, 400)))
def test_the_place_of_a_wrong_byte_is_that_of_the_whole_file(
    tail: bytes, places: list[int]
) -> None:
    content = "video_id,tïtle\n".encode() + tail
    wrong = wrong_byte(content)
    if wrong is None:
        assert "".join(text_blocks(parts_of(content, places))) == content.decode()
        return
    with pytest.raises(FileProcessingError) as caught:
        list(text_blocks(parts_of(content, places)))
    assert caught.value.details == {"rule": "UTF-8", "byte_offset": wrong}
    assert f"byte offset {wrong:,}" in caught.value.message
    assert f"0x{content[wrong]:02x}" in caught.value.message


def wrong_byte(content: bytes) -> int | None:
    """Where the text stops being UTF-8."""
    try:
        content.decode()
    except UnicodeDecodeError as error:
        return error.start
    return None


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le"])
def test_other_unicode_is_called_by_its_name(encoding: str) -> None:
    with pytest.raises(FileProcessingError, match=f"is {encoding[:6].upper()}, not UTF-8"):
        list(text_blocks(iter(["video_id,title\n".encode(encoding)])))


def test_a_line_that_would_fill_the_memory_is_refused_early() -> None:
    read = 0

    def endless() -> Iterator[bytes]:
        nonlocal read
        yield b"video_id,title\nvid-0000001,"
        while True:
            read += 65536
            yield b"x" * 65536

    with pytest.raises(FileProcessingError, match="Line 2 is longer than 1,000,000 characters"):
        list(text_blocks(endless()))
    assert read < LONGEST_LINE + 2 * 65536


def test_a_text_with_lone_carriage_returns_is_read() -> None:
    """The line ends of old Macs; they hold no line feed at all."""
    content = b"video_id,video_title\r" + b"".join(b"vid-%07d,a\r" % n for n in range(80_000))
    parts = (content[start : start + 50_000] for start in range(0, len(content), 50_000))
    reader = RowReader(text_blocks(parts))
    assert sum(len(batch.rows) for batch in reader.batches()) == 80_000
