"""Logging in and out, registering, recovering a password: as JSON and as pages."""

from __future__ import annotations

import re

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from catalogtool.auth.models import AuditEvent, User
from catalogtool.auth.service import create_user
from catalogtool.auth.setup import LOGIN_FAILED
from catalogtool.core.db import unit_of_work
from tests.clients import PASSWORD, new_client, session_of


def recorded() -> list[tuple[str, str | None]]:
    with unit_of_work() as session:
        events = session.scalars(select(AuditEvent).order_by(AuditEvent.id))
        return [(event.action, event.target) for event in events]


@pytest.mark.parametrize(
    "identity",
    [
        {"email": "ann@example.com"},
        {"email": "ANN@Example.com"},
        {"email": "ann"},
        {"username": "Ann"},
    ],
)
def test_login_takes_address_or_user_name_in_any_case(
    app: APIFlask, identity: dict[str, str]
) -> None:
    with unit_of_work() as session:
        create_user(session, "ann@example.com", PASSWORD, username="ann")
    client = new_client(app)
    answer = client.post("/login", json={**identity, "password": PASSWORD})
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["status"] == "success"
    me = client.get("/api/me")
    assert me.json is not None
    assert me.json["user"]["email"] == "ann@example.com"
    assert ("login", "ann@example.com") in recorded()


@pytest.mark.parametrize("email", ["ann@example.com", "nobody@example.com", "nobody"])
def test_a_failed_login_is_explained_without_telling_who_has_an_account(
    app: APIFlask, email: str
) -> None:
    with unit_of_work() as session:
        create_user(session, "ann@example.com", PASSWORD)
    answer = new_client(app).post("/login", json={"email": email, "password": "wrong password"})
    assert answer.json is not None
    assert answer.json["message"] == LOGIN_FAILED


@pytest.mark.parametrize(
    "body",
    [
        {"email": "ann@example.com", "password": "wrong"},
        {"email": "nobody@example.com", "password": PASSWORD},
        {"email": "nobody", "password": PASSWORD},
        {"email": {"a": 1}, "password": PASSWORD},
        {"email": "ann@example.com", "password": ["x"]},
        {"password": PASSWORD},
        {},
    ],
)
def test_a_wrong_login_says_the_same_whatever_was_wrong(
    app: APIFlask, body: dict[str, object]
) -> None:
    with unit_of_work() as session:
        create_user(session, "ann@example.com", PASSWORD)
    client = new_client(app)
    answer = client.post("/login", json=body)
    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["status"] == "error"
    assert answer.json["request_id"] == answer.headers["X-Request-ID"]
    assert client.get("/api/me").status_code == 401


def test_a_failed_login_is_recorded(app: APIFlask) -> None:
    new_client(app).post("/login", json={"email": "eve@example.com", "password": "guess"})
    assert recorded() == [("login_failed", "eve@example.com")]


def test_the_login_page_works_without_scripts(app: APIFlask) -> None:
    with unit_of_work() as session:
        create_user(session, "ann@example.com", PASSWORD)
    client = new_client(app)
    page = client.get("/login?next=/reports").text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token is not None
    form = {"email": "ann@example.com", "password": PASSWORD, "csrf_token": token[1]}
    answer = client.post("/login?next=/reports", data=form)
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/reports"
    forged = new_client(app).post("/login", data=form)
    assert forged.status_code == 400


def test_next_never_leads_elsewhere(app: APIFlask) -> None:
    with unit_of_work() as session:
        create_user(session, "ann@example.com", PASSWORD)
    client = new_client(app)
    page = client.get("/login?next=https://evil.example/").text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token is not None
    form = {"email": "ann@example.com", "password": PASSWORD, "csrf_token": token[1]}
    answer = client.post("/login?next=https://evil.example/", data=form)
    assert "evil" not in answer.headers.get("Location", "")


def test_logout_ends_the_session(app: APIFlask) -> None:
    client = session_of(app, "ann@example.com")
    assert client.post("/logout", json={}).status_code == 200
    assert client.get("/api/me").status_code == 401
    assert ("logout", "ann@example.com") in recorded()


def test_who_registers_becomes_an_ordinary_user(app: APIFlask) -> None:
    client = new_client(app)
    body = {"email": "new@example.com", "password": PASSWORD, "username": "newcomer"}
    assert client.post("/register", json=body).status_code == 200
    with unit_of_work() as session:
        user = session.scalars(select(User).where(User.email == "new@example.com")).one()
        assert [role.name for role in user.roles] == ["user"]
        assert user.username == "newcomer"
    assert client.get("/api/admin/users").status_code in {401, 403}


def test_a_reset_link_changes_the_password_once(
    app: APIFlask, capsys: pytest.CaptureFixture[str]
) -> None:
    with unit_of_work() as session:
        create_user(session, "ann@example.com", PASSWORD)
    client = new_client(app)
    assert client.post("/reset", json={"email": "ann@example.com"}).status_code == 200
    logged = capsys.readouterr()
    link = re.search(r"http://localhost(/reset/[\w.-]+)", logged.out + logged.err)
    assert link is not None
    body = {"password": "another horse 8", "password_confirm": "another horse 8"}
    assert client.post(link[1], json=body).status_code == 200
    assert client.post(link[1], json=body).status_code == 400
    new = {"email": "ann@example.com", "password": "another horse 8"}
    assert new_client(app).post("/login", json=new).status_code == 200


def test_changing_the_password_ends_other_sessions(app: APIFlask) -> None:
    client = session_of(app, "ann@example.com")
    other = new_client(app)
    other.post("/login", json={"email": "ann@example.com", "password": PASSWORD})
    assert other.get("/api/me").status_code == 200
    body = {
        "password": PASSWORD,
        "new_password": "another horse 8",
        "new_password_confirm": "another horse 8",
    }
    assert client.post("/change", json=body).status_code == 200
    assert other.get("/api/me").status_code == 401


def test_the_cookie_is_kept_from_scripts_and_other_sites(app: APIFlask) -> None:
    client = new_client(app)
    cookie = client.get("/login").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
