"""Batches of a report's rows to the lines that COPY takes: which cell goes where, and how."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from itertools import compress

from catalogtool.catalog.merge.fields import Kind
from catalogtool.catalog.merge.staging import staged_columns
from catalogtool.reports import cells, values
from catalogtool.reports.cells import Column, Outcome
from catalogtool.reports.header import Header
from catalogtool.reports.rows import LONGEST_FIELD, LONGEST_SHOWN, Batch, RowError

CellConverter = Callable[[Column, Outcome], Column]

LONGEST_TEXT = 20_000

ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})

# What most columns of a type need; the columns named below need something of their own.
_BY_TYPE: dict[str, CellConverter] = {
    "integer": cells.integers,
    "bigint": cells.bigints,
    "timestamptz": cells.timestamps,
    "date": cells.dates,
    "boolean": cells.words(values.boolean, len("false")),
    "text[]": cells.lists,
    "text": cells.texts(LONGEST_TEXT),
    "varchar(10)": cells.words(values.flag, len("Yes")),
}
_BY_NAME: dict[str, CellConverter] = {
    "video_id": cells.video_ids,
    "video_length": cells.lengths,
    "isrc": cells.isrcs,
    "of_asset_isrc": cells.isrcs,
    "of_asset_upc": cells.upcs,
}
# Columns of few different texts, cut at the length of their type.
WORDS: dict[str, cells.Convert] = {
    "channel_id": values.channel_id,
    "privacy_status": values.lower,
    "claimed_status": values.lower,
    "claim_status": values.upper,
    "claim_status_detail": values.upper,
    "of_asset_asset_type": values.upper,
    "category": values.word,
    "upload_source": values.word,
    "claim_origin": values.word,
    "content_type": values.word,
    "claim_type": values.word,
}
# Columns that the catalogue derives from others, in `_derive`.
HELPERS = ("claimed_by_this_owner",)


class Layout:
    """Turns batches of one file into lines for COPY; counts what had to be cut or dropped."""

    def __init__(self, header: Header):
        self._kind = header.kind
        self._columns = header.columns
        types = staged_columns(header.kind)
        self._order = list(types)
        self._converters = {
            name: _converter(header.kind, name, types.get(name, "varchar(10)"))
            for name in (*types, *HELPERS)
            if name in header.columns
        }
        self.cut = 0
        self.dropped = 0

    def convert(self, batch: Batch) -> tuple[bytes, list[RowError]]:
        """The lines for COPY of the rows that can be used, and what is wrong with the others."""
        if batch.ready is not None:
            self.cut += batch.ready.cut
            return batch.ready.lines, []
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
        return self._copy_text(made, unusable, len(batch.rows)), errors

    def _copy_text(self, made: dict[str, Column], unusable: Container[int], size: int) -> bytes:
        nothing: Column = [""] * size
        columns = [made.get(name, nothing) for name in self._order]
        if unusable:
            keep = [index not in unusable for index in range(size)]
            columns = [list(compress(column, keep)) for column in columns]
        return copy_text(columns).encode()


def copy_text(columns: Sequence[Column]) -> str:
    """Rows in the text format of COPY, where an empty cell stands for null."""
    escaped = [_escaped(column) if _needs_escape("".join(column)) else column for column in columns]
    return "".join(["\t".join(row) + "\n" for row in zip(*escaped, strict=True)])


def _escaped(column: Column) -> Column:
    return [text.translate(ESCAPES) if _needs_escape(text) else text for text in column]


def _needs_escape(text: str) -> bool:
    return "\\" in text or "\n" in text or "\t" in text or "\r" in text


def _converter(kind: Kind, name: str, type_: str) -> CellConverter:
    if kind is Kind.ASSET and name == "asset_id":
        return cells.asset_ids
    if name in _BY_NAME:
        return _BY_NAME[name]
    if kind is Kind.EXPORT and type_.startswith("text"):
        # The catalogue's own texts; nothing of them may be lost.
        return cells.exact_texts(LONGEST_FIELD)
    if type_ in _BY_TYPE:
        return _BY_TYPE[type_]
    longest = int(type_.removeprefix("varchar(").removesuffix(")"))
    if kind is Kind.EXPORT:
        return cells.exact_texts(longest)
    return cells.words(WORDS[name], longest) if name in WORDS else cells.texts(longest)


def _derive(kind: Kind, made: dict[str, Column], size: int) -> None:
    """Fill the columns that follow from others."""
    nothing: Column = [""] * size
    if kind is Kind.VIDEO:
        if "claimed_by_another_owner" not in made and "other_owners_claiming" in made:
            made["claimed_by_another_owner"] = [
                "Yes" if owners else "No" for owners in made["other_owners_claiming"]
            ]
        claimed = made.pop("claimed_by_this_owner", nothing)
        if "claimed_status" not in made and ("claim_id" in made or claimed is not nothing):
            made["claimed_status"] = [
                "claimed" if claim or flag == "Yes" else "unclaimed" if flag == "No" else ""
                for claim, flag in zip(made.get("claim_id", nothing), claimed, strict=True)
            ]
        if "upload_source" in made:
            made["is_live_stream"] = [
                values.is_live(source) if source else "" for source in made["upload_source"]
            ]
    elif kind is Kind.CLAIMS:
        details = made.get("claim_status_detail", nothing)
        pairs = list(map(" ".join, zip(made.get("claim_status", nothing), details, strict=True)))
        states = {pair: claim_state(pair) for pair in set(pairs)}
        made["claimed_status"] = [states[pair] for pair in pairs]
        # The custom id of a claims report is the asset's.
        made["of_asset_custom_id"] = made.get("custom_id", nothing)


def claim_state(status_and_detail: str) -> str:
    """A claim's state in one word, as far as a video shows it."""
    status, _, _ = status_and_detail.partition(" ")
    if "APPEAL" in status_and_detail:
        return "appeal"
    if "DISPUTE" in status_and_detail:
        return "dispute"
    return {"ACTIVE": "claimed", "PENDING": "pending", "INACTIVE": "unclaimed"}.get(status, "")
