"""What a file is wrapped in, told by its first bytes and never by its name."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from typing import Protocol

from isal import igzip, isal_zlib
from stream_unzip import UnzipError, stream_unzip

from catalogtool.core.errors import FileProcessingError

BLOCK = 2 * 1024 * 1024
DEEPEST = 3
# A report of ten million videos is about 10 GB; real ones shrink to a tenth at best.
LARGEST = 64 * 1024**3
# Deflate at its fastest reaches about 210 with one character over and over, 150 with one row.
HIGHEST_RATIO = 180
RATIO_COUNTS_FROM = 64 * 1024**2
MOST_HOLLOW_BLOCKS = 16

_SIGNATURES = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF", "a PDF document"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook; save it as CSV"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format 3", "an SQLite database"),
    (b"PK\x05\x06", "an empty zip archive"),
)


class Readable(Protocol):
    """All that is asked of a file."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end."""
        ...


def blocks(stream: Readable) -> Iterator[bytes]:
    """The file's text as blocks of bytes, unwrapped however deep it is wrapped.

    Raises FileProcessingError for what is no text, is truncated, corrupt or far too large.
    """
    source = iter(lambda: stream.read(BLOCK), b"")
    for _ in range(DEEPEST + 1):
        first, source = _peek(source)
        if first.startswith(b"\x1f\x8b"):
            source = _capped(_gunzip(source))
        elif first.startswith(b"PK\x03\x04"):
            source = _capped(_unzip(source))
        else:
            _refuse_foreign(first)
            return source
    raise FileProcessingError(
        f"The file is compressed more than {DEEPEST} times over.", {"rule": "compression"}
    )


def _peek(source: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The first bytes (at least 512 if there are as many) and the source with them put back."""
    taken: list[bytes] = []
    while sum(map(len, taken)) < 512:
        block = next(source, b"")
        if not block:
            break
        taken.append(block)
    first = b"".join(taken)
    return first, _chained(first, source)


def _chained(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    if first:
        yield first
    yield from rest


class _Reader(io.RawIOBase):
    """A file object over blocks, for decoders that want to read."""

    def __init__(self, source: Iterator[bytes]):
        self._source = source
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        if not self._left:
            self._left = next(self._source, b"")
        size = min(len(buffer), len(self._left))
        buffer[:size] = self._left[:size]
        self._left = self._left[size:]
        return size


def _gunzip(source: Iterator[bytes]) -> Iterator[bytes]:
    """The text of one or several gzip members."""
    try:
        with igzip.GzipFile(  # type: ignore[no-untyped-call]
            fileobj=io.BufferedReader(_Reader(source), BLOCK)
        ) as file:
            while block := file.read(BLOCK):
                yield block
    except EOFError:
        raise FileProcessingError(
            "The gzip file is truncated: it ends in the middle of its data.", {"rule": "gzip"}
        ) from None
    except (igzip.BadGzipFile, zlib.error, isal_zlib.IsalError) as error:  # type: ignore[misc]
        raise FileProcessingError(f"The gzip file is corrupt: {error}.", {"rule": "gzip"}) from None


def _unzip(source: Iterator[bytes]) -> Iterator[bytes]:
    """The one CSV file of a zip archive; what macOS and folders add is passed over."""
    found: str | None = None
    try:
        for raw_name, _size, content in stream_unzip(source):
            name = raw_name.decode("utf-8", "replace")
            _refuse_workbook(name)
            if _is_by_the_way(name):
                for _ in content:
                    pass
                continue
            if found is not None:
                raise FileProcessingError(
                    f"The zip archive holds several files ({found[:100]}, {name[:100]}); "
                    "upload each report on its own.",
                    {"rule": "zip"},
                )
            found = name
            yield from content
    except UnzipError as error:
        raise FileProcessingError(
            f"The zip archive is truncated or corrupt ({type(error).__name__}).", {"rule": "zip"}
        ) from None
    if found is None:
        raise FileProcessingError("The zip archive holds no file.", {"rule": "zip"})


def _is_by_the_way(name: str) -> bool:
    last = name.rsplit("/", 1)[-1]
    return name.startswith("__MACOSX/") or not last or last.startswith(".")


def _refuse_workbook(name: str) -> None:
    if name == "mimetype":
        raise FileProcessingError(
            "The file is an OpenDocument spreadsheet or text; save it as CSV UTF-8.",
            {"rule": "format"},
        )
    if name == "[Content_Types].xml" or name.startswith(("xl/", "_rels/", "docProps/")):
        raise FileProcessingError(
            "The file is an Excel workbook (XLSX); save it as CSV UTF-8.", {"rule": "format"}
        )


def _capped(source: Iterator[bytes]) -> Iterator[bytes]:
    """The blocks, as long as they do not look like a bomb."""
    total = hollow = 0
    for block in source:
        total += len(block)
        # Repetition is what a bomb is made of: a block of real rows never shrinks this far.
        if total > RATIO_COUNTS_FROM:
            sample = block[:65536]
            hollow += len(zlib.compress(sample, 1)) * HIGHEST_RATIO < len(sample)
        if total > LARGEST or hollow > MOST_HOLLOW_BLOCKS:
            raise FileProcessingError(
                f"The file grows to more than {total // 1024**2:,} MB when it is decompressed, "
                "far more than a report can have.",
                {"rule": "decompressed size"},
            )
        yield block


def _refuse_foreign(first: bytes) -> None:
    if not first:
        raise FileProcessingError("The file is empty.", {"rule": "empty"})
    for signature, name in _SIGNATURES:
        if first.startswith(signature):
            raise FileProcessingError(f"The file is {name}, not a CSV report.", {"rule": "format"})
    start = first.removeprefix(b"\xef\xbb\xbf").lstrip()[:200].lower()
    if start.startswith((b"<!doctype html", b"<html")):
        raise FileProcessingError(
            "The file is an HTML page, perhaps an error page, not a CSV report.",
            {"rule": "format"},
        )
    if start.startswith((b"<?xml", b"<error")):
        raise FileProcessingError("The file is XML, not a CSV report.", {"rule": "format"})
    if start.startswith((b'{"', b"{\n", b"[{")):
        raise FileProcessingError("The file is JSON, not a CSV report.", {"rule": "format"})
