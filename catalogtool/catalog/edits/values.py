"""One parser for each kind of value that a field can be set to; all raise ValidationError.

A parser takes the field's name and the value as it came in JSON, and returns it as it is stored:
texts without blanks around them, codes bare, None for "unknown".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stdnum import ean, isrc
from stdnum.exceptions import InvalidChecksum, InvalidComponent
from stdnum.exceptions import ValidationError as InvalidCode

from catalogtool.catalog.search.parameters import check_text, refuse

LONGEST_CODE = 50
LONGEST_ENTRY = 255
MOST_ENTRIES = 100
# Reports divide the entries of a list by this character.
DIVIDER = "|"

Value = str | bool | tuple[str, ...] | None
Parser = Callable[[str, Any], Value]


def text(longest: int, *, required: bool = False) -> Parser:
    """Any text up to this many characters; an empty one is unknown, which may be forbidden."""

    def parse(field: str, value: Any) -> str | None:
        found = None if value is None else check_text(field, value).strip()
        if not found:
            if required:
                refuse(field, "must not be empty")
            return None
        if len(found) > longest:
            refuse(field, f"at most {longest} characters")
        return found

    return parse


def one_of(*allowed: str) -> Parser:
    """One of a few words."""

    def parse(field: str, value: Any) -> str:
        if not isinstance(value, str) or value not in allowed:
            refuse(field, f"must be one of {', '.join(allowed)}", allowed)
        return value

    return parse


def switch(field: str, value: Any) -> bool:
    """On or off."""
    if not isinstance(value, bool):
        refuse(field, "must be true or false")
    return value


def verdict(field: str, value: Any) -> bool | None:
    """Yes, no or unknown."""
    if value is not None and not isinstance(value, bool):
        refuse(field, "must be true, false or null")
    return value


def isrc_code(field: str, value: Any) -> str | None:
    """An ISRC in capitals without dashes; its form and its first two letters are checked."""
    given = _code(field, value)
    if given is None:
        return None
    try:
        return str(isrc.validate(given))
    except InvalidComponent:
        refuse(field, "must be an ISRC, and no agency gives out codes that begin like this")
    except InvalidCode:
        refuse(field, "must be an ISRC: 2 letters, 3 letters or digits, then 7 digits")


def upc_code(field: str, value: Any) -> str | None:
    """A UPC or EAN without dashes; its check digit is checked."""
    given = _code(field, value)
    if given is None:
        return None
    try:
        return str(ean.validate(given))
    except InvalidChecksum:
        expected = ean.calc_check_digit(ean.compact(given)[:-1])
        refuse(field, f"must be a UPC or EAN, and the check digit of this one would be {expected}")
    except InvalidCode:
        refuse(field, "must be a UPC or EAN of 8, 12, 13 or 14 digits")


def entries(field: str, value: Any) -> tuple[str, ...] | None:
    """A list of texts, each once, without empty ones; nothing left is unknown."""
    if value is None:
        return None
    if not isinstance(value, list):
        refuse(field, "must be a list of texts")
    if len(value) > MOST_ENTRIES:
        refuse(field, f"at most {MOST_ENTRIES} entries")
    found = dict.fromkeys(_entry(field, entry) for entry in value)
    found.pop("", None)
    return tuple(found) or None


def _entry(field: str, value: Any) -> str:
    entry = check_text(field, value).strip()
    if len(entry) > LONGEST_ENTRY:
        refuse(field, f"at most {LONGEST_ENTRY} characters in an entry")
    if DIVIDER in entry:
        refuse(field, f"an entry must not contain {DIVIDER}, which divides entries in reports")
    return entry


def _code(field: str, value: Any) -> str | None:
    given = text(LONGEST_CODE)(field, value)
    if given is not None and not str(given).isascii():
        refuse(field, "must hold plain letters, digits and dashes only")
    return None if given is None else str(given)
