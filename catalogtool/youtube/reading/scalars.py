"""Single values of an answer: what is of another type than promised counts as not said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import isodate

LARGEST = 2**63 - 1
LONGEST_LENGTH = 2**31 - 1
FIRST_YEAR, LAST_YEAR = 1990, 2100

_DIGITS = re.compile(r"[0-9]{1,19}")
_LONE = re.compile(r"[\ud800-\udfff]")


def clean(text: str) -> str:
    """The text as a database and a page can hold it: no NUL, no half of a surrogate pair."""
    return _LONE.sub("\N{REPLACEMENT CHARACTER}", text.replace("\0", ""))


def cleaned(value: Any, depth: int = 20) -> Any:
    """Any JSON value with all texts in it clean; what lies too deep is dropped."""
    if isinstance(value, str):
        return clean(value)
    if depth and isinstance(value, dict):
        return {clean(str(key)): cleaned(item, depth - 1) for key, item in value.items()}
    if depth and isinstance(value, list):
        return [cleaned(item, depth - 1) for item in value]
    return None if isinstance(value, dict | list) else value


def items_of(answer: Mapping[str, Any], name: str = "items") -> list[dict[str, Any]]:
    """The objects of a list; whatever else stands in it is left out."""
    items = answer.get(name)
    if not isinstance(items, list):
        return []
    return [item for item in items if isinstance(item, dict)]


def page_token(answer: Mapping[str, Any]) -> str | None:
    """What to ask the next page with; an empty token means that there is none."""
    token = answer.get("nextPageToken")
    return token if isinstance(token, str) and token else None


def part(item: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """An object within an object; an empty one if it is missing."""
    value = item.get(name)
    return value if isinstance(value, dict) else {}


def text_of(item: Mapping[str, Any], name: str) -> str | None:
    value = item.get(name)
    return clean(value) if isinstance(value, str) else None


def word_of(item: Mapping[str, Any], name: str) -> str | None:
    """A text without the blanks around it; an empty one says nothing."""
    return (text_of(item, name) or "").strip() or None


def texts_of(item: Mapping[str, Any], name: str) -> list[str] | None:
    """The texts of a list, without empty ones; None if there is no list."""
    values = item.get(name)
    if not isinstance(values, list):
        return None
    return [text for v in values if isinstance(v, str) and (text := clean(v).strip())]


def flag_of(item: Mapping[str, Any], name: str) -> bool | None:
    value = item.get(name)
    return value if isinstance(value, bool) else None


def count_of(item: Mapping[str, Any], name: str) -> int | None:
    """A whole number, 0 or more; YouTube writes large ones as texts."""
    value = item.get(name)
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= LARGEST else None


def time_of(item: Mapping[str, Any], name: str) -> datetime | None:
    """An RFC 3339 time, in UTC."""
    value = item.get(name)
    if not isinstance(value, str) or not value.isascii() or not 10 <= len(value) <= 40:
        return None
    try:
        moment = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", value.upper()))
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if FIRST_YEAR <= moment.year <= LAST_YEAR else None


def length_of(item: Mapping[str, Any], name: str) -> int | None:
    """Whole seconds of an ISO 8601 duration; a length of nothing is none."""
    value = item.get(name)
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        length = isodate.parse_duration(value, as_timedelta_if_possible=True)
    except (isodate.ISO8601Error, AttributeError, ArithmeticError, TypeError, ValueError):
        return None
    if not isinstance(length, timedelta):
        return None
    seconds = int(length.total_seconds())
    return seconds if 0 < seconds <= LONGEST_LENGTH else None
