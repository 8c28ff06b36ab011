"""The user's own account, and the administration of users. `admin_bp` is shared: packages further
to the right hang their own administration routes on it."""

from __future__ import annotations

from typing import Any, cast

from apiflask import APIBlueprint
from flask_login import current_user
from flask_wtf.csrf import generate_csrf

from catalogtool.auth import queries, schemas, service
from catalogtool.auth.models import User
from catalogtool.auth.policy import needs
from catalogtool.core.db import unit_of_work

account_bp = APIBlueprint("account", __name__, url_prefix="/api/me", tag="Account")
admin_bp = APIBlueprint("admin", __name__, url_prefix="/api/admin", tag="Administration")

Answer = dict[str, Any]


def the_user() -> User:
    """The user who asks, as our own type; only for views that need a login."""
    return cast("User", current_user._get_current_object())


@account_bp.get("")
@account_bp.output(schemas.MeOut)
@needs("login")
def read_me() -> Answer:
    """Who am I"""
    user = the_user()
    return {
        "user": queries.user_view(user),
        "is_admin": user.is_admin,
        "csrf_token": generate_csrf(),
    }


@account_bp.get("/tokens")
@account_bp.output(schemas.TokensOut)
@needs("login")
def list_tokens() -> Answer:
    """My API tokens"""
    with unit_of_work() as session:
        return {"tokens": queries.list_tokens(session, the_user().id)}


@account_bp.post("/tokens")
@account_bp.input(schemas.NewTokenIn)
@account_bp.output(schemas.NewTokenOut, status_code=201, headers=None)
@needs("login")
def create_token(json_data: Answer) -> tuple[Answer, int, dict[str, str]]:
    """A new API token, shown once"""
    with unit_of_work() as session:
        token = service.create_token(session, the_user(), json_data["name"])
    return {"token": token}, 201, {"Cache-Control": "no-store"}


@account_bp.delete("/tokens")
@account_bp.input(schemas.RevokedTokenIn)
@account_bp.output(schemas.StatusOut)
@needs("login")
def revoke_token(json_data: Answer) -> Answer:
    """Remove one of my API tokens"""
    with unit_of_work() as session:
        service.revoke_token(session, the_user(), json_data["id"])
    return {}


@account_bp.delete("/tokens/<int:token_id>")
@account_bp.output(schemas.StatusOut)
@needs("login")
def revoke_token_by_address(token_id: int) -> Answer:
    """Remove one of my API tokens, named in the address"""
    with unit_of_work() as session:
        service.revoke_token(session, the_user(), token_id)
    return {}


@account_bp.get("/preferences")
@account_bp.output(schemas.PreferencesOut)
@needs("login")
def read_preferences() -> Answer:
    """What my screens remember"""
    return {"preferences": the_user().preferences}


@account_bp.put("/preferences")
@account_bp.input(schemas.PreferencesIn)
@account_bp.output(schemas.PreferencesOut)
@needs("login")
def write_preferences(json_data: Answer) -> Answer:
    """Replace what my screens remember"""
    with unit_of_work() as session:
        service.set_preferences(session, the_user(), json_data)
    return {"preferences": json_data}


@admin_bp.get("/users")
@admin_bp.input(schemas.UsersIn, location="query")
@admin_bp.output(schemas.UsersOut)
@needs("admin")
def list_users(query_data: Answer) -> Answer:
    """All users"""
    with unit_of_work() as session:
        return queries.list_users(session, **query_data)


@admin_bp.post("/users/<int:user_id>")
@admin_bp.input(schemas.UserChangeIn)
@admin_bp.output(schemas.UserChangeOut)
@admin_bp.doc(responses={409: "It is the last administrator"})
@needs("admin")
def update_user(user_id: int, json_data: Answer) -> Answer:
    """Roles of a user, and whether it is active"""
    with unit_of_work() as session:
        user = service.update_user(session, the_user(), user_id, **json_data)
        return {"user": queries.user_view(user)}


@admin_bp.get("/audit")
@admin_bp.input(schemas.AuditIn, location="query")
@admin_bp.output(schemas.AuditOut)
@needs("admin")
def list_audit(query_data: Answer) -> Answer:
    """Sensitive operations: who, what, when, from where"""
    found = {"action": None, "user": None, **query_data}
    with unit_of_work() as session:
        return queries.list_audit(session, **found)
