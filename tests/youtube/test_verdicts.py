"""What each kind of refusal means."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogtool.youtube.errors import (
    BadRequest,
    BrokenAnswer,
    Busy,
    NotFound,
    Refused,
    Unauthorized,
)
from catalogtool.youtube.verdicts import verdict_of


def body(code: int, reason: str, message: str = "No.", **more: Any) -> bytes:
    error = {"code": code, "message": message, "errors": [{"domain": "global", "reason": reason}]}
    return json.dumps({"error": error | more}).encode()


PER_DAY = "Quota exceeded for quota metric 'Queries' and limit 'Queries per day' of service 'x'."
PER_MINUTE = "Quota exceeded for quota metric 'Queries' and limit 'Queries per minute per user'."
LIMIT = [{"reason": "RATE_LIMIT_EXCEEDED", "metadata": {"quota_limit": "DefaultPerDayPerProject"}}]


@pytest.mark.parametrize(
    ("status", "answer", "kind"),
    [
        (403, body(403, "quotaExceeded"), "day"),
        (403, body(403, "dailyLimitExceeded"), "day"),
        (403, body(403, "rateLimitExceeded"), "busy"),
        (403, body(403, "userRateLimitExceeded"), "busy"),
        (403, body(403, "forbidden"), "refused"),
        (403, b"<html>", "refused"),
        (429, body(429, "rateLimitExceeded", PER_DAY), "day"),
        (429, body(429, "rateLimitExceeded", PER_MINUTE), "busy"),
        (429, body(429, "rateLimitExceeded", details=LIMIT), "day"),
        (429, b"", "busy"),
        (401, body(401, "authError"), "unauthorized"),
        (400, body(400, "invalid"), "bad"),
        (412, b"", "bad"),
        (404, body(404, "videoNotFound"), "unknown"),
        (500, body(500, "backendError"), "busy"),
        (502, b"<html><body>Bad Gateway</body></html>", "busy"),
        (301, b"", "broken"),
    ],
)
def test_kinds(status: int, answer: bytes, kind: str) -> None:
    assert verdict_of(status, {}, answer).kind == kind


def test_every_kind_has_its_error() -> None:
    kinds = {403: Refused, 429: Busy, 401: Unauthorized, 400: BadRequest, 404: NotFound}
    for status, kind in (kinds | {503: Busy, 302: BrokenAnswer}).items():
        error = verdict_of(status, {}, b"").error()
        assert type(error) is kind
        assert error.reason == f"http_{status}"
        assert error.status == 502
    assert Busy.retryable
    assert not Refused.retryable


def test_the_message_names_the_reason_and_holds_no_markup() -> None:
    said = 'You <b>cannot</b>\n &lt;script&gt;x <a href="/youtube/v3">here</a>.\0 <unclosed'
    verdict = verdict_of(403, {}, body(403, "forbidden<i>", said + "x" * 5000))
    assert verdict.reason == "forbidden"
    assert verdict.message.startswith("YouTube: You cannot x here. unclosed")
    assert verdict.message.endswith("(forbidden)")
    assert len(verdict.message) < 400


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("7", 7.0), ("-3", 0.0), ("1e99", 3600.0), ("nan", None), ("soon", None), ("", None)],
)
def test_retry_after(value: str, seconds: float | None) -> None:
    assert verdict_of(503, {"Retry-After": value}, b"").retry_after == seconds


def test_retry_after_a_date() -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    wait = verdict_of(429, {"Retry-After": later}, b"").retry_after
    assert wait is not None
    assert 28 <= wait <= 30


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5) | st.just("\ud800\0"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["error", "errors", "details", "reason", "message", "metadata", "status"]
            ),
            inner,
            max_size=3,
        )
    ),
)


@given(st.integers(300, 599), ANYTHING)
def test_no_refusal_is_too_strange(status: int, answer: Any) -> None:
    for sent in (answer, {"error": answer}):
        verdict = verdict_of(status, {}, json.dumps(sent).encode())
        (verdict.message + verdict.reason).encode()
        assert "\0" not in verdict.message
        assert "<" not in verdict.message
