"""From lines to rows of the right width, and what to say of those that are not."""

from __future__ import annotations

import csv
import io
import re
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain

from catalogtool.catalog.merge.fields import Kind
from catalogtool.reports.header import MOST_LINES, Header, read_header
from catalogtool.reports.quoting import Quoting

# The longest text of a report is a list of 250 territories; a field beyond this has swallowed
# its neighbours, because a quote was never closed.
LONGEST_FIELD = 100_000
# A record over several lines that grows beyond this has an open quote as well.
LONGEST_RECORD = 250_000
LONGEST_SHOWN = 200
# Cannot stand in a file: NUL bytes are taken out of every line before it is parsed.
_END = "\0end"

UNCLOSED = "a quote is opened and never closed"
TOO_LONG = f"a field is longer than {LONGEST_FIELD:,} characters"

# What an id looks like; the second line of a title hardly ever has one in the place of the key.
_KEY = re.compile(r"\s*(?:[A-Za-z0-9_-]{11}|A[0-9]{16})\s*")


@dataclass(frozen=True)
class RowError:
    """A row that cannot be used: its number in the file (the header is row 1), and why."""

    row: int
    column: str | None
    rule: str
    value: str | None


@dataclass(frozen=True)
class Ready:
    """Rows that are lines for COPY already; `cut` counts texts that were too long."""

    rows: int
    lines: bytes
    cut: int


@dataclass
class Batch:
    """Some thousand rows of the same width with their numbers in the file, and rejected ones.

    `cleaned` counts the lines that NUL bytes were taken out of.
    """

    rows: list[list[str]] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    cleaned: int = 0
    ready: Ready | None = None

    @property
    def seen(self) -> int:
        """How many rows of the file this batch accounts for."""
        return len(self.rows) + len(self.errors) + (self.ready.rows if self.ready else 0)


class RowReader:
    """Reads a report's rows batch by batch.

    A quote that is opened and never closed swallows what follows, up to some other quote. So a
    record over several lines that breaks the rules of quoting, or has the wrong width, is looked
    at closely: if a row begins at its second line, only its first line is given up.
    """

    def __init__(self, blocks: Iterator[str]):
        csv.field_size_limit(LONGEST_FIELD)
        self._blocks = blocks
        self._cleaned = 0
        self._pulled_in = False
        first = self._next_block()
        while len(lines := _lines(first)) <= MOST_LINES and (more := self._next_block()):
            first += more
        self.header: Header = read_header(lines)
        self._quoting = Quoting(self.header.delimiter)
        self._left = "".join(lines[self.header.lines :])
        self._number = self.header.row

    def batches(self, convert: Callable[[str], Ready | None] | None = None) -> Iterator[Batch]:
        """All rows, in batches; memory is bounded by the longest allowed record.

        `convert` may take a whole block of lines off our hands, or give it back as None.
        """
        while block := self._left or self._next_block():
            self._left = ""
            ready = convert(block) if convert else None
            if ready is not None:
                self._number += ready.rows
                batch = Batch(ready=ready)
            else:
                batch = self._quickly(block) or self._record_by_record(block)
            batch.cleaned, self._cleaned = self._cleaned, 0
            yield batch

    def _next_block(self) -> str:
        """The next lines of the file without NUL bytes; nothing at its end."""
        block = next(self._blocks, "")
        if "\0" in block:
            self._cleaned += sum("\0" in line for line in _lines(block))
            block = block.replace("\0", "")
        return block

    def _quickly(self, block: str) -> Batch | None:
        """Thousands of rows at once; None if one of them asks for a closer look."""
        try:
            rows, several = self._parse(block)
        except csv.Error:
            return None
        if rows.pop() != [_END]:
            return None
        lines = _lines(block) if several else []
        if any(self._is_suspect(lines[place]) for place in several):
            return None
        width = self.header.width
        if not any(map(width.__ne__, map(len, rows))):
            first, self._number = self._number + 1, self._number + len(rows)
            return Batch(rows, list(range(first, self._number + 1)))
        batch = Batch()
        if not any(rows):
            self._number += len(rows)
            return batch
        for row in rows:
            self._judge(batch, row)
        return batch

    def _parse(self, block: str) -> tuple[list[list[str]], list[slice]]:
        """The rows of a block and `_END`, and where the lines of those over several lines are."""
        lines = chain(io.StringIO(block, newline=""), (_END,))
        reader = csv.reader(lines, delimiter=self.header.delimiter)
        rows: list[list[str]] = []
        several: list[slice] = []
        last = 0
        for row in reader:
            rows.append(row)
            if reader.line_num != last + 1:
                several.append(slice(last, reader.line_num))
            last = reader.line_num
        return rows, several

    def _record_by_record(self, block: str) -> Batch:
        """The careful way, as far as a record that runs over the end of the block."""
        batch = Batch()
        ahead = deque(_lines(block))
        self._pulled_in = False
        while ahead and not self._pulled_in:
            used: list[str] = []
            try:
                row = next(self._parser(ahead, used))
            except csv.Error:
                row = [_END]
            unclosed = bool(row) and row[-1].endswith(_END)
            if unclosed or self._has_swallowed_a_row(used, ahead):
                self._give_up_first(batch, used, ahead)
            else:
                self._judge(batch, row)
        self._left = "".join(ahead)
        return batch

    def _parser(self, ahead: deque[str], used: list[str]) -> Iterator[list[str]]:
        return csv.reader(self._feed(ahead, used), delimiter=self.header.delimiter)

    def _feed(self, ahead: deque[str], used: list[str]) -> Iterator[str]:
        """The lines for the parser, kept in `used` until the row is known to be sound."""
        length = 0
        while length <= LONGEST_RECORD:
            if not ahead:
                ahead.extend(_lines(self._next_block()))
                self._pulled_in = True
            if not ahead:
                break
            used.append(ahead.popleft())
            length += len(used[-1])
            yield used[-1]
        yield _END

    def _is_suspect(self, lines: list[str]) -> bool:
        """Whether a record over these lines may be several, joined by a quote left open."""
        if not self._quoting.is_sound(lines):
            return True
        row = next(csv.reader(lines, delimiter=self.header.delimiter), [])
        return len(row) != self.header.width and self._has_key(lines[1])

    def _has_swallowed_a_row(self, used: list[str], ahead: deque[str]) -> bool:
        """Whether a suspect record's second line begins a row, as its key or its width tells."""
        if len(used) == 1 or not self._is_suspect(used):
            return False
        if self._has_key(used[1]):
            return True
        ahead.extendleft(reversed(used[1:]))
        tried: list[str] = []
        try:
            row = next(self._parser(ahead, tried))
            follows = len(row) == self.header.width and not row[-1].endswith(_END)
        except csv.Error:
            follows = False
        ahead.extendleft(reversed(tried))
        for _ in used[1:]:
            ahead.popleft()
        return follows

    def _has_key(self, line: str) -> bool:
        place = self.header.columns["asset_id" if self.header.kind is Kind.ASSET else "video_id"]
        try:
            cells = next(csv.reader([line], delimiter=self.header.delimiter), [])
        except csv.Error:
            return False
        return place < len(cells) and _KEY.fullmatch(cells[place]) is not None

    def _give_up_first(self, batch: Batch, used: list[str], ahead: deque[str]) -> None:
        ahead.extendleft(reversed(used[1:]))
        self._number += 1
        rule = UNCLOSED if len(used) > 1 or used[0].count('"') % 2 else TOO_LONG
        batch.errors.append(RowError(self._number, None, rule, used[0].strip()[:LONGEST_SHOWN]))

    def _judge(self, batch: Batch, row: list[str]) -> None:
        """A blank line is no row; one of another width than the header's is rejected."""
        self._number += 1
        width = self.header.width
        if len(row) == width:
            batch.rows.append(row)
            batch.numbers.append(self._number)
        elif row:
            text = self.header.delimiter.join(row)[:LONGEST_SHOWN]
            rule = f"the row has {len(row)} fields, the header {width}"
            batch.errors.append(RowError(self._number, None, rule, text))


def _lines(block: str) -> list[str]:
    # Not splitlines(): titles hold characters that it takes for line ends.
    return list(io.StringIO(block, newline=""))
