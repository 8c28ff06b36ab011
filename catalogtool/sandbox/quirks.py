"""The quirks of single rows: what each of them does to a row, and how often it comes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from catalogtool.sandbox.report_rows import quoted

OVERLONG = 2000
"""Characters in an over-long title: more than any column for titles holds."""


class Quirk(StrEnum):
    MISSING_ID = "missing_id"
    MALFORMED_ID = "malformed_id"
    WRONG_FIELD_COUNT = "wrong_field_count"
    NOT_A_NUMBER = "not_a_number"
    DUPLICATE = "duplicate"
    BAD_DATE = "bad_date"
    DATE_SPELLING = "date_spelling"
    LONG_TITLE = "long_title"
    FLAG_SPELLING = "flag_spelling"
    CLOCK_DURATION = "clock_duration"
    ISO_DURATION = "iso_duration"
    EMPTY_CELLS = "empty_cells"
    NUL_BYTE = "nul_byte"
    ODD_QUOTING = "odd_quoting"
    CHANNEL_WITHOUT_UC = "channel_without_uc"

    def suits(self, columns: Mapping[str, int]) -> bool:
        """Whether a report with these columns has a place for the quirk."""
        needed = _NEEDS.get(self)
        return needed is None or any(name in columns for name in needed)


REJECTING = frozenset(
    {Quirk.MISSING_ID, Quirk.MALFORMED_ID, Quirk.WRONG_FIELD_COUNT, Quirk.NOT_A_NUMBER}
)
"""A row with one of these cannot be used; a row with any other quirk can."""

PER_THOUSAND = {quirk: 5 if quirk in REJECTING else 10 for quirk in Quirk}

_IDS = ("video_id", "asset_id")
_VIEWS = ("views", "approx_daily_views")
_DATES = ("time_published", "time_uploaded", "video_upload_date")
_DURATIONS = ("video_length", "video_duration_sec")
_TITLES = ("video_title", "asset_title")
_NEEDS = {
    Quirk.BAD_DATE: _DATES,
    Quirk.DATE_SPELLING: _DATES,
    Quirk.LONG_TITLE: _TITLES,
    Quirk.NUL_BYTE: _TITLES,
    Quirk.ODD_QUOTING: _TITLES,
    Quirk.CLOCK_DURATION: _DURATIONS,
    Quirk.ISO_DURATION: _DURATIONS,
    Quirk.CHANNEL_WITHOUT_UC: ("channel_id",),
}
_BLANKED = (
    "category", "effective_policy", "video_privacy_status", "embedding_allowed", "artist", "upc",
    "asset_labels", "ownership", "claim_origin",
)  # fmt: skip
_BAD_DATES = ("0000-00-00", "0000-01-01", "9999-12-31", "2019-02-31", "2021/13/01", "yesterday")
_NO_NUMBERS = ('"12,345"', "abc", "-17", "92233720368547758070")
_YES, _NO = ("true", "TRUE", "1", "yes", "YES"), ("false", "FALSE", "0", "no", "NO")


@dataclass
class Row:
    """The cells of one row, found by the name of the fact that they hold."""

    cells: list[str]
    columns: Mapping[str, int]

    def __getitem__(self, name: str) -> str:
        return self.cells[self.columns[name]]

    def __setitem__(self, name: str, cell: str) -> None:
        self.cells[self.columns[name]] = cell

    def first(self, names: tuple[str, ...]) -> str:
        """The first of these names that the report has."""
        return next(name for name in names if name in self.columns)


def _key(row: Row) -> str:
    return row.first(_IDS)


def _lose_id(row: Row, chance: int) -> None:
    row[_key(row)] = ("", "  ")[chance & 1]


def _break_id(row: Row, chance: int) -> None:
    whole = row[_key(row)]
    broken = (
        whole[:-1], whole + "A", f"{whole[:5]}!{whole[6:]}", f"{whole[:5]} {whole[6:]}",
        f"https://youtu.be/{whole}", "é" * len(whole),
    )  # fmt: skip
    row[_key(row)] = broken[chance % len(broken)]


def _miscount(row: Row, chance: int) -> None:
    if chance & 1:
        row.cells.append("surplus")
    else:
        del row.cells[-(1 + (chance >> 1 & 3)) :]


def _break_number(row: Row, chance: int) -> None:
    row[row.first(_VIEWS)] = _NO_NUMBERS[chance % len(_NO_NUMBERS)]


def _break_date(row: Row, chance: int) -> None:
    row[row.first(_DATES)] = _BAD_DATES[chance % len(_BAD_DATES)]


def _respell_date(row: Row, chance: int) -> None:
    """The same day in one of the two other spellings; the time of the day may go."""
    name = row.first(_DATES)
    year, month, day = row[name][:4], row[name][5:7], row[name][8:10]
    spellings = (
        f"{year}/{month}/{day}",
        f"{year}-{month}-{day}",
        f"{year}-{month}-{day}T00:00:00Z",
    )
    others = [
        text for text in spellings if text[:5] != row[name][:5] or len(text) != len(row[name])
    ]
    row[name] = others[chance % len(others)]


def _lengthen_title(row: Row, chance: int) -> None:
    name = row.first(_TITLES)
    letter = ("x", "é", "長", "🎵")[chance & 3]
    row[name] = quoted(letter * OVERLONG)


def _respell_flags(row: Row, chance: int) -> None:
    for position, cell in enumerate(row.cells):
        choice = (chance >> position % 16) % len(_YES)
        if cell in ("Yes", "yes", "true"):
            row.cells[position] = _YES[choice]
        elif cell in ("No", "no", "false"):
            row.cells[position] = _NO[choice]


def _to_clock(row: Row, _chance: int) -> None:
    minutes, seconds = divmod(int(row[row.first(_DURATIONS)]), 60)
    row[row.first(_DURATIONS)] = f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}"


def _to_iso_duration(row: Row, _chance: int) -> None:
    minutes, seconds = divmod(int(row[row.first(_DURATIONS)]), 60)
    hours = f"{minutes // 60}H" if minutes >= 60 else ""
    row[row.first(_DURATIONS)] = f"PT{hours}{minutes % 60}M{seconds}S"


def _empty_cells(row: Row, _chance: int) -> None:
    for name in _BLANKED:
        if name in row.columns:
            row[name] = ""


def _insert_nul(row: Row, chance: int) -> None:
    row[row.first(_TITLES)] = f"Before{chr(0)}after {chance}"


def _quote_oddly(row: Row, chance: int) -> None:
    """Quotes where RFC 4180 has none, yet every usual parser agrees on where the cell ends."""
    odd = (f'A "live" cut {chance}', f'"Quoted" then not {chance}', f'12" single {chance} 7"')
    row[row.first(_TITLES)] = odd[chance % len(odd)]


def _strip_uc(row: Row, _chance: int) -> None:
    row["channel_id"] = row["channel_id"].removeprefix("UC")


SPOILERS: Mapping[Quirk, Callable[[Row, int], None]] = {
    Quirk.MISSING_ID: _lose_id,
    Quirk.MALFORMED_ID: _break_id,
    Quirk.WRONG_FIELD_COUNT: _miscount,
    Quirk.NOT_A_NUMBER: _break_number,
    Quirk.BAD_DATE: _break_date,
    Quirk.DATE_SPELLING: _respell_date,
    Quirk.LONG_TITLE: _lengthen_title,
    Quirk.FLAG_SPELLING: _respell_flags,
    Quirk.CLOCK_DURATION: _to_clock,
    Quirk.ISO_DURATION: _to_iso_duration,
    Quirk.EMPTY_CELLS: _empty_cells,
    Quirk.NUL_BYTE: _insert_nul,
    Quirk.ODD_QUOTING: _quote_oddly,
    Quirk.CHANNEL_WITHOUT_UC: _strip_uc,
}
