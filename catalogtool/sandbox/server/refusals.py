"""Google's error answers, in the shapes in which its servers write them.

One shape for all: `error` with a code, a message and a list of `errors` that each have a domain
and a reason; newer parts of Google add a `status` and `details`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from catalogtool.sandbox.server.messages import Answer, encoded

_INVALID_TOKEN = (
    "WWW-Authenticate",
    'Bearer realm="https://accounts.google.com/", error="invalid_token"',
)
_GUIDE = "https://developers.google.com/youtube/v3/getting-started#quota"
_METRIC = "'Queries' and limit 'Queries per {span}' of service 'youtube.googleapis.com'"


@dataclass(eq=False)
class Refusal(Exception):  # noqa: N818 - it is an answer, not a failure of this server
    """One error answer; raise it from anywhere below the door."""

    status: int
    reason: str
    message: str
    domain: str = "global"
    state: str | None = None
    location: str | None = None
    location_type: str = "parameter"
    details: tuple[dict[str, Any], ...] = ()
    headers: tuple[tuple[str, str], ...] = field(default=())

    def answer(self) -> Answer:
        error: dict[str, Any] = {
            "message": self.message,
            "domain": self.domain,
            "reason": self.reason,
        }
        if self.location:
            error |= {"location": self.location, "locationType": self.location_type}
        body: dict[str, Any] = {
            "code": self.status,
            "message": self.message,
            "errors": [error],
        }
        if self.state:
            body["status"] = self.state
        if self.details:
            body["details"] = list(self.details)
        return Answer(self.status, encoded({"error": body}), headers=list(self.headers))


def invalid(message: str, location: str, reason: str = "invalid") -> Refusal:
    """400 for a parameter that cannot be used."""
    return Refusal(400, reason, message, state="INVALID_ARGUMENT", location=location)


def missing(location: str) -> Refusal:
    """400 for a parameter that is not there."""
    message = f"Required parameter: {location}"
    return Refusal(400, "required", message, state="INVALID_ARGUMENT", location=location)


def bad_body(reason: str, message: str, location: str) -> Refusal:
    """400 for a resource that cannot be written."""
    return Refusal(
        400, reason, message, "youtube.video", "INVALID_ARGUMENT", location, "requestBody"
    )


def not_found(reason: str, message: str, domain: str = "global") -> Refusal:
    return Refusal(404, reason, message, domain, "NOT_FOUND")


def no_token() -> Refusal:
    return Refusal(
        401, "required", "Login Required.", state="UNAUTHENTICATED", location="Authorization",
        location_type="header", headers=(("WWW-Authenticate", _INVALID_TOKEN[1][:44]),),
    )  # fmt: skip


def bad_token() -> Refusal:
    message = (
        "Request had invalid authentication credentials. Expected OAuth 2 access token, login "
        "cookie or other valid authentication credential."
    )
    return Refusal(
        401, "authError", message, state="UNAUTHENTICATED", location="Authorization",
        location_type="header", headers=(_INVALID_TOKEN,),
    )  # fmt: skip


def no_channel() -> Refusal:
    return Refusal(
        401, "youtubeSignupRequired", "Unauthorized", "youtube.header", location="Authorization",
        location_type="header",
    )  # fmt: skip


def quota_exceeded() -> Refusal:
    message = (
        "The request cannot be completed because you have exceeded your "
        f'<a href="{_GUIDE}">quota</a>.'
    )
    return Refusal(403, "quotaExceeded", message, "youtube.quota")


def daily_limit() -> Refusal:
    message = (
        "Daily Limit Exceeded. The quota will be reset at midnight Pacific Time (PT). You may "
        "monitor your quota usage and adjust limits in the API Console."
    )
    return Refusal(403, "dailyLimitExceeded", message, "usageLimits")


def forbidden(message: str = "The caller does not have permission") -> Refusal:
    details = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "IAM_PERMISSION_DENIED",
        "domain": "googleapis.com",
    }
    return Refusal(403, "forbidden", message, state="PERMISSION_DENIED", details=(details,))


def blocked() -> Refusal:
    message = "Requests to this API youtube method are blocked."
    details = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "API_KEY_SERVICE_BLOCKED",
        "domain": "googleapis.com",
        "metadata": {"service": "youtube.googleapis.com"},
    }
    return Refusal(403, "forbidden", message, state="PERMISSION_DENIED", details=(details,))


def account_suspended() -> Refusal:
    return Refusal(
        403, "authenticatedUserAccountSuspended",
        "The YouTube account of the authenticated user is suspended.", "youtube.common",
        "PERMISSION_DENIED", "Authorization", "header",
    )  # fmt: skip


def rate_limited(span: str, retry_after: float | None = None) -> Refusal:
    """429 for a quota "per minute" or "per day"; both have the same reason."""
    message = f"Quota exceeded for quota metric {_METRIC.format(span=span)}."
    details = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "RATE_LIMIT_EXCEEDED",
        "domain": "googleapis.com",
        "metadata": {"quota_limit": f"defaultPer{span.title()}PerProject"},
    }
    return Refusal(
        429, "rateLimitExceeded", message, state="RESOURCE_EXHAUSTED", details=(details,),
        headers=later(retry_after),
    )  # fmt: skip


def broken(status: int, retry_after: float | None = None) -> Refusal:
    """500 or 503 as the API itself answers it."""
    state = "INTERNAL" if status == 500 else "UNAVAILABLE"
    return Refusal(status, "backendError", "Backend Error", state=state, headers=later(retry_after))


def bad_gateway() -> Answer:
    """502 as the machines in front of the API answer it: a page, not JSON."""
    page = b"<!DOCTYPE html><html lang=en><title>Error 502 (Server Error)!!1</title><p>That's all."
    return Answer(502, page, "text/html; charset=UTF-8")


def later(retry_after: float | None) -> tuple[tuple[str, str], ...]:
    return () if retry_after is None else (("Retry-After", f"{retry_after:g}"),)
