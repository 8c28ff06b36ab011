"""What can go wrong between us and YouTube, by what one does about it.

The messages are ours with YouTube's reason in them; markup that YouTube puts into its own is gone.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from catalogtool.core.errors import TokenFetchError, YouTubeAPIError
from catalogtool.core.times import iso


class NoToken(TokenFetchError):  # noqa: N818 (the others here are named the same way)
    """Google gave no access token.

    permanent: no use in trying again before somebody changes the credentials.
    """

    def __init__(self, message: str, *, permanent: bool, reason: str = "") -> None:
        super().__init__(message, {"reason": reason} if reason else None)
        self.permanent = permanent
        self.reason = reason


class YouTubeError(YouTubeAPIError):
    """YouTube did not answer as expected.

    retryable: the same request may succeed later. reason: YouTube's own word for it, or ours.
    """

    retryable = False

    def __init__(self, message: str | None = None, *, reason: str = "") -> None:
        super().__init__(message, {"reason": reason} if reason else None)
        self.reason = reason


class QuotaExhausted(YouTubeError):  # noqa: N818
    """The quota of this day is used up.

    until: when asking is worth it again. by: whether our own ledger says so, and nothing was
    sent, or YouTube itself.
    """

    retryable = True

    def __init__(
        self, until: datetime, by: Literal["ledger", "youtube"], reason: str = "quotaExceeded"
    ) -> None:
        super().__init__(
            f"The quota of YouTube's API is used up; it can be used again from {iso(until)}.",
            reason=reason,
        )
        self.until = until
        self.by = by


class Busy(YouTubeError):  # noqa: N818
    """YouTube could not answer just now.

    retry_after: seconds that YouTube itself asked for, if it did.
    """

    retryable = True

    def __init__(
        self, message: str | None = None, *, reason: str = "", retry_after: float | None = None
    ) -> None:
        super().__init__(message, reason=reason)
        self.retry_after = retry_after


class Stopped(Busy):
    """This process is stopping; the request was not sent."""


class BrokenAnswer(YouTubeError):  # noqa: N818
    """YouTube's answer cannot be read."""

    retryable = True


class Unauthorized(YouTubeError):  # noqa: N818
    """YouTube does not accept the access token, not even a fresh one."""

    retryable = True


class Refused(YouTubeError):  # noqa: N818
    """YouTube does not allow this."""


class BadRequest(YouTubeError):  # noqa: N818
    """YouTube does not understand the request."""


class NotFound(YouTubeError):  # noqa: N818
    """YouTube does not know this."""
