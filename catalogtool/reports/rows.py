"""From lines to rows of the right width, and what to say of those that are not."""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

from catalogtool.reports.header import Header, read_header

# The longest text of a report is a list of 250 territories; a field beyond this has swallowed
# its neighbours, because a quote was never closed.
LONGEST_FIELD = 100_000
LONGEST_SHOWN = 200
# Cannot stand in a file: NUL bytes are taken out of every line before it is parsed.
_END = "\0end"

UNCLOSED = "a quote is opened and never closed"


@dataclass(frozen=True)
class RowError:
    """A row that cannot be used: its number in the file (the header is row 1), and why."""

    row: int
    column: str | None
    rule: str
    value: str | None


@dataclass
class Batch:
    """Some thousand rows of the same width with their numbers in the file, and rejected ones.

    `cleaned` counts the lines that NUL bytes were taken out of.
    """

    rows: list[list[str]] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    cleaned: int = 0

    @property
    def seen(self) -> int:
        """How many rows of the file this batch accounts for."""
        return len(self.rows) + len(self.errors)


class RowReader:
    """Reads a report's rows batch by batch.

    A quote that is opened and never closed swallows what follows. Where a record ran over several
    lines, has the wrong width, and reads well from its second line on, only its first line is
    given up.
    """

    def __init__(self, blocks: Iterator[str]):
        csv.field_size_limit(LONGEST_FIELD)
        self._blocks = blocks
        self._cleaned = 0
        first = self._next_block()
        while first.count("\n") < 2 and (more := self._next_block()):
            first += more
        lines = _lines(first)
        self.header: Header = read_header(lines)
        self._first = "".join(lines[self.header.lines :])
        self._number = self.header.lines

    def batches(self) -> Iterator[Batch]:
        """All rows, in batches; memory is bounded by the longest allowed record."""
        block, self._first = self._first or self._next_block(), ""
        while block:
            batch = self._quickly(block) or self._record_by_record(block)
            batch.cleaned, self._cleaned = self._cleaned, 0
            yield batch
            block = self._next_block()

    def _next_block(self) -> str:
        """The next lines of the file without NUL bytes; nothing at its end."""
        block = next(self._blocks, "")
        if "\0" in block:
            self._cleaned += sum("\0" in line for line in _lines(block))
            block = block.replace("\0", "")
        return block

    def _quickly(self, block: str) -> Batch | None:
        """Thousands of rows at once; None if one of them asks for a closer look."""
        lines = chain(io.StringIO(block, newline=""), (_END,))
        try:
            rows = list(csv.reader(lines, delimiter=self.header.delimiter))
        except csv.Error:
            return None
        if rows.pop() != [_END]:
            return None
        width = self.header.width
        if not any(map(width.__ne__, map(len, rows))):
            first, self._number = self._number + 1, self._number + len(rows)
            return Batch(rows, list(range(first, self._number + 1)))
        if any(len(row) != width and _is_long(row) for row in rows):
            return None
        batch = Batch()
        for row in rows:
            self._judge(batch, row)
        return batch

    def _record_by_record(self, block: str) -> Batch:
        """The careful way; a record that runs over the end of the block pulls in the next."""
        batch = Batch()
        ahead = deque(_lines(block))
        while ahead:
            used: list[str] = []
            try:
                row = next(self._parser(ahead, used))
            except csv.Error:
                row = [_END]
            unclosed = bool(row) and row[-1].endswith(_END)
            if unclosed or (len(row) != self.header.width and self._reads_well(used[1:])):
                self._give_up_first(batch, used, ahead)
            else:
                self._judge(batch, row)
        return batch

    def _parser(self, ahead: deque[str], used: list[str]) -> Iterator[list[str]]:
        return csv.reader(self._feed(ahead, used), delimiter=self.header.delimiter)

    def _feed(self, ahead: deque[str], used: list[str]) -> Iterator[str]:
        """The lines for the parser, kept in `used` until the row is known to be sound."""
        while True:
            if not ahead:
                ahead.extend(_lines(self._next_block()))
            if not ahead:
                yield _END
                return
            used.append(ahead.popleft())
            yield used[-1]

    def _reads_well(self, lines: list[str]) -> bool:
        """Whether these lines begin with a row of the right width."""
        try:
            row = next(csv.reader(lines, delimiter=self.header.delimiter), [])
        except csv.Error:
            return False
        return len(row) == self.header.width

    def _give_up_first(self, batch: Batch, used: list[str], ahead: deque[str]) -> None:
        ahead.extendleft(reversed(used[1:]))
        self._number += 1
        batch.errors.append(RowError(self._number, None, UNCLOSED, used[0].strip()[:LONGEST_SHOWN]))

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


def _is_long(row: list[str]) -> bool:
    """Whether the record ran over several lines, which a stray quote may be the cause of."""
    return any("\n" in value or "\r" in value for value in row)
