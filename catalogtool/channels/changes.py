"""What a person may change in a channel: each field with its rule, the same for every caller."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from catalogtool.channels.countries import COUNTRIES
from catalogtool.channels.models import NAME_LENGTH
from catalogtool.core.errors import ValidationError

LONGEST_DESCRIPTION = 5_000
LONGEST_URL = 500
# No name or password in front of the host, no blank, no backslash.
HTTPS_URL = r"^https://[A-Za-z0-9.-]+(:[0-9]{1,4})?([/?#][!-\[\]-~]*)?$"


def parse_changes(given: Mapping[str, Any]) -> dict[str, Any]:
    """Values by column from a caller's fields; ValidationError names the first that is wrong."""
    found: dict[str, Any] = {}
    for field, value in given.items():
        if field not in _FIELDS:
            shown = field[:60].encode("utf-8", "replace").decode()
            _refuse(shown, f"is not one of {', '.join(_FIELDS)}")
        column, parse = _FIELDS[field]
        found[column] = parse(field, value)
    return found


def _refuse(field: str, rule: str) -> NoReturn:
    raise ValidationError(f"{field}: {rule}", {"field": field, "rule": rule})


def _text(field: str, value: Any, longest: int) -> str:
    if not isinstance(value, str):
        _refuse(field, "must be a text")
    text = value.strip()
    if "\0" in text:
        _refuse(field, "must not contain a NUL character")
    if any("\ud800" <= character <= "\udfff" for character in text):
        _refuse(field, "must not contain half a character (a lone surrogate)")
    if len(text) > longest:
        _refuse(field, f"at most {longest:,} characters")
    return text


def _name(field: str, value: Any) -> str:
    return _text(field, value, NAME_LENGTH) or _refuse(field, "must not be blank")


def _description(field: str, value: Any) -> str | None:
    return None if value is None else _text(field, value, LONGEST_DESCRIPTION) or None


def _image_url(field: str, value: Any) -> str | None:
    """An address for browsers; this server never asks for it."""
    if value is None:
        return None
    text = _text(field, value, LONGEST_URL)
    if not re.fullmatch(HTTPS_URL, text):
        _refuse(field, "must be an address that begins with https://")
    return text


def _country(field: str, value: Any) -> str | None:
    if value is None:
        return None
    code = _text(field, value, 2).upper()
    if code not in COUNTRIES:
        _refuse(field, "must be a country's two letters as in ISO 3166")
    return code


def _is_monetized(field: str, value: Any) -> bool | None:
    if value is not None and not isinstance(value, bool):
        _refuse(field, "must be true, false or null")
    return value


# The caller's name of each field: the column, and the rule.
_FIELDS: dict[str, tuple[str, Callable[[str, Any], Any]]] = {
    "new_name": ("name", _name),
    "description": ("description", _description),
    "image_url": ("image_url", _image_url),
    "country": ("country", _country),
    "is_monetized": ("is_monetized", _is_monetized),
}
