"""Wrappers: told by what is in a file, whatever it is called."""

from __future__ import annotations

import bz2
import gzip
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogtool.core.errors import FileProcessingError
from catalogtool.reports import container
from catalogtool.reports.container import blocks
from tests.reports.archives import (
    ERROR_PAGE,
    PNG,
    REPORT,
    bomb,
    made_on_a_mac,
    nested,
    workbook,
    zipped,
)


class Dripping(io.RawIOBase):
    """A stream that gives as little as it pleases, as a network may."""

    def __init__(self, content: bytes, size: int):
        self._stream, self._size = io.BytesIO(content), size

    def read(self, size: int = -1, /) -> bytes:
        return self._stream.read(min(size, self._size))


def unwrapped(content: bytes, size: int = 1 << 20) -> bytes:
    return b"".join(blocks(Dripping(content, size)))


def refusal(content: bytes) -> str:
    with pytest.raises(FileProcessingError) as caught:
        unwrapped(content)
    return caught.value.message


@pytest.mark.parametrize("size", [1, 7, 1 << 20])
@pytest.mark.parametrize(
    "content",
    [
        REPORT,
        gzip.compress(REPORT),
        nested(REPORT, 2),
        nested(REPORT, 3),
        gzip.compress(REPORT[:9]) + gzip.compress(b"") + gzip.compress(REPORT[9:]),
        zipped({"report.csv": REPORT}),
        gzip.compress(zipped({"report.csv": REPORT})),
        zipped({"report.csv.gz": gzip.compress(REPORT)}),
        made_on_a_mac(),
    ],
    ids=["plain", "gzip", "twice", "thrice", "members", "zip", "zip.gz", "gz.zip", "mac"],
)
def test_a_report_comes_out_of_any_wrapper(content: bytes, size: int) -> None:
    assert unwrapped(content, size) == REPORT


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "The file is empty."),
        (gzip.compress(b""), "The file is empty."),
        (PNG, "a PNG image, not a CSV"),
        (b"%PDF-1.7\n", "a PDF document"),
        (bz2.compress(REPORT), "bzip2"),
        (ERROR_PAGE, "an HTML page, perhaps an error page"),
        (b"\xef\xbb\xbf<html><body>Sign in</body></html>", "an HTML page"),
        (b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>", "XML"),
        (b'{"error": "expired"}', "JSON"),
        (workbook(), "Excel workbook (XLSX); save it as CSV"),
        (zipped({"xl/workbook.xml": b"x"}), "Excel workbook (XLSX)"),
        (zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}), "OpenDocument"),
        (zipped({}), "an empty zip archive"),
        (zipped({"__MACOSX/a": b"x"}), "The zip archive holds no file"),
        (zipped({"a.csv": REPORT, "b.csv": REPORT}), "several files (a.csv, b.csv)"),
        (nested(REPORT, 4), "compressed more than 3 times over"),
        (gzip.compress(REPORT * 99)[:-9], "truncated"),
        (zipped({"a.csv": REPORT * 99})[:60], "truncated or corrupt"),
        (gzip.compress(REPORT) + b"and then something else", "corrupt"),
    ],
    # A compressed file has the time in it, and all processes must give a test the same name.
    ids=lambda given: given if isinstance(given, str) else "file",
)
def test_what_is_no_report_is_called_by_its_name(content: bytes, says: str) -> None:
    assert says in refusal(content)


@given(st.integers(10, 400), st.integers(1, 255))
def test_a_damaged_gzip_never_passes_for_whole(place: int, bits: int) -> None:
    content = bytearray(
        gzip.compress(b"".join(b"%d,%x\n" % (n, n**5) for n in range(200)), mtime=0)
    )
    content[place % (len(content) - 10) + 10] ^= bits
    assert "gzip" in refusal(bytes(content))


def test_a_bomb_is_refused_before_it_has_grown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container, "RATIO_COUNTS_FROM", 256 * 1024)
    monkeypatch.setattr(container, "MOST_HOLLOW_BLOCKS", 2)
    monkeypatch.setattr(container, "BLOCK", 128 * 1024)
    grown: list[bytes] = []
    with pytest.raises(FileProcessingError, match=r"grows to more than \d+ MB .* decompressed"):
        grown.extend(blocks(io.BytesIO(bomb(64))))
    assert sum(map(len, grown)) < 1024**2


def test_the_decompressed_size_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container, "LARGEST", 1024**2)
    assert "grows to more than" in refusal(gzip.compress(REPORT * 100_000))
    assert len(unwrapped(gzip.compress(REPORT * 10_000))) == len(REPORT) * 10_000


def test_repetition_alone_is_no_bomb(monkeypatch: pytest.MonkeyPatch) -> None:
    """A channel with thousands of nearly equal rows shrinks well, and is a report."""
    monkeypatch.setattr(container, "RATIO_COUNTS_FROM", 0)
    rows = b"".join(
        b"vid-%07d,The same title again and again,0,0,0,0,Yes\n" % n for n in range(99_999)
    )
    assert unwrapped(gzip.compress(rows)) == rows
