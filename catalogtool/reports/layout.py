"""Batches of a report's rows to the lines that COPY takes: which cell goes where, and how."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from itertools import compress

from catalogtool.catalog.merge.fields import Kind
from catalogtool.catalog.merge.staging import staged_columns
from catalogtool.reports import cells, values
from catalogtool.reports.cells import Column, Outcome
from catalogtool.reports.header import Header
from catalogtool.reports.rows import LONGEST_SHOWN, Batch, RowError

CellConverter = Callable[[Column, Outcome], Column]

LONGEST_TEXT = 20_000

# What most columns of a type need; the columns named below need something of their own.
_BY_TYPE: dict[str, CellConverter] = {
    "integer": cells.integers,
    "bigint": cells.bigints,
    "timestamptz": cells.timestamps,
    "date": cells.dates,
    "boolean": cells.words(values.boolean),
    "text[]": cells.lists,
    "text": cells.texts(LONGEST_TEXT),
    "varchar(10)": cells.words(values.flag),
}
_BY_NAME: dict[str, CellConverter] = {
    "video_id": cells.video_ids,
    "channel_id": cells.words(values.channel_id),
    "video_length": cells.lengths,
    "isrc": cells.isrcs,
    "of_asset_isrc": cells.isrcs,
    "of_asset_upc": cells.upcs,
    "privacy_status": cells.words(values.lower),
    "claim_status": cells.words(values.upper),
    "claim_status_detail": cells.words(values.upper),
    "of_asset_asset_type": cells.words(values.upper),
}
# Columns that the catalogue derives from others, in `_derive`.
_HELPERS = ("claimed_by_this_owner",)


class Layout:
    """Turns batches of one file into CSV for COPY; counts what had to be cut or dropped."""

    def __init__(self, header: Header):
        self._kind = header.kind
        self._columns = header.columns
        types = staged_columns(header.kind)
        self._order = list(types)
        self._converters = {
            name: _converter(header.kind, name, types.get(name, "varchar(10)"))
            for name in (*types, *_HELPERS)
            if name in header.columns
        }
        self.cut = 0
        self.dropped = 0

    def convert(self, batch: Batch) -> tuple[bytes, list[RowError]]:
        """CSV of the rows that can be used, and what is wrong with the others."""
        errors = list(batch.errors)
        if not batch.rows:
            return b"", errors
        by_place: list[Column] = list(zip(*batch.rows, strict=True))
        made: dict[str, Column] = {}
        unusable: dict[int, RowError] = {}
        for name, converter in self._converters.items():
            outcome = Outcome()
            made[name] = converter(by_place[self._columns[name]], outcome)
            self.cut += outcome.cut
            self.dropped += outcome.dropped
            for index, (rule, text) in outcome.unusable.items():
                row = batch.numbers[index]
                unusable.setdefault(index, RowError(row, name, rule, text[:LONGEST_SHOWN]))
        _derive(self._kind, made, len(batch.rows))
        errors += unusable.values()
        return self._csv(made, unusable, len(batch.rows)), errors

    def _csv(self, made: dict[str, Column], unusable: dict[int, RowError], size: int) -> bytes:
        nothing: Column = [None] * size
        columns = [made.get(name, nothing) for name in self._order]
        if unusable:
            keep = [index not in unusable for index in range(size)]
            columns = [list(compress(column, keep)) for column in columns]
        text = io.StringIO()
        # With this line end both kinds of line break inside a title are quoted, as COPY wants.
        csv.writer(text, lineterminator="\r\n").writerows(zip(*columns, strict=True))
        return text.getvalue().encode()


def _converter(kind: Kind, name: str, type_: str) -> CellConverter:
    if kind is Kind.ASSET and name == "asset_id":
        return cells.asset_ids
    if name in _BY_NAME:
        return _BY_NAME[name]
    if type_ in _BY_TYPE:
        return _BY_TYPE[type_]
    longest = int(type_.removeprefix("varchar(").removesuffix(")"))
    if name in {"category", "upload_source", "claim_origin", "content_type", "claim_type"}:
        return cells.words(lambda text: text.strip()[:longest])
    return cells.texts(longest)


def _derive(kind: Kind, made: dict[str, Column], size: int) -> None:
    """Fill the columns that follow from others."""
    nothing: Column = [None] * size
    if kind is Kind.VIDEO:
        if "claimed_by_another_owner" not in made and "other_owners_claiming" in made:
            made["claimed_by_another_owner"] = [
                "Yes" if owners else "No" for owners in made["other_owners_claiming"]
            ]
        claimed = made.pop("claimed_by_this_owner", nothing)
        if "claimed_status" in made:
            made["claimed_status"] = [text and text.lower() for text in made["claimed_status"]]
        elif "claim_id" in made or claimed is not nothing:
            made["claimed_status"] = [
                "claimed" if claim or flag == "Yes" else "unclaimed" if flag == "No" else None
                for claim, flag in zip(made.get("claim_id", nothing), claimed, strict=True)
            ]
        if "upload_source" in made:
            made["is_live_stream"] = [
                None if not source else str("live" in source.lower()).lower()
                for source in made["upload_source"]
            ]
    elif kind is Kind.CLAIMS:
        states: dict[tuple[str | None, str | None], str | None] = {}
        pairs = list(
            zip(
                made.get("claim_status", nothing),
                made.get("claim_status_detail", nothing),
                strict=True,
            )
        )
        for pair in set(pairs):
            states[pair] = _claim_state(*pair)
        made["claimed_status"] = [states[pair] for pair in pairs]
        # The custom id of a claims report is the asset's.
        made["of_asset_custom_id"] = made.get("custom_id", nothing)


def _claim_state(status: str | None, detail: str | None) -> str | None:
    """A claim's state in one word, as far as a video shows it."""
    if not status:
        return None
    text = f"{status} {detail or ''}"
    if "APPEAL" in text:
        return "appeal"
    if "DISPUTE" in text:
        return "dispute"
    return {"ACTIVE": "claimed", "PENDING": "pending", "INACTIVE": "unclaimed"}.get(status)
