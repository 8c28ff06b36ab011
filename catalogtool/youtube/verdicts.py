"""What an answer that is no success means; a pure reading of status, headers and body."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html import unescape
from typing import Any, Literal

from catalogtool.youtube.errors import (
    BadRequest,
    BrokenAnswer,
    Busy,
    NotFound,
    Refused,
    Unauthorized,
    YouTubeError,
)
from catalogtool.youtube.reading.scalars import clean

LONGEST_MESSAGE = 300
LONGEST_REASON = 100
LONGEST_WAIT_SECONDS = 3600.0

_DAY_REASONS = frozenset({"quotaExceeded", "dailyLimitExceeded", "dailyLimitExceededUnreg"})
_PACE_REASONS = frozenset({"rateLimitExceeded", "userRateLimitExceeded"})
_SPEAKS_OF_A_DAY = re.compile(r"\bper[\s_-]*day\b|perday|\bdaily\b|daily_?limit", re.IGNORECASE)
_MARKUP = re.compile(r"<[^<>]*>")

_NAMES = {
    400: "the request is not accepted",
    401: "the access token is not accepted",
    403: "this is not allowed",
    404: "there is no such thing",
    429: "too many requests",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """kind: what to do about it. reason: YouTube's own word, or `http_500` where it gave none."""

    kind: Literal["day", "busy", "unauthorized", "refused", "bad", "unknown", "broken"]
    reason: str
    message: str
    retry_after: float | None = None

    def error(self) -> YouTubeError:
        """As an error; the day's quota is none of them, since it has a time."""
        if self.kind == "busy":
            return Busy(self.message, reason=self.reason, retry_after=self.retry_after)
        return _ERRORS[self.kind](self.message, reason=self.reason)


_ERRORS: dict[str, type[YouTubeError]] = {
    "unauthorized": Unauthorized,
    "refused": Refused,
    "bad": BadRequest,
    "unknown": NotFound,
    "broken": BrokenAnswer,
    "day": Busy,
}


def verdict_of(status: int, headers: Mapping[str, str], body: bytes) -> Verdict:
    """The verdict on an answer whose status is not 2xx."""
    error = _error_of(body)
    reason = _reason_of(error) or f"http_{status}"
    said = _plain(error.get("message"))
    named = _NAMES.get(status, f"it answered with status {status}")
    message = f"YouTube: {said or named} ({reason})"
    kind = _kind_of(status, reason, error)
    wait = _retry_after(headers.get("Retry-After")) if kind == "busy" else None
    return Verdict(kind, reason, message, wait)


def _kind_of(status: int, reason: str, error: dict[str, Any]) -> Any:
    if status == 403:
        by_reason = {**dict.fromkeys(_DAY_REASONS, "day"), **dict.fromkeys(_PACE_REASONS, "busy")}
        return by_reason.get(reason, "refused")
    if status == 429:
        return "day" if reason in _DAY_REASONS or _speaks_of_a_day(error) else "busy"
    if status >= 500 or status in {408, 409, 425}:
        return "busy"
    if status < 400:
        return "broken"
    return {401: "unauthorized", 404: "unknown", 410: "unknown"}.get(status, "bad")


def _error_of(body: bytes) -> dict[str, Any]:
    """The `error` object of the body, or an empty one; some servers send only a text in it."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    error = answer.get("error") if isinstance(answer, dict) else None
    if isinstance(error, str):
        return {"message": error}
    return error if isinstance(error, dict) else {}


def _reason_of(error: dict[str, Any]) -> str:
    for entry in _entries(error):
        if isinstance(entry.get("reason"), str):
            return _plain(entry["reason"])[:LONGEST_REASON]
    return _plain(error.get("status"))[:LONGEST_REASON]


def _entries(error: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for name in ("errors", "details"):
        entries = error.get(name)
        if isinstance(entries, list):
            yield from (entry for entry in entries if isinstance(entry, dict))


def _speaks_of_a_day(error: dict[str, Any]) -> bool:
    texts = [error.get("message")]
    for entry in _entries(error):
        texts += [entry.get("message"), entry.get("reason")]
        metadata = entry.get("metadata")
        if isinstance(metadata, dict):
            texts += list(metadata.values())
    return any(isinstance(text, str) and _SPEAKS_OF_A_DAY.search(text) for text in texts)


def _plain(message: object) -> str:
    """A text without markup, control characters and length."""
    if not isinstance(message, str):
        return ""
    text = _MARKUP.sub("", unescape(clean(message[: 10 * LONGEST_MESSAGE])))
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return text.replace("<", "").replace(">", "")[:LONGEST_MESSAGE]


def _retry_after(value: str | None) -> float | None:
    """Seconds, given as such or as a date."""
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            moment = parsedate_to_datetime(value)
        except ValueError:
            return None
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        seconds = (moment - datetime.now(UTC)).total_seconds()
    return min(max(seconds, 0.0), LONGEST_WAIT_SECONDS) if seconds == seconds else None  # noqa: PLR0124
