"""One order for a file: which videos, which columns, in which form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from catalogtool.catalog.export.columns import DEFAULT_COLUMNS, parse_columns
from catalogtool.catalog.search.filters import PARSERS, Filters, parse_filters
from catalogtool.catalog.search.parameters import check_names
from catalogtool.catalog.search.values import Parser, one_of

FORMATS = ("csv", "csv.gz")


@dataclass(frozen=True)
class ExportRequest:
    """The whole order; `safe` makes a file for spreadsheets, else it is exact."""

    filters: Filters
    columns: tuple[str, ...] = DEFAULT_COLUMNS
    format: str = "csv"
    safe: bool = True

    @property
    def is_compressed(self) -> bool:
        """Whether the file is gzipped."""
        return self.format == "csv.gz"

    @property
    def file_name(self) -> str:
        """What the file is called, after the present day (UTC)."""
        return f"video_export_{datetime.now(UTC):%Y-%m-%d}.{self.format}"


def _columns(field: str, value: str) -> tuple[str, ...]:
    return parse_columns(field, value) if value else DEFAULT_COLUMNS


def _safe(field: str, value: str) -> bool:
    return one_of("0", "1")(field, value) == "1"


_OWN: dict[str, Parser] = {"columns": _columns, "format": one_of(*FORMATS), "safe": _safe}


def parse_export(given: Mapping[str, str]) -> ExportRequest:
    """The order that these parameters make; ValidationError names the first that is wrong."""
    check_names(given, (*PARSERS, *_OWN))
    filters = parse_filters({name: given[name] for name in given if name in PARSERS})
    own = {name: parse(name, given[name]) for name, parse in _OWN.items() if name in given}
    return ExportRequest(filters, **own)  # type: ignore[arg-type]
