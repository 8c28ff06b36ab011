"""The one door: who is it, may they, and did their own page send it?

Runs before every view. CSRF: a page's script reads `<meta name="csrf-token">` (rendered with
`csrf_token()`) and sends it as `X-CSRF-Token` with every unsafe request; programs find the same
token in the answers of `/login` and `/api/me`. Requests with a bearer token need none, because a
browser never adds that header by itself. Nor does a JSON login without a session: another site's
page can't send that content type without asking first.
"""

from __future__ import annotations

from ipaddress import ip_address

from flask import Flask, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import CSRFProtect, validate_csrf
from sqlalchemy.orm import Session, scoped_session
from wtforms import ValidationError as CSRFProblem

from catalogtool.auth.fresh import require_fresh
from catalogtool.auth.policy import need_of, needs_fresh, require
from catalogtool.auth.tokens import find_bearer
from catalogtool.core.db import unit_of_work
from catalogtool.core.errors import AuthenticationError, ValidationError

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
HEADER = "X-CSRF-Token"


def init_gate(app: Flask, sessions: scoped_session[Session]) -> None:
    """Put the door in front of every view of the app."""

    @app.before_request
    def pass_gate() -> ResponseReturnValue | None:
        if request.endpoint is None:
            return None
        need = need_of(app, request.endpoint)
        unsafe = request.method not in SAFE_METHODS
        if need != "public" or unsafe:
            identify()
        try:
            user = None if need == "public" else current_user._get_current_object()
            require(need, user, loopback=from_loopback())
            if needs_fresh(app, request.endpoint):
                require_fresh()
        except AuthenticationError:
            if speaks_json():
                raise
            return redirect(url_for("security.login", next=_asked_for()))
        if unsafe:
            check_csrf()
        # The connection that found the user goes back to the pool while the view works.
        sessions.commit()
        return None


def identify() -> None:
    """Log in the owner of a bearer token for this request; a wrong token is never ignored."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return
    with unit_of_work() as session:
        user = find_bearer(session, token.strip())
    if user is None:
        raise AuthenticationError("This API token is not known, or its user is not active.")
    g.bearer = True
    current_app.login_manager._update_request_context_with_user(user)  # type: ignore[attr-defined]


def check_csrf() -> None:
    """Raise ValidationError for an unsafe request that our own page cannot have sent.

    Under /api only the header counts: reading the form would swallow an upload.
    """
    exempt = g.get("bearer") or (request.is_json and not current_user.is_authenticated)
    if not exempt:
        token = request.headers.get(HEADER)
        if token is None and not request.path.startswith("/api/"):
            token = request.form.get("csrf_token")
        try:
            validate_csrf(token)
        except CSRFProblem as error:
            raise ValidationError(
                "The page is too old or the request did not come from it; please load it again.",
                {"field": HEADER, "rule": str(error)},
            ) from None
    g.csrf_valid = True


def from_loopback() -> bool:
    """Whether this machine asks, and for itself: a proxy's clients are not this machine."""
    if "X-Forwarded-For" in request.headers or not request.remote_addr:
        return False
    original = request.environ.get("werkzeug.proxy_fix.orig", {}).get("REMOTE_ADDR")
    return all(ip_address(a).is_loopback for a in (request.remote_addr, original) if a)


def speaks_json() -> bool:
    """Whether the answer must be JSON: always under /api and /health, elsewhere on request."""
    if request.path.startswith(("/api/", "/health")) or request.path == "/api":
        return True
    best = request.accept_mimetypes.best
    return request.is_json or best == "application/json"


def _asked_for() -> str:
    return request.full_path.rstrip("?") if request.method == "GET" else "/"


csrf = CSRFProtect()
