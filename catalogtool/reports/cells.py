"""Thousands of rows to columns of values, a column at a time.

Each kind of column has a test of the whole column at C speed, which almost always passes; only
when it does not are the cells looked at one by one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from catalogtool.catalog import codes
from catalogtool.reports import values
from catalogtool.reports.values import Unusable

# The texts of a column, one a row; the empty text is an unknown value.
Column = Sequence[str]
Convert = Callable[[str], str | None]

# What one cell must look like to be kept as it is; written so that Arrow reads them too.
VIDEO_ID = r"[A-Za-z0-9_-]{11}"
TIME = r"(?:199|20[0-9])[0-9]-[01][0-9]-[0-3][0-9](?:T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z)?"
ISRC = r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}"
UPC = r"[0-9]{8,14}"

_VIDEO_IDS = re.compile(rf"(?:{VIDEO_ID}\n)*")
_TIMES = re.compile(rf"(?:(?:{TIME})?\n)*")
_ISRCS = re.compile(rf"(?:(?:{ISRC})?\n)*")
_UPCS = re.compile(rf"(?:(?:{UPC})?\n)*")


@dataclass
class Outcome:
    """What is to be said of a column: rows that cannot be used, by index, and what was lost."""

    unusable: dict[int, tuple[str, str]] = field(default_factory=dict)
    cut: int = 0
    dropped: int = 0


def video_ids(column: Column, outcome: Outcome) -> Column:
    """Eleven characters each; any other row is unusable."""
    if _all_match(_VIDEO_IDS, column):
        return column
    return _one_by_one(column, values.video_id, outcome, required=True)


def asset_ids(column: Column, outcome: Outcome) -> Column:
    """Not empty; any other row is unusable."""
    return _one_by_one(column, values.asset_id, outcome, required=True)


def integers(column: Column, outcome: Outcome) -> Column:
    """Whole numbers up to 2**31 - 1."""
    return column if _digits(column, 9) else _one_by_one(column, values.integer, outcome)


def bigints(column: Column, outcome: Outcome) -> Column:
    """Whole numbers up to 2**63 - 1."""
    return column if _digits(column, 18) else _one_by_one(column, values.bigint, outcome)


def lengths(column: Column, outcome: Outcome) -> Column:
    """Seconds, from any of the three spellings."""
    return column if _digits(column, 9) else _one_by_one(column, values.seconds, outcome)


def timestamps(column: Column, outcome: Outcome) -> Column:
    """Times in UTC; a bad one is unknown."""
    if _all_match(_TIMES, column) and all(map(_is_day, set(map(_day, column)))):
        return column
    return _one_by_one(column, values.timestamp, outcome)


def dates(column: Column, outcome: Outcome) -> Column:
    """Days; a bad one is unknown."""
    return words(values.date, len("2018-01-31"))(column, outcome)


def isrcs(column: Column, outcome: Outcome) -> Column:
    """ISRC codes without dashes; a bad one is unknown."""
    if _all_match(_ISRCS, column):
        return column
    return _one_by_one(column, codes.isrc, outcome)


def upcs(column: Column, outcome: Outcome) -> Column:
    """UPC and EAN codes without dashes; a bad one is unknown."""
    if _all_match(_UPCS, column):
        return column
    return _one_by_one(column, codes.upc, outcome)


def words(convert: Convert, longest: int) -> Callable[[Column, Outcome], Column]:
    """A column of few different texts: each is converted once, and cut like other texts."""

    def convert_column(column: Column, outcome: Outcome) -> Column:
        table = {text: (convert(text) or "") if text else text for text in set(column)}
        if all(text == value and len(text) <= longest for text, value in table.items()):
            return column
        if lost := {text for text, value in table.items() if not value and text.strip()}:
            outcome.dropped += sum(text in lost for text in column)
        if long := {text for text, value in table.items() if len(value) > longest}:
            outcome.cut += sum(text in long for text in column)
            table |= {text: table[text][:longest].rstrip() for text in long}
        return list(map(table.__getitem__, column))

    return convert_column


def texts(longest: int) -> Callable[[Column, Outcome], Column]:
    """Free text without blanks around it, cut at `longest` characters and counted."""

    def convert_column(column: Column, outcome: Outcome) -> Column:
        stripped = list(map(str.strip, column))
        if max(map(len, stripped), default=0) <= longest:
            return stripped
        outcome.cut += sum(len(text) > longest for text in stripped)
        return [text[:longest].rstrip() for text in stripped]

    return convert_column


def exact_texts(longest: int) -> Callable[[Column, Outcome], Column]:
    """Text as it is written, blanks and all; cut like any other."""

    def convert_column(column: Column, outcome: Outcome) -> Column:
        if max(map(len, column), default=0) <= longest:
            return column
        outcome.cut += sum(len(text) > longest for text in column)
        return [text[:longest] for text in column]

    return convert_column


def lists(column: Column, outcome: Outcome) -> Column:
    """Items divided by pipes; the blanks around them go."""
    if not any("|" in text for text in column):
        return texts(10_000)(column, outcome)
    return [values.pipe_list(text) or "" for text in column]


def _one_by_one(
    column: Column, convert: Convert, outcome: Outcome, required: bool = False
) -> Column:
    made: list[str] = []
    for index, text in enumerate(column):
        value = None
        if text or required:
            try:
                value = convert(text)
            except Unusable as rule:
                outcome.unusable[index] = (str(rule), text)
            else:
                outcome.dropped += value is None and bool(text.strip())
        made.append(value or "")
    return made


def _all_match(cells: re.Pattern[str], column: Column) -> bool:
    """Whether every cell is as the pattern wants it; one with a line end in it is not."""
    joined = "\n".join(column) + "\n"
    return joined.count("\n") == len(column) and cells.fullmatch(joined) is not None


def _digits(column: Column, longest: int) -> bool:
    joined = "".join(column)
    return not joined or (
        joined.isdigit() and joined.isascii() and max(map(len, column)) <= longest
    )


def _day(text: str) -> str:
    return text[:10]


def _is_day(text: str) -> bool:
    return not text or values.timestamp(text) is not None
