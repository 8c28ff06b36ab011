"""From blocks of bytes to blocks of whole lines, with errors that tell where they are."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from itertools import islice

from catalogtool.core.errors import FileProcessingError

LONGEST_LINE = 1_000_000
# What becomes of very short lines takes a hundred times their room.
MOST_LINES = 50_000
# A title may run over some lines; cutting it in two would cost its whole block a closer look.
NEAR_LINES = 20

_OTHER_UNICODE = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)


def text_blocks(blocks: Iterator[bytes]) -> Iterator[str]:
    """A UTF-8 text in blocks that end where a line ends.

    A byte order mark is passed over. Raises FileProcessingError with the offset of the first byte
    that is not UTF-8, and for a line that would fill the memory.
    """
    lines = 0
    carry = ""
    for part in _decoded(blocks):
        whole, newline, rest = part.rpartition("\n")
        if newline:
            block, left = _outside_quotes(carry + whole + newline)
            rest = left + rest
            count = block.count("\n")
            lines += count
            yield from [block] if count <= MOST_LINES else _pieces(block)
            carry = rest
        else:
            # Old Macs end their lines so; the last one may be the first half of CR LF.
            head, mark, last = (carry + part[:-1]).rpartition("\r")
            if mark:
                yield head + mark
            carry = last + part[-1:]
        if len(carry) > LONGEST_LINE:
            raise FileProcessingError(
                f"Line {lines + 1:,} is longer than {LONGEST_LINE:,} characters.",
                {"rule": "line length", "line": lines + 1},
            )
    if carry:
        yield carry


def _outside_quotes(block: str) -> tuple[str, str]:
    """The block up to a line end outside of quotes, if one is near its end, and what is left."""
    end = len(block)
    for _ in range(NEAR_LINES):
        if block.count('"', 0, end) % 2 == 0:
            return block[:end], block[end:]
        end = block.rfind("\n", 0, end - 1) + 1
        if end == 0:
            break
    return block, ""


def _pieces(block: str) -> Iterator[str]:
    lines = io.StringIO(block, newline="\n")
    while piece := "".join(islice(lines, MOST_LINES)):
        yield piece


def _decoded(blocks: Iterator[bytes]) -> Iterator[str]:
    left = b""
    offset = 0
    for block in blocks:
        data = left + block
        if offset == 0:
            _refuse_other_unicode(data)
        try:
            part, used = codecs.utf_8_decode(data, "strict", False)
        except UnicodeDecodeError as error:
            raise _not_utf8(offset + error.start, data[error.start]) from None
        yield part.removeprefix("\ufeff") if offset == 0 else part
        offset += used
        left = data[used:]
    if left:
        raise _not_utf8(offset, left[0])


def _refuse_other_unicode(data: bytes) -> None:
    name = next((name for mark, name in _OTHER_UNICODE if data.startswith(mark)), None)
    if name is None and len(data) > 3:
        name = {2: "UTF-16", 3: "UTF-32"}.get(data[:4].count(0))
    if name is not None:
        raise FileProcessingError(
            f"The file is {name}, not UTF-8 (byte offset 0); save it as CSV UTF-8.",
            {"rule": "UTF-8", "byte_offset": 0},
        )


def _not_utf8(offset: int, byte: int) -> FileProcessingError:
    return FileProcessingError(
        f"The file is not UTF-8: byte 0x{byte:02x} at byte offset {offset:,} cannot be read; "
        "save it as CSV UTF-8.",
        {"rule": "UTF-8", "byte_offset": offset},
    )
