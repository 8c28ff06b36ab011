"""Spoils a synthetic report the way real reports are spoiled, and keeps exact accounts of it.

A spoiled row has exactly one quirk, so that a test can demand the number of rows which an import
has to reject, and why each of them.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from catalogtool.sandbox.mixing import Mixer
from catalogtool.sandbox.quirks import PER_THOUSAND, REJECTING, SPOILERS, Quirk, Row
from catalogtool.sandbox.report_columns import Layout
from catalogtool.sandbox.report_rows import Cells, quoted

JUNK_LINE = "Report generated for Sample Owner"
EXTRA_COLUMNS = ("mystery_score", "internal note")
_EXTRA_POSITION = 3
_EXTRA_CELLS = ("", "0.5", "=1+1", '"two\nlines"')
_SLOTS, _STRIDE = 1000, 617


@dataclass(frozen=True)
class Rejection:
    """A row that an import has to refuse; `row` counts the records below the header from 1."""

    row: int
    quirk: Quirk


@dataclass
class DirtSummary:
    """What was written: numbers for a test to compare an import with."""

    rows: int = 0
    distinct_ids: int = 0
    """Different video ids (asset ids in an asset report) that have at least one usable row."""
    quirks: Counter[Quirk] = field(default_factory=Counter)
    """Rows with each quirk; no row has two."""
    rejections: list[Rejection] = field(default_factory=list)
    byte_order_mark: bool = False
    junk_line: bool = False
    sql_headers: bool = False
    extra_columns: tuple[str, ...] = ()

    @property
    def rejected_rows(self) -> int:
        return len(self.rejections)

    @property
    def usable_rows(self) -> int:
        return self.rows - len(self.rejections)

    def as_dict(self) -> dict[str, object]:
        """For JSON; the rejections become pairs of row number and quirk."""
        return {
            "rows": self.rows,
            "distinct_ids": self.distinct_ids,
            "rejected_rows": self.rejected_rows,
            "quirks": {str(quirk): number for quirk, number in sorted(self.quirks.items())},
            "byte_order_mark": self.byte_order_mark,
            "junk_line": self.junk_line,
            "sql_headers": self.sql_headers,
            "extra_columns": list(self.extra_columns),
            "rejections": [[rejection.row, rejection.quirk] for rejection in self.rejections],
        }


class Dirt:
    """Spoils one report; what it does goes into `summary`."""

    def __init__(self, kind: str, layout: Layout, seed: int, summary: DirtSummary) -> None:
        self.summary = summary
        self._kind = kind
        self._layout = layout
        self._mixer = Mixer(seed, "dirt")
        names = [*layout.names[:_EXTRA_POSITION], "", *layout.names[_EXTRA_POSITION:], ""]
        self._columns = {name: position for position, name in enumerate(names) if name}
        self._slots = self._plan()
        self._last_clean: Cells = ()

    def preamble(self) -> list[list[str]]:
        """What stands above the rows: a junk line, then the header with columns nobody knows."""
        header = list(self._layout.header)
        if self._kind == "claims":
            for name in ("channel_display_name", "video_title"):
                if name in header:
                    sql = f'REPLACE({name}, ",", " ")'
                    header[header.index(name)] = quoted(sql)
                    self.summary.sql_headers = True
        header.insert(_EXTRA_POSITION, EXTRA_COLUMNS[0])
        header.append(EXTRA_COLUMNS[1])
        self.summary.byte_order_mark = self.summary.junk_line = True
        self.summary.extra_columns = EXTRA_COLUMNS
        return [[JUNK_LINE], header]

    def duplicates_in(self, rows: int) -> int:
        """How many of so many rows will repeat an earlier one, and so need no row of their own."""
        return sum(self._quirk(row) is Quirk.DUPLICATE for row in range(1, rows + 1))

    def spoil(self, block: Iterable[Cells]) -> Iterator[Cells]:
        """The rows of the block, some of them spoiled, some of them twice."""
        usable = set()
        for cells in block:
            while self._quirk(self.summary.rows + 1) is Quirk.DUPLICATE:
                yield self._repeat()
            self.summary.rows += 1
            row = self._row(cells)
            key = row["video_id"] if self._kind != "asset" else row["asset_id"]
            quirk = self._quirk(self.summary.rows)
            if quirk:
                self._spoil(row, quirk)
            else:
                self._last_clean = tuple(row.cells)
            if quirk not in REJECTING:
                usable.add(key)
            yield tuple(row.cells)
        self.summary.distinct_ids += len(usable)

    def finish(self, rows: int) -> Iterator[Cells]:
        """The duplicates that stand at the very end of a report of so many rows."""
        while self.summary.rows < rows:
            yield self._repeat()

    def _repeat(self) -> Cells:
        self.summary.rows += 1
        self.summary.quirks[Quirk.DUPLICATE] += 1
        return self._last_clean

    def _row(self, cells: Cells) -> Row:
        number = self.summary.rows
        first, last = _EXTRA_CELLS[number % 4], _EXTRA_CELLS[number // 4 % 4]
        cut = _EXTRA_POSITION
        return Row([*cells[:cut], first, *cells[cut:], last], self._columns)

    def _spoil(self, row: Row, quirk: Quirk) -> None:
        number = self.summary.rows
        SPOILERS[quirk](row, self._mixer.words(number)[0])
        self.summary.quirks[quirk] += 1
        if quirk in REJECTING:
            self.summary.rejections.append(Rejection(number, quirk))

    def _quirk(self, row: int) -> Quirk | None:
        """Each thousand rows have every quirk at its rate; the first row is always clean."""
        slot = row * _STRIDE % _SLOTS
        return self._slots[slot] if slot < len(self._slots) else None

    def _plan(self) -> list[Quirk]:
        suited = [quirk for quirk in Quirk if quirk.suits(self._columns)]
        return [quirk for quirk in suited for _ in range(PER_THOUSAND[quirk])]
