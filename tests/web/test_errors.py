"""Every failure has the one shape, and tells nothing that it should not."""

from __future__ import annotations

from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import text
from werkzeug.test import TestResponse

from catalogtool.auth.policy import needs
from catalogtool.core import db, errors
from catalogtool.core.db import unit_of_work
from tests.clients import new_client, program_of, session_of

SHAPE = {"status", "error_code", "message", "details", "request_id"}


def shape_of(answer: TestResponse) -> dict[str, Any]:
    assert answer.is_json, answer.text
    body: dict[str, Any] = answer.json or {}
    assert set(body) == SHAPE
    assert body["status"] == "error"
    assert body["request_id"] == answer.headers["X-Request-ID"]
    assert isinstance(body["details"], dict)
    assert "Traceback" not in answer.text
    return body


def failing(app: APIFlask, error: Exception) -> TestResponse:
    @needs("public")
    def fail() -> str:
        raise error

    app.add_url_rule("/api/fail", "fail", fail)
    return new_client(app).get("/api/fail")


def test_an_unknown_address(app: APIFlask) -> None:
    for path in ("/api/nothing", "/api", "/api/", "/health/nothing"):
        answer = new_client(app).get(path)
        assert answer.status_code == 404, path
        assert shape_of(answer)["error_code"] == "NOT_FOUND"


def test_a_wrong_method_names_the_right_ones(app: APIFlask) -> None:
    answer = new_client(app).post("/health")
    assert answer.status_code == 405
    assert shape_of(answer)["error_code"] == "METHOD_NOT_ALLOWED"
    assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize(
    ("sent", "status", "field"),
    [
        ({"data": "{", "content_type": "application/json"}, 400, "body"),
        ({"json": [1]}, 400, "body"),
        ({"json": {}}, 400, "name"),
        ({}, 400, "name"),
        ({"json": {"name": ""}}, 400, "name"),
        ({"json": {"name": 7}}, 400, "name"),
        ({"json": {"name": "x", "other": 1}}, 400, "other"),
        ({"json": {"name": "a\x00b"}}, 400, "name"),
        ({"data": b'{"name": "\\ud800"}', "content_type": "application/json"}, 400, "name"),
        ({"data": b"\xff\xfe", "content_type": "application/json"}, 400, "body"),
        ({"data": "name=x", "content_type": "application/x-www-form-urlencoded"}, 415, "body"),
        ({"data": b"x" * 2000, "content_type": "application/json"}, 413, "body"),
    ],
)
def test_a_body_that_cannot_be_used(
    app: APIFlask, sent: dict[str, Any], status: int, field: str | None
) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 1000
    answer = program_of(app, "ann@example.com").post("/api/me/tokens", **sent)
    assert answer.status_code == status
    details = shape_of(answer)["details"]
    assert details.get("field") == field
    if field:
        assert details["rule"]


@pytest.mark.parametrize("query", ["page=0", "page=x", "per_page=101", "pge=1"])
def test_a_parameter_that_cannot_be_used(app: APIFlask, query: str) -> None:
    answer = program_of(app, "root@example.com", admin=True).get(f"/api/admin/users?{query}")
    assert answer.status_code == 400
    assert shape_of(answer)["details"]["field"] == query.split("=", maxsplit=1)[0]


def test_our_own_errors_keep_their_code_and_details(app: APIFlask) -> None:
    answer = failing(app, errors.VideoNotFoundError(details={"video_id": "x"}))
    assert answer.status_code == 404
    body = shape_of(answer)
    assert body["error_code"] == "VIDEO_NOT_FOUND"
    assert body["details"] == {"video_id": "x"}


def test_too_many_requests_say_when_to_come_again(app: APIFlask) -> None:
    answer = failing(app, errors.RateLimitError(details={"retry_after": 7}))
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "7"


def test_what_nobody_expected_is_not_explained(app: APIFlask) -> None:
    answer = failing(app, RuntimeError("SELECT password FROM user"))
    assert answer.status_code == 500
    assert shape_of(answer)["error_code"] == "INTERNAL_ERROR"
    assert "password" not in answer.text


def test_a_statement_that_takes_too_long(app: APIFlask) -> None:
    @needs("public")
    def slow() -> str:
        with unit_of_work() as session:
            session.execute(text("SET LOCAL statement_timeout = 50"))
            session.execute(text("SELECT pg_sleep(5)"))
        return ""

    app.add_url_rule("/api/slow", "slow", slow)
    answer = new_client(app).get("/api/slow")
    assert answer.status_code == 503
    body = shape_of(answer)
    assert body["error_code"] == "DATABASE_TIMEOUT"
    assert body["details"] == {"reason": "timeout"}
    assert "pg_sleep" not in answer.text


def test_rows_that_somebody_else_holds(app: APIFlask) -> None:
    @needs("public")
    def wait() -> str:
        with unit_of_work() as session:
            session.execute(text("SET LOCAL lock_timeout = 50"))
            session.execute(text("LOCK TABLE video"))
        return ""

    app.add_url_rule("/api/wait", "wait", wait)
    with unit_of_work() as holder:
        holder.execute(text("LOCK TABLE video"))
        answer = new_client(app).get("/api/wait")
    assert answer.status_code == 409
    assert shape_of(answer)["details"] == {"reason": "busy"}


def test_a_database_that_is_gone(app: APIFlask) -> None:
    client = session_of(app, "ann@example.com")
    db.engine().dispose()
    gone = db.connect("postgresql://nobody:secret@127.0.0.1:1/nothing")
    api, page = client.get("/api/me"), client.get("/reports")
    gone.dispose()
    assert api.status_code == 500
    body = shape_of(api)
    assert body["error_code"] == "DATABASE_ERROR"
    assert body["details"] == {"reason": "unreachable"}
    assert page.status_code == 500
    assert page.mimetype == "text/html"
    for answer in (api, page):
        assert "nobody" not in answer.text
        assert "127.0.0.1" not in answer.text


def test_people_get_a_page(app: APIFlask) -> None:
    answer = new_client(app).get("/nothing")
    assert answer.status_code == 404
    assert answer.mimetype == "text/html"
    assert answer.headers["X-Request-ID"] in answer.text
    answer = new_client(app).get("/nothing", headers={"Accept": "application/json"})
    shape_of(answer)


def test_an_ordinary_user_is_shown_no_administration(app: APIFlask) -> None:
    answer = session_of(app, "ann@example.com").get("/admin")
    assert answer.status_code == 403
    assert answer.mimetype == "text/html"
