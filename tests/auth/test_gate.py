"""Who gets in: sessions with CSRF, programs with tokens, nobody else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import select, update

from catalogtool.auth.models import ApiToken, User
from catalogtool.auth.policy import need_of, require
from catalogtool.core.db import unit_of_work
from catalogtool.core.errors import AuthorizationError
from tests.clients import new_client, program_of, session_of


def test_every_route_declares_what_it_needs(app: APIFlask) -> None:
    silent = {
        rule.endpoint for rule in app.url_map.iter_rules() if need_of(app, rule.endpoint) is None
    }
    assert silent == set()


def test_a_route_that_declares_nothing_is_refused(app: APIFlask) -> None:
    app.add_url_rule("/api/forgotten", "forgotten", lambda: "secret")
    answer = session_of(app, "root@example.com", admin=True).get("/api/forgotten")
    assert answer.status_code == 403
    assert "secret" not in answer.text


def test_without_a_login_every_route_that_needs_one_refuses(app: APIFlask) -> None:
    client = new_client(app)
    seen = 0
    for rule in app.url_map.iter_rules():
        if need_of(app, rule.endpoint) not in {"login", "admin"}:
            continue
        arguments: dict[str, Any] = dict.fromkeys(rule.arguments, "1")
        with app.test_request_context():
            path = app.url_for(rule.endpoint, **arguments)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            answer = client.open(path, method=method)
            seen += 1
            if path.startswith("/api"):
                assert answer.status_code == 401, (method, path)
                assert answer.json is not None
                assert answer.json["error_code"] == "AUTHENTICATION_ERROR"
            else:
                assert answer.status_code == 302, (method, path)
                assert answer.headers["Location"].startswith("/login?next=")
    assert seen > 10


def test_ordinary_users_reach_nothing_of_the_administration(app: APIFlask) -> None:
    client = program_of(app, "ann@example.com")
    paths = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if need_of(app, rule.endpoint) == "admin" and "GET" in (rule.methods or ())
    ]
    assert "/api/admin/users" in paths
    for path in paths:
        assert client.get(path.replace("<name>", "x")).status_code == 403, path


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_session_needs_the_header_for_every_unsafe_method(app: APIFlask, method: str) -> None:
    client = session_of(app, "ann@example.com")
    paths = {"POST": "/api/me/tokens", "PUT": "/api/me/preferences", "DELETE": "/api/me/tokens"}
    good, client.csrf = client.csrf, None
    for forged in ({}, {"X-CSRF-Token": "x"}, {"X-CSRF-Token": (good or "")[:-1]}):
        answer = client.open(paths[method], method=method, json={"name": "x"}, headers=forged)
        assert answer.status_code == 400
        assert answer.json is not None
        assert answer.json["details"]["field"] == "X-CSRF-Token"
    client.csrf = good
    answer = client.put("/api/me/preferences", json={"columns": ["title"]})
    assert answer.status_code == 200


def test_another_sessions_csrf_token_is_worth_nothing(app: APIFlask) -> None:
    ann, eve = session_of(app, "ann@example.com"), session_of(app, "eve@example.com")
    ann.csrf = eve.csrf
    assert ann.put("/api/me/preferences", json={}).status_code == 400


def test_a_program_needs_no_csrf_token(app: APIFlask) -> None:
    client = program_of(app, "ann@example.com")
    assert client.put("/api/me/preferences", json={"columns": ["title"]}).status_code == 200
    answer = client.get("/api/me/preferences")
    assert answer.json == {"preferences": {"columns": ["title"]}, "status": "success"}


@pytest.mark.parametrize("header", ["Bearer wrong", "Bearer ", "bearer cat_\u00e9"])
def test_a_wrong_token_is_refused_even_within_a_session(app: APIFlask, header: str) -> None:
    client = session_of(app, "ann@example.com")
    answer = client.get("/api/me", headers={"Authorization": header})
    assert answer.status_code == 401


def test_a_deactivated_user_is_out_at_once(app: APIFlask) -> None:
    session_client = session_of(app, "ann@example.com")
    program = program_of(app, "bob@example.com")
    with unit_of_work() as session:
        session.execute(update(User).values(active=False))
    assert session_client.get("/api/me").status_code == 401
    assert program.get("/api/me").status_code == 401


def test_the_use_of_a_token_is_noted_once_a_minute(app: APIFlask) -> None:
    client = program_of(app, "ann@example.com")

    def used() -> datetime | None:
        with unit_of_work() as session:
            return session.scalars(select(ApiToken.last_used_at)).one()

    client.get("/api/me")
    first = used()
    assert first is not None
    client.get("/api/me")
    assert used() == first
    with unit_of_work() as session:
        old = datetime.now(UTC) - timedelta(minutes=2)
        session.execute(update(ApiToken).values(last_used_at=old))
    client.get("/api/me")
    later = used()
    assert later is not None
    assert later > old


def test_require_speaks_for_sockets_as_well() -> None:
    user = User(email="ann@example.com", active=True, roles=[])
    require("login", user)
    with pytest.raises(AuthorizationError):
        require("admin", user)
    with pytest.raises(AuthorizationError):
        require(None, user)
