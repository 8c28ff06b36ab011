"""One parser for each kind of value that a parameter can have; all raise ValidationError."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from datetime import date

from catalogtool.catalog.search.parameters import check_text, refuse

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
NUMBER = re.compile(r"[0-9]{1,18}")
CODE_NOISE = re.compile(r"[-\s]")

Parser = Callable[[str, str], object]


def text_up_to(longest: int) -> Parser:
    """Any text up to this many characters; an empty one means that there is no such filter."""

    def parse(field: str, value: str) -> str | None:
        if len(check_text(field, value)) > longest:
            refuse(field, f"at most {longest} characters")
        return value or None

    return parse


def one_of(*allowed: str) -> Parser:
    """One of a few words."""

    def parse(field: str, value: str) -> str:
        if value not in allowed:
            refuse(field, f"must be one of {', '.join(allowed)}", allowed)
        return value

    return parse


def yes_no(field: str, value: str) -> bool:
    """`yes` or `no`."""
    return one_of("yes", "no")(field, value) == "yes"


def code(field: str, value: str) -> str | None:
    """An ISRC or UPC as it is stored: capitals, without dashes and spaces."""
    given = text_up_to(50)(field, value)
    if given is None:
        return None
    bare = CODE_NOISE.sub("", str(given)).upper()
    if not bare:
        refuse(field, "must hold letters or digits")
    return bare


def day(field: str, value: str) -> date:
    """A day as `YYYY-MM-DD`."""
    try:
        return date.fromisoformat(value if DAY.fullmatch(value) else "")
    except ValueError:
        refuse(field, "must be a day as YYYY-MM-DD")


def number_between(least: int, most: int) -> Parser:
    """A whole number in a range, in plain digits."""

    def parse(field: str, value: str) -> int:
        if not NUMBER.fullmatch(value) or not least <= int(value) <= most:
            refuse(field, f"must be a whole number from {least} to {most}")
        return int(value)

    return parse


def names_among(allowed: Collection[str]) -> Parser:
    """A comma list of known names: each once, in the order of `allowed`."""

    def parse(field: str, value: str) -> tuple[str, ...]:
        given = {name.strip() for name in value.split(",")}
        for name in sorted(given):
            if name not in allowed:
                refuse(field, "must be a comma list of known fields", allowed)
        return tuple(name for name in allowed if name in given)

    return parse
