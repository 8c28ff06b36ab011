"""One cell's text to the value that the catalogue keeps.

Each function takes a text that is not empty and returns the text for COPY. `None` means that the
value is unknown; `Unusable` that the row cannot be used because of it.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache

import isodate

LARGEST_INTEGER = 2**31 - 1
LARGEST_BIGINT = 2**63 - 1
FIRST_YEAR, LAST_YEAR = 1990, 2100
LONGEST_TIME = 64

_VIDEO_ID = re.compile(r"[A-Za-z0-9_-]{11}")
_NUMBER = re.compile(r"[0-9]+")
_CLOCK = re.compile(r"(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})")
_DATE = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ](.*))?", re.DOTALL)

YES = frozenset({"yes", "true", "1", "y", "t"})
NO = frozenset({"no", "false", "0", "n", "f"})


class Unusable(Exception):  # noqa: N818 (it speaks of the value)
    """The text breaks a rule, which the message tells, so badly that the row is rejected."""


def video_id(text: str) -> str:
    """Eleven letters, digits, `-` or `_`."""
    value = text.strip()
    if not _VIDEO_ID.fullmatch(value):
        raise Unusable("a video id has 11 characters: letters, digits, - and _")
    return value


def asset_id(text: str) -> str:
    """Whatever identifies an asset; an asset report has no other key."""
    value = text.strip()
    if not value or len(value) > 50:
        raise Unusable("an asset id has 1 to 50 characters")
    return value


def integer(text: str) -> str | None:
    """A whole number that a 32-bit column can hold."""
    return _whole(text, LARGEST_INTEGER)


def bigint(text: str) -> str | None:
    """A whole number that a 64-bit column can hold."""
    return _whole(text, LARGEST_BIGINT)


def _whole(text: str, largest: int) -> str | None:
    value = text.strip()
    if not value:
        return None
    if not _NUMBER.fullmatch(value):
        raise Unusable("must be a whole number, 0 or more")
    if len(value) > 19 or int(value) > largest:
        raise Unusable(f"must not be larger than {largest}")
    return value


def seconds(text: str) -> str | None:
    """A length: whole seconds, H:MM:SS or M:SS, or an ISO 8601 duration."""
    value = text.strip()
    if value[:1].upper() == "P":
        try:
            length = isodate.parse_duration(value.upper(), as_timedelta_if_possible=True)
            return _whole(str(int(length.total_seconds())), LARGEST_INTEGER)
        except (isodate.ISO8601Error, AttributeError, OverflowError, ValueError):
            raise Unusable("must be seconds, H:MM:SS or an ISO 8601 duration") from None
    clock = _CLOCK.fullmatch(value)
    if clock:
        hours, minutes, rest = (int(part or 0) for part in clock.groups())
        return str(hours * 3600 + minutes * 60 + rest)
    if value and not _NUMBER.fullmatch(value):
        raise Unusable("must be seconds, H:MM:SS or an ISO 8601 duration")
    return _whole(value, LARGEST_INTEGER)


def timestamp(text: str) -> str | None:
    """A time in UTC from `2018-01-31`, `2018/01/31` or ISO 8601; what is no date is unknown."""
    return _timestamp(text) if len(text) <= LONGEST_TIME else None


@lru_cache(maxsize=65_536)
def _timestamp(text: str) -> str | None:
    parts = _DATE.fullmatch(text.strip())
    if parts is None:
        return None
    year, month, day, rest = parts.groups()
    try:
        moment = datetime.fromisoformat(
            f"{year}-{int(month):02}-{int(day):02}" + (f"T{rest.strip()}" if rest else "")
        )
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment.isoformat() if FIRST_YEAR <= moment.year <= LAST_YEAR else None


def date(text: str) -> str | None:
    """A day; a time of the day is dropped."""
    moment = timestamp(text)
    return moment[:10] if moment else None


def flag(text: str) -> str | None:
    """`Yes` or `No`, however it is spelled; anything else is unknown."""
    word = text.strip().casefold()
    return "Yes" if word in YES else "No" if word in NO else None


def boolean(text: str) -> str | None:
    """`true` or `false`, however it is spelled; anything else is unknown."""
    word = text.strip().casefold()
    return "true" if word in YES else "false" if word in NO else None


def word(text: str) -> str | None:
    """Without the blanks around it."""
    return text.strip() or None


def is_live(upload_source: str) -> str:
    """Whether a video was uploaded from a live stream, as its source tells."""
    return "true" if "live" in upload_source.lower() else "false"


def lower(text: str) -> str | None:
    """A status in small letters."""
    return text.strip().lower() or None


def upper(text: str) -> str | None:
    """A status in capitals, words joined by `_`."""
    return text.strip().upper().replace(" ", "_") or None


def channel_id(text: str) -> str | None:
    """Some reports leave out the `UC` that a channel id begins with."""
    value = text.strip()
    return f"UC{value}" if len(value) == 22 and not value.startswith("UC") else value or None


def pipe_list(text: str) -> str | None:
    """The items of a cell, divided by pipes without blanks; empty ones are dropped."""
    return "|".join(part for item in text.split("|") if (part := item.strip())) or None
