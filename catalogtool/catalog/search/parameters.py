"""From the bytes of a query string to clean texts.

The web framework replaces what is not UTF-8 and takes the first of repeated parameters; a search
that silently means something else than what was sent is worse than a clear refusal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NoReturn
from urllib.parse import parse_qsl

from catalogtool.core.errors import ValidationError

MOST_PARAMETERS = 100
SHOWN = 60


def refuse(field: str, rule: str, allowed: Iterable[str] | None = None) -> NoReturn:
    """Raise ValidationError that names the parameter, the rule and what is allowed."""
    shown = printable(field)
    details: dict[str, Any] = {"field": shown, "rule": rule}
    if allowed is not None:
        details["allowed"] = sorted(allowed)
    raise ValidationError(f"{shown}: {rule}", details)


def printable(text: str) -> str:
    """A caller's text, cut, so that it can stand in a message."""
    return text[:SHOWN].encode("utf-8", "replace").decode().replace("\0", "?")


def read_query(raw: bytes) -> dict[str, str]:
    """The parameters of a raw query string; each at most once, each proper text."""
    try:
        pairs = parse_qsl(
            raw.decode("utf-8", "surrogateescape"),
            keep_blank_values=True,
            errors="surrogateescape",
            max_num_fields=MOST_PARAMETERS,
        )
    except ValueError:
        refuse("query", f"at most {MOST_PARAMETERS} parameters")
    found: dict[str, str] = {}
    for name, value in pairs:
        if name in found:
            refuse(name, "may be given only once")
        found[name] = check_text(name, value)
    return found


def check_names(given: Mapping[str, str], known: Iterable[str]) -> None:
    """Refuse parameters that nobody knows; a typing error must not widen a search."""
    known = set(known)
    for name in given:
        if name not in known:
            refuse(name, "is not a parameter here", known)


def check_text(field: str, value: object) -> str:
    """A text that PostgreSQL can hold: a string without NUL and without lone surrogates."""
    if not isinstance(value, str):
        refuse(field, "must be a text")
    if "\0" in value:
        refuse(field, "must not contain a NUL character")
    try:
        value.encode()
    except UnicodeEncodeError:
        refuse(field, "must be valid UTF-8")
    return value
