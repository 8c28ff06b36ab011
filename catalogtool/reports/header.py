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
    OF_FINANCES,
    normalise,
)

DELIMITERS = ",;\t|"
MOST_COLUMNS = 500
SHOWN_COLUMNS = 60


@dataclass(frozen=True)
class Header:
    """What the first lines tell.

    `columns` maps a staging column (see `columns.ALIASES`) to its index in a row, `width` is the
    number of fields of every row, `lines` how many lines come before the first row, `unknown` the
    headers that nobody knows, as they are written.
    """

    kind: Kind
    delimiter: str
    columns: dict[str, int]
    width: int
    lines: int
    unknown: tuple[str, ...]


def read_header(lines: Sequence[str]) -> Header:
    """Find the header in a file's first line, or in its second, below one line of junk.

    Raises FileProcessingError that names the column that is missing and lists those found.
    """
    for number, line in enumerate(lines[:2], start=1):
        header = _best_reading(line, number)
        if header is not None:
            return header
    raise _no_header(lines)


def _best_reading(line: str, number: int) -> Header | None:
    """The line as a header, by the delimiter under which most of its names are known."""
    candidates = [
        header
        for delimiter in DELIMITERS
        if (header := _as_header(_split(line, delimiter), delimiter, number)) is not None
    ]
    return max(candidates, key=lambda header: len(header.columns), default=None)


def _split(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line], delimiter=delimiter), [])


def _as_header(names: list[str], delimiter: str, number: int) -> Header | None:
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
    known = set(KNOWN_UNUSED)
    for column, aliases in ALIASES[kind].items():
        known.update(aliases)
        alias = next((alias for alias in aliases if alias in normal), None)
        if alias is not None:
            columns[column] = normal.index(alias)
    _refuse_repeated(normal, columns)
    unknown = tuple(
        name.strip()[:100] for name, plain in zip(names, normal, strict=True) if plain not in known
    )
    return Header(kind, delimiter, columns, len(names), number, unknown)


def _kind(names: set[str]) -> Kind | None:
    if names & OF_FINANCES:
        raise FileProcessingError(
            "This is a monthly financial report; only video, claims and asset reports describe "
            "the catalogue.",
            {"rule": "kind", "found": sorted(names & OF_FINANCES)},
        )
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


def _no_header(lines: Sequence[str]) -> FileProcessingError:
    found = max((_split(lines[0], d) for d in DELIMITERS), key=len) if lines else []
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
