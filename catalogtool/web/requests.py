"""Every request has an id, found again in its answer, its errors and each of its log lines."""

from __future__ import annotations

import re
from time import perf_counter
from uuid import uuid4

import structlog
from flask import Flask, Response, g, request

from catalogtool.core.log import get_logger
from catalogtool.ops.metrics import observe_request

log = get_logger(__name__)
HEADER = "X-Request-ID"
SANE = re.compile(r"[A-Za-z0-9._-]{8,64}")
QUIET = {"static", "versioned_static", "system.live", "system.metrics"}


def init_requests(app: Flask) -> None:
    """Give each request its id, its log line and its place in the metrics."""

    @app.before_request
    def begin() -> None:
        given = request.headers.get(HEADER, "")
        g.request_id = given if SANE.fullmatch(given) else uuid4().hex
        g.began = perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    @app.after_request
    def finish(response: Response) -> Response:
        response.headers[HEADER] = g.request_id
        seconds = perf_counter() - g.began
        endpoint = request.endpoint or "unknown"
        observe_request(endpoint, request.method, response.status_code, seconds)
        if request.endpoint not in QUIET:
            # Only a user that was looked for anyway: this must not ask a database that is down.
            log.info(
                "request",
                method=request.method,
                path=_loggable_path(),
                status=response.status_code,
                duration_ms=round(seconds * 1000, 1),
                user_id=getattr(g.get("_login_user"), "id", None),
            )
        return response

    @app.teardown_request
    def forget(_error: BaseException | None) -> None:
        structlog.contextvars.clear_contextvars()


def _loggable_path() -> str:
    """The path; of the login pages only the rule, because a reset link carries its key in it."""
    rule = request.url_rule
    if rule is not None and (request.endpoint or "").startswith("security."):
        return rule.rule
    return request.path
