"""Files in wrappers of many kinds, sound and broken."""

from __future__ import annotations

import gzip
import io
import zipfile

HEADER = b"video_id,video_title\n"
REPORT = HEADER + b"dQw4w9WgXcQ,Never\n"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 4
ERROR_PAGE = b"\n<!DOCTYPE html>\n<html><body><h1>502 Bad Gateway</h1></body></html>\n"


def zipped(files: dict[str, bytes]) -> bytes:
    """A zip archive of these files, in this order."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def made_on_a_mac(content: bytes = REPORT) -> bytes:
    """What the Finder makes of a folder with one report."""
    return zipped(
        {
            "reports/": b"",
            "reports/report.csv": content,
            "__MACOSX/reports/._report.csv": b"\0\5\x16\7 resource fork",
            "reports/.DS_Store": b"\0\0\0\1Bud1",
        }
    )


def workbook() -> bytes:
    """The parts of an XLSX in the order that most programs write them."""
    return zipped(
        {
            "docProps/app.xml": b"<?xml version='1.0'?><Properties/>",
            "_rels/.rels": b"<?xml version='1.0'?><Relationships/>",
            "[Content_Types].xml": b"<?xml version='1.0'?><Types/>",
            "xl/workbook.xml": b"<?xml version='1.0'?><workbook/>",
        }
    )


def nested(content: bytes, times: int) -> bytes:
    """Compressed so many times over."""
    for _ in range(times):
        content = gzip.compress(content)
    return content


def bomb(megabytes: int) -> bytes:
    """A small gzip file that grows to many megabytes of blank lines."""
    return gzip.compress(HEADER + b"\n" * megabytes * 1024**2)
