"""Every error that a user may meet: its docstring is the default message, its class the status.

The web layer turns any of them into one JSON shape; nothing else needs to know about HTTP.
"""

from __future__ import annotations

from collections.abc import Mapping
from inspect import cleandoc
from typing import Any


class AppException(Exception):  # noqa: N818 (the name that the users chose)
    """Something went wrong in the application."""

    status = 500
    code = "INTERNAL_ERROR"

    def __init__(self, message: str | None = None, details: Mapping[str, Any] | None = None):
        self.message = message or cleandoc(type(self).__doc__ or "").splitlines()[0]
        self.details: dict[str, Any] = dict(details or {})
        super().__init__(self.message)


class ValidationError(AppException):
    """The request holds a value that is not allowed."""

    status = 400
    code = "VALIDATION_ERROR"


class AuthenticationError(AppException):
    """Please log in."""

    status = 401
    code = "AUTHENTICATION_ERROR"


class AuthorizationError(AppException):
    """You are logged in, but this needs a right that you do not have."""

    status = 403
    code = "AUTHORIZATION_ERROR"


class NotFoundError(AppException):
    """There is nothing at this address."""

    status = 404
    code = "NOT_FOUND"


class VideoNotFoundError(NotFoundError):
    """No such video in the catalogue."""

    code = "VIDEO_NOT_FOUND"


class ChannelNotFoundError(NotFoundError):
    """No such channel in the catalogue."""

    code = "CHANNEL_NOT_FOUND"


class ReportNotFoundError(NotFoundError):
    """No such report."""

    code = "REPORT_NOT_FOUND"


class ConcurrencyError(AppException):
    """Somebody else changed this meanwhile."""

    status = 409
    code = "CONCURRENCY_ERROR"


class PayloadTooLargeError(AppException):
    """This is larger than the server accepts."""

    status = 413
    code = "PAYLOAD_TOO_LARGE"


class FileProcessingError(AppException):
    """The file cannot be used as a report."""

    status = 422
    code = "FILE_PROCESSING_ERROR"


class RateLimitError(AppException):
    """Too many requests; please wait a moment."""

    status = 429
    code = "RATE_LIMIT_ERROR"


class DatabaseError(AppException):
    """The database could not do what was asked."""

    code = "DATABASE_ERROR"


class DatabaseTimeoutError(DatabaseError):
    """The database took too long; please narrow the search, or try again later."""

    status = 503
    code = "DATABASE_TIMEOUT"


class ExternalServiceError(AppException):
    """A service that this depends on did not answer as expected."""

    status = 502
    code = "EXTERNAL_SERVICE_ERROR"


class YouTubeAPIError(ExternalServiceError):
    """YouTube did not answer as expected."""

    code = "YOUTUBE_API_ERROR"


class TokenFetchError(ExternalServiceError):
    """Google gave no access token."""

    code = "TOKEN_FETCH_ERROR"


class S3ProcessingError(ExternalServiceError):
    """The report store did not answer as expected."""

    code = "S3_PROCESSING_ERROR"


class MaintenanceError(AppException):
    """The system is being maintained; please try again in a moment."""

    status = 503
    code = "MAINTENANCE"
