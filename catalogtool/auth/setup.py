"""Flask-Security on our own session: login, registration, recovery, as pages and as JSON."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

from flask import Flask, Response, g, jsonify
from flask.globals import app_ctx
from flask_login import user_logged_out
from flask_security import Security, SQLAlchemySessionUserDatastore
from flask_security.core import UserMixin
from flask_security.signals import (
    password_changed,
    password_reset,
    user_authenticated,
    user_registered,
)
from flask_security.utils import aware_utcnow
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from catalogtool.auth.audit import record_audit
from catalogtool.auth.forms import IdentityLoginForm, RegistrationForm
from catalogtool.auth.gate import csrf, init_gate, speaks_json
from catalogtool.auth.mail import Mailer
from catalogtool.auth.models import Role, User
from catalogtool.auth.service import SHORTEST_PASSWORD, ensure_roles
from catalogtool.core.db import new_session
from catalogtool.core.settings import Settings

LOGIN_FAILED = (
    "This name and password do not belong together. Check both, and whether Caps Lock is on."
)


def init_auth(app: Flask, settings: Settings) -> None:
    """Add login and the door to the app; `settings` must hold its secrets."""
    app.config.update(_cookies(settings), **_login(settings))
    sessions: scoped_session[Session] = scoped_session(
        cast("sessionmaker[Session]", new_session), scopefunc=_this_request
    )
    csrf.init_app(app)
    security = Security(mail_util_cls=Mailer)
    security.init_app(
        app,
        SQLAlchemySessionUserDatastore(sessions, User, Role),
        login_form=IdentityLoginForm,
        register_form=RegistrationForm,
    )
    # Its own kind of token is not offered, so nothing but a session is looked for. Its second
    # notion of who is asking would cost a query for every request, also for static files.
    security.login_manager.request_loader(lambda _request: None)
    security.principal.identity_loaders.clear()
    security.render_json(render_json)
    security.want_json(lambda _request: speaks_json())
    init_gate(app, sessions)
    _record_logins(app, sessions)

    @app.teardown_appcontext
    def forget_session(_error: BaseException | None) -> None:
        sessions.remove()


def render_json(
    payload: dict[str, Any], code: int, headers: dict[str, str] | None, _user: UserMixin | None
) -> Response:
    """Flask-Security's envelope inside our own, so that clients of either find their way."""
    answer: dict[str, Any] = {"meta": {"code": code}, "response": payload}
    if code < 400:
        answer["status"] = "success"
    else:
        fields = {name or "form": texts for name, texts in payload.get("field_errors", {}).items()}
        answer |= {
            "status": "error",
            "error_code": "AUTHENTICATION_ERROR" if code == 401 else "VALIDATION_ERROR",
            "message": str(next(iter(payload.get("errors", [])), "This could not be used.")),
            "details": fields,
            "request_id": g.get("request_id"),
        }
    response = jsonify(answer)
    response.status_code = code
    response.headers.update(headers or {})
    return response


def _this_request() -> int:
    return id(app_ctx._get_current_object())  # type: ignore[attr-defined]


def _cookies(settings: Settings) -> dict[str, Any]:
    secure = settings.flask_env == "prod"
    return {
        "SECRET_KEY": settings.secret_key,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": secure,
        "REMEMBER_COOKIE_HTTPONLY": True,
        "REMEMBER_COOKIE_SAMESITE": "Lax",
        "REMEMBER_COOKIE_SECURE": secure,
        "REMEMBER_COOKIE_DURATION": timedelta(days=30),
    }


def _login(settings: Settings) -> dict[str, Any]:
    return {
        "WTF_CSRF_CHECK_DEFAULT": False,
        # A token lives as long as its session: a page that stays open all day goes on working.
        "WTF_CSRF_TIME_LIMIT": None,
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_SCHEMES": ["argon2"],
        # Argon2 salts every password by itself; ours keeps the reset links of installations apart.
        "SECURITY_PASSWORD_SINGLE_HASH": True,
        "SECURITY_PASSWORD_SALT": settings.security_password_salt,
        "SECURITY_RESET_SALT": f"reset:{settings.security_password_salt}",
        "SECURITY_PASSWORD_LENGTH_MIN": SHORTEST_PASSWORD,
        "SECURITY_PASSWORD_CONFIRM_REQUIRED": False,
        "SECURITY_USER_IDENTITY_ATTRIBUTES": [
            {"email": {"mapper": lambda value: value, "case_insensitive": True}}
        ],
        "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False, "test_environment": True},
        "SECURITY_EMAIL_SENDER": settings.mail_default_sender or "no-reply@localhost",
        # One answer whatever was wrong: it must not tell which accounts there are.
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
        "SECURITY_MSG_GENERIC_AUTHN_FAILED": (LOGIN_FAILED, "error"),
        "SECURITY_REGISTERABLE": True,
        "SECURITY_SEND_REGISTER_EMAIL": settings.mail_server is not None,
        "SECURITY_RECOVERABLE": True,
        "SECURITY_CHANGEABLE": True,
        "SECURITY_TRACKABLE": True,
        "SECURITY_JOIN_USER_ROLES": False,
        "SECURITY_DATETIME_FACTORY": aware_utcnow,
        "SECURITY_API_ENABLED_METHODS": ["session"],
        "SECURITY_CACHE_CONTROL": None,
        "SECURITY_CLI_USERS_NAME": None,
        "SECURITY_CLI_ROLES_NAME": None,
    }


def _record_logins(app: Flask, sessions: scoped_session[Session]) -> None:
    """Write the sign of each event into the record; Flask-Security commits its session."""

    def note(action: str) -> Any:
        def receive(_app: Flask, user: User | None = None, **_: Any) -> None:
            if isinstance(user, User):
                record_audit(sessions(), user, action, user.email)
                sessions.commit()

        return receive

    def join(_app: Flask, user: User, **_: Any) -> None:
        user.roles = [ensure_roles(sessions())["user"]]
        sessions.flush()
        record_audit(sessions(), user, "user_registered", user.email)

    user_registered.connect(join, app, weak=False)
    for signal, action in (
        (user_authenticated, "login"),
        (user_logged_out, "logout"),
        (password_changed, "password_changed"),
        (password_reset, "password_reset"),
    ):
        signal.connect(note(action), app, weak=False)
