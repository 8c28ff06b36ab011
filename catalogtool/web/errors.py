"""Every failure in one shape: JSON for programs, a page for people, never a trace or a SQL text."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import psycopg
from apiflask.exceptions import HTTPError
from flask import Flask, Response, current_app, g, jsonify, make_response
from sqlalchemy.exc import DataError, DBAPIError, SQLAlchemyError
from werkzeug.exceptions import HTTPException

from catalogtool.auth.gate import speaks_json
from catalogtool.core.errors import (
    AppException,
    ConcurrencyError,
    DatabaseError,
    DatabaseTimeoutError,
    ValidationError,
)
from catalogtool.core.log import get_logger

log = get_logger(__name__)

CODES = {
    400: "VALIDATION_ERROR",
    401: "AUTHENTICATION_ERROR",
    403: "AUTHORIZATION_ERROR",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    409: "CONCURRENCY_ERROR",
    413: "PAYLOAD_TOO_LARGE",
    415: "UNSUPPORTED_MEDIA_TYPE",
    422: "VALIDATION_ERROR",
    429: "RATE_LIMIT_ERROR",
    503: "MAINTENANCE",
}
BUSY = (
    psycopg.errors.DeadlockDetected,
    psycopg.errors.LockNotAvailable,
    psycopg.errors.SerializationFailure,
)
BUSY_ROWS = "Somebody else is changing the same rows just now; please try again."
UNEXPECTED = "Something went wrong here. The log has the details under this request's id."


def init_errors(app: Flask) -> None:
    """Catch everything that a view or Flask itself can raise."""
    app.register_error_handler(AppException, _application)
    app.register_error_handler(HTTPError, _validation)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(SQLAlchemyError, _database)
    app.register_error_handler(psycopg.Error, _database)
    app.register_error_handler(UnicodeError, _unencodable)
    app.register_error_handler(Exception, _unexpected)


def answer(status: int, code: str, message: str, details: dict[str, Any] | None = None) -> Response:
    """The one shape of a failure."""
    if speaks_json():
        response = jsonify(
            status="error",
            error_code=code,
            message=message,
            details=details or {},
            request_id=g.get("request_id"),
        )
    else:
        response = make_response(_page(status, message))
    response.status_code = status
    return response


def _page(status: int, message: str) -> str:
    """Rendered without the usual context, which would ask a broken database who is logged in."""
    template = current_app.jinja_env.get_template("error.html")
    return template.render(
        status=status, title=_phrase(status), message=message, request_id=g.get("request_id")
    )


def _application(error: AppException) -> Response:
    if error.status >= 500:
        log.error("request_failed", code=error.code, reason=error.message)
    response = answer(error.status, error.code, error.message, error.details)
    if error.status == 429:
        response.headers["Retry-After"] = str(error.details.get("retry_after", 60))
    return response


def _validation(error: HTTPError) -> Response:
    """APIFlask's error: `{location: {field: [texts]}}` becomes fields with their rules."""
    if isinstance(error.detail, dict) and error.detail:
        return _invalid(error.detail)
    return answer(
        error.status_code, _code(error.status_code), error.message or _phrase(error.status_code)
    )


def _invalid(messages: dict[str, Any]) -> Response:
    problems = dict(_flatten(messages))
    field, rules = next(iter(problems.items()))
    details = {"field": field, "rule": rules[0], "fields": problems}
    return answer(400, "VALIDATION_ERROR", f"{field}: {rules[0]}", details)


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    if error.response is not None:
        return make_response(error.response)
    if messages := getattr(error, "data", {}).get("messages"):
        return _invalid(messages)
    message = error.description or _phrase(status)
    details = {"field": "body", "rule": message} if status in {413, 415} else {}
    response = answer(status, _code(status), message, details)
    for name, value in error.get_headers():
        if name in {"Allow", "Location", "Retry-After", "Content-Range"}:
            response.headers[name] = value
    if 300 <= status < 400:
        response.status_code = status
    return response


def _database(error: SQLAlchemyError | psycopg.Error) -> Response:
    """A value that PostgreSQL can't hold is the caller's; all else is ours, and logged."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(error, DataError) or isinstance(cause, psycopg.DataError):
        return _application(ValidationError("A value is out of range or holds a NUL character."))
    if isinstance(cause, psycopg.errors.QueryCanceled):
        return _application(DatabaseTimeoutError(details={"reason": "timeout"}))
    if isinstance(cause, BUSY):
        return _application(ConcurrencyError(BUSY_ROWS, {"reason": "busy"}))
    reason = "unreachable" if _is_unreachable(cause) else "failed"
    trace = None if reason == "unreachable" else error
    log.error("database_failed", reason=str(cause), exc_info=trace)
    return answer(500, DatabaseError.code, DatabaseError().message, {"reason": reason})


def _is_unreachable(cause: BaseException | None) -> bool:
    """No connection, a lost one, or a server that is starting or stopping."""
    if not isinstance(cause, psycopg.OperationalError):
        return False
    return cause.sqlstate is None or cause.sqlstate.startswith(("08", "57P"))


def _unencodable(error: UnicodeError) -> Response:
    log.warning("unencodable_text", reason=type(error).__name__)
    return _application(ValidationError("A text holds half a character.", {"rule": "UTF-8"}))


def _unexpected(error: Exception) -> Response:
    log.error("unexpected_error", exc_info=error)
    return answer(500, AppException.code, UNEXPECTED)


def _flatten(node: Any, path: tuple[str, ...] = (), depth: int = 0) -> list[tuple[str, list[str]]]:
    """Fields as dotted paths without their location; webargs nests them by location first."""
    if isinstance(node, dict):
        return [
            found
            for name, value in node.items()
            for found in _flatten(value, path if depth == 0 else (*path, str(name)), depth + 1)
        ]
    texts = [str(text) for text in node] if isinstance(node, list) else [str(node)]
    named = ".".join(part for part in path if part != "_schema")
    return [(named or "body", texts)]


def _code(status: int) -> str:
    return CODES.get(status) or _phrase(status).upper().replace(" ", "_")


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"
