"""From a file's first lines to what the file is: its kind, its delimiter, its columns."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from catalogtool.catalog.merge.fields import Kind
from catalogtool.core.errors import FileProcessingError
from catalogtool.reports.columns import (
    ALIASES,
    KNOWN_UNUSED,
    OF_ASSETS,
    OF_CLAIMS,
    OF_EXPORTS,
    OF_FINANCES,
    UNUSED_OF_EXPORTS,
    normalise,
)

DELIMITERS = ",;\t|"
MOST_COLUMNS = 500
# A name may hold a line break.
MOST_LINES = 20
SHOWN_COLUMNS = 60


@dataclass(frozen=True)
class Header:
    """What the first lines tell.

    `columns` maps a staging column (see `columns.ALIASES`) to its index in a row, `width` is the
    number of fields of every row, `lines` how many lines come before the first row, `row` the
    header's own row number (2 below a line of junk), `unknown` the headers that nobody knows, as
    they are written.
    """

    kind: Kind
    delimiter: str
    columns: dict[str, int]
    width: int
    lines: int
    row: int
    unknown: tuple[str, ...]


def read_header(lines: Sequence[str]) -> Header:
    """Find the header in a file's first line, or in its second, below one line of junk.

    Raises FileProcessingError that names the column that is missing and lists those found.
    """
    for row in (1, 2):
        header = _best_reading(lines[row - 1 : row + MOST_LINES], row)
        if header is not None:
            return header
    raise _no_header(lines)


def _best_reading(lines: Sequence[str], row: int) -> Header | None:
    """A header that begins these lines, by the delimiter under which most names are known."""
    candidates = []
    for delimiter in DELIMITERS:
        names, used = _split(lines, delimiter)
        header = _as_header(names, delimiter, row - 1 + used, row)
        if header is not None:
            candidates.append(header)
    return max(candidates, key=lambda header: len(header.columns), default=None)


def _split(lines: Sequence[str], delimiter: str) -> tuple[list[str], int]:
    """The first record of these lines, and how many of them it takes."""
    reader = csv.reader(lines, delimiter=delimiter)
    try:
        return next(reader, []), reader.line_num
    except csv.Error:
        return [lines[0][:100]], 1


def _as_header(names: list[str], delimiter: str, lines: int, row: int) -> Header | None:
    normal = [normalise(name) for name in names]
    kind = _kind(set(normal))
    if kind is None:
        return None
    if len(names) > MOST_COLUMNS:
        raise FileProcessingError(
            f"The header has {len(names):,} columns; a report has at most {MOST_COLUMNS}.",
            {"rule": "columns", "found": len(names), "allowed": MOST_COLUMNS},
        )
    columns: dict[str, int] = {}
    known = set(KNOWN_UNUSED | UNUSED_OF_EXPORTS if kind is Kind.EXPORT else KNOWN_UNUSED)
    for column, aliases in ALIASES[kind].items():
        known.update(aliases)
        alias = next((alias for alias in aliases if alias in normal), None)
        if alias is not None:
            columns[column] = normal.index(alias)
    _refuse_repeated(normal, columns)
    unknown = tuple(
        name.strip()[:100] for name, plain in zip(names, normal, strict=True) if plain not in known
    )
    return Header(kind, delimiter, columns, len(names), lines, row, unknown)


def _kind(names: set[str]) -> Kind | None:
    if names & OF_FINANCES:
        raise FileProcessingError(
            "This is a monthly financial report; only video, claims and asset reports describe "
            "the catalogue.",
            {"rule": "kind", "found": sorted(names & OF_FINANCES)},
        )
    if names >= OF_EXPORTS:
        return Kind.EXPORT
    if any(alias in names for alias in ALIASES[Kind.VIDEO]["video_id"]):
        return Kind.CLAIMS if names & OF_CLAIMS else Kind.VIDEO
    if "asset_id" in names and names & OF_ASSETS:
        return Kind.ASSET
    return None


def _refuse_repeated(normal: list[str], columns: dict[str, int]) -> None:
    """A column that is used must not stand in the header twice: which one would be right?"""
    used = {normal[index] for index in columns.values()}
    repeated = sorted(name for name, times in Counter(normal).items() if times > 1 and name in used)
    if repeated:
        raise FileProcessingError(
            f"The header names {', '.join(repeated)} more than once.",
            {"rule": "repeated column", "columns": repeated},
        )


def _most_fields(lines: Sequence[str]) -> list[str]:
    return max((_split(lines, delimiter)[0] for delimiter in DELIMITERS), key=len)


def _no_header(lines: Sequence[str]) -> FileProcessingError:
    first, second = (_most_fields(lines[place : place + 1]) for place in (0, 1))
    # Above a header with a name too few there may be a line of junk as well.
    found = second if len(first) <= 1 < len(second) else first
    if len(found) > MOST_COLUMNS:
        return FileProcessingError(
            f"The first line has {len(found):,} columns and none of them is video_id.",
            {"column": "video_id", "rule": "required", "found": len(found)},
        )
    shown = [name.strip()[:100] for name in found[:SHOWN_COLUMNS]]
    return FileProcessingError(
        "The required column video_id is missing. Found: " + (", ".join(shown) or "nothing"),
        {"column": "video_id", "rule": "required", "found": shown},
    )
