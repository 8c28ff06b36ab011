"""A small application with logins and live events, for gunicorn: `tests.realtime.web_app:app`."""

from __future__ import annotations

import os
from typing import Any

from flask import Flask
from flask_login import current_user

from catalogtool.auth.setup import init_auth
from catalogtool.core.db import connect
from catalogtool.core.errors import ReportNotFoundError
from catalogtool.core.log import configure_logging
from catalogtool.core.settings import Settings
from catalogtool.realtime.handlers import on_client_event, on_resume
from catalogtool.realtime.setup import init_realtime


def processor_status(payload: dict[str, Any]) -> dict[str, Any]:
    return {"running": True, "process": os.getpid(), "asked_by": current_user.email}


def cancel_report(payload: dict[str, Any]) -> dict[str, Any]:
    if payload.get("report_id") != 7:
        raise ReportNotFoundError(details={"report_id": payload.get("report_id")})
    return {"status": "success"}


def make_app() -> Flask:
    settings = Settings.load().with_secrets()
    assert settings.database_url
    configure_logging("INFO", "json")
    connect(settings.database_url)
    made = Flask("tests.realtime")
    made.config["SETTINGS"] = settings
    init_auth(made, settings)
    made.config["WTF_CSRF_ENABLED"] = False
    init_realtime(made, check_seconds=0.5)
    on_client_event("request_processor_status", processor_status)
    on_client_event("cancel_report", cancel_report, "admin")
    on_resume(lambda: [("report_status_update", {"report_id": 1, "status": "from resume"})])
    return made


app = make_app()
