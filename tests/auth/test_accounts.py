"""The first administrator, API tokens, and the administration of users."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from apiflask import APIFlask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalogtool.auth.models import ApiToken, AuditEvent, Role, User
from catalogtool.auth.service import create_user, ensure_first_admin, update_user
from catalogtool.auth.tokens import hash_of
from catalogtool.core.db import unit_of_work
from catalogtool.core.errors import ConcurrencyError, ValidationError
from catalogtool.core.settings import Settings
from tests.clients import PASSWORD, new_client, program_of, session_of


def test_the_first_administrator_is_made_once(database: str, settings: Settings) -> None:
    def prepare(_: int) -> str | None:
        with unit_of_work() as session:
            return ensure_first_admin(session, settings)

    with ThreadPoolExecutor(4) as pool:
        passwords = [password for password in pool.map(prepare, range(4)) if password]
    assert len(passwords) == 1
    with unit_of_work() as session:
        user = session.scalars(select(User)).one()
        assert user.email == "admin@example.com"
        assert user.is_admin
        assert set(session.scalars(select(Role.name))) == {"admin", "user"}


def test_the_generated_password_logs_in(app: APIFlask, settings: Settings) -> None:
    with unit_of_work() as session:
        password = ensure_first_admin(session, settings)
    body = {"email": settings.admin_email, "password": password}
    assert new_client(app).post("/login", json=body).status_code == 200


def test_a_given_password_is_not_told_again(session: Session, settings: Settings) -> None:
    settings.admin_password = PASSWORD
    assert ensure_first_admin(session, settings) is None


@pytest.mark.parametrize(
    ("email", "password", "field"),
    [
        ("no address", PASSWORD, "email"),
        ("ann@example.com", "short", "password"),
        ("ann@example.com", "x" * 2000, "password"),
        ("Taken@example.com", PASSWORD, "email"),
    ],
)
def test_a_user_that_cannot_be_is_refused(
    session: Session, email: str, password: str, field: str
) -> None:
    create_user(session, "taken@example.com", PASSWORD)
    with pytest.raises(ValidationError) as caught:
        create_user(session, email, password)
    assert caught.value.details["field"] == field


def test_a_token_is_shown_once_and_kept_as_a_hash(app: APIFlask) -> None:
    client = session_of(app, "ann@example.com")
    made = client.post("/api/me/tokens", json={"name": "nightly"})
    assert made.status_code == 201
    assert made.json is not None
    token = made.json["token"]
    with unit_of_work() as session:
        kept = session.scalars(select(ApiToken)).one()
        assert kept.token_hash == hash_of(token)
        number = kept.id
    listed = client.get("/api/me/tokens")
    assert token not in listed.text
    assert listed.json is not None
    assert [entry["name"] for entry in listed.json["tokens"]] == ["nightly"]
    assert client.delete("/api/me/tokens", json={"id": number}).status_code == 200
    program = new_client(app)
    program.bearer = token
    assert program.get("/api/me").status_code == 401


def test_nobody_revokes_anothers_token(app: APIFlask) -> None:
    program_of(app, "ann@example.com")
    with unit_of_work() as session:
        number = session.scalars(select(ApiToken.id)).one()
    eve = session_of(app, "eve@example.com")
    assert eve.delete(f"/api/me/tokens/{number}").status_code == 404
    assert eve.delete("/api/me/tokens", json={"id": number}).status_code == 404


def test_the_last_administrator_stays(app: APIFlask) -> None:
    admin = session_of(app, "root@example.com", admin=True)
    with unit_of_work() as session:
        number = session.scalars(select(User.id)).one()
    changes: list[dict[str, object]] = [{"active": False}, {"roles": ["user"]}, {"roles": []}]
    for change in changes:
        answer = admin.post(f"/api/admin/users/{number}", json=change)
        assert answer.status_code == 409
    program_of(app, "second@example.com", admin=True)
    answer = admin.post(f"/api/admin/users/{number}", json={"roles": ["user"]})
    assert answer.status_code == 200
    assert admin.get("/api/admin/users").status_code == 403


def test_two_administrators_cannot_remove_each_other_at_once(database: str) -> None:
    with unit_of_work() as session:
        made = [create_user(session, f"{n}@example.com", PASSWORD, admin=True) for n in "ab"]

    def remove(by: User, whom: User) -> bool:
        try:
            with unit_of_work() as session:
                update_user(session, by, whom.id, active=False)
        except ConcurrencyError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(remove, made, reversed(made)))
    assert sorted(done) == [False, True]


def test_administrators_see_and_search_users(app: APIFlask) -> None:
    admin = session_of(app, "root@example.com", admin=True)
    with unit_of_work() as session:
        for name in ("ann", "bob_1", "bobx1"):
            create_user(session, f"{name}@example.com", PASSWORD)
    answer = admin.get("/api/admin/users?search=BOB_&per_page=1")
    assert answer.json is not None
    assert answer.json["total"] == 1
    assert [user["email"] for user in answer.json["users"]] == ["bob_1@example.com"]
    assert "password" not in answer.text


def test_sensitive_operations_are_on_record(app: APIFlask) -> None:
    admin = session_of(app, "root@example.com", admin=True)
    admin.post("/api/me/tokens", json={"name": "nightly"})
    answer = admin.get("/api/admin/audit?action=token_created")
    assert answer.json is not None
    (event,) = answer.json["records"]
    assert event["user_email"] == "root@example.com"
    assert event["target"] == "nightly"
    assert event["remote_address"] == "127.0.0.1"
    assert event["at"].endswith("Z")
    with unit_of_work() as session:
        assert (session.scalar(select(func.count()).select_from(AuditEvent)) or 0) >= 3


def test_preferences_are_limited(app: APIFlask) -> None:
    client = session_of(app, "ann@example.com")
    answer = client.put("/api/me/preferences", json={"views": {"x": "y" * 40_000}})
    assert answer.status_code == 400
    answer = client.put("/api/me/preferences", json={"colour": "blue"})
    assert answer.json is not None
    assert answer.json["details"]["field"] == "colour"
