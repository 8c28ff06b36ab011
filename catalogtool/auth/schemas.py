"""Shapes of the account and user-administration routes."""

from __future__ import annotations

import json
from typing import Any

from apiflask import Schema
from apiflask.fields import Boolean, DateTime, Dict, Integer, List, Nested, Raw, String
from apiflask.validators import Length, OneOf, Range
from marshmallow import ValidationError, validates

from catalogtool.auth.service import ROLES

LARGEST_PREFERENCES = 32_000


class StatusOut(Schema):
    """What every successful answer holds."""

    status = String(dump_default="success", required=True)


class PageIn(Schema):
    """Where in a list to look."""

    page = Integer(load_default=1, validate=Range(min=1, max=100_000))
    per_page = Integer(load_default=20, validate=Range(min=1, max=100))


class PageOut(StatusOut):
    """Where in a list the answer stands."""

    total = Integer(required=True)
    pages = Integer(required=True)
    current_page = Integer(required=True)


class UserOut(Schema):
    """A user as administrators see it."""

    id = Integer(required=True)
    email = String(required=True)
    username = String(allow_none=True)
    auth_method = String()
    active = Boolean()
    roles = List(String())
    login_count = Integer()
    current_login_at = DateTime(allow_none=True)
    last_login_at = DateTime(allow_none=True)
    created_at = DateTime()


class MeOut(StatusOut):
    """The one who asks; `csrf_token` is for the header X-CSRF-Token of a session."""

    user = Nested(UserOut, required=True)
    is_admin = Boolean(required=True)
    csrf_token = String(required=True)


class TokenOut(Schema):
    """An API token as it is listed; the token itself can't be shown again."""

    id = Integer()
    name = String()
    prefix = String()
    created_at = DateTime()
    last_used_at = DateTime(allow_none=True)


class TokensOut(StatusOut):
    """The user's own tokens, newest first."""

    tokens = List(Nested(TokenOut), required=True)


class NewTokenIn(Schema):
    """A name to recognise the token by."""

    name = String(required=True, validate=Length(min=1, max=100))


class NewTokenOut(StatusOut):
    """The only answer that ever holds the token."""

    token = String(required=True)


class RevokedTokenIn(Schema):
    """Which token to remove."""

    id = Integer(required=True, strict=True, validate=Range(min=1, max=2**31 - 1))


class PreferencesIn(Schema):
    """What the screens remember; the page decides what is in it."""

    columns = List(String(validate=Length(max=100)), validate=Length(max=200))
    views = Dict(keys=String(validate=Length(max=100)), values=Raw(allow_none=True))

    @validates("views")
    def small_enough(self, value: dict[str, Any], **_: Any) -> None:
        """Preferences travel with every page."""
        if len(json.dumps(value)) > LARGEST_PREFERENCES:
            raise ValidationError(f"Larger than {LARGEST_PREFERENCES} characters.")


class PreferencesOut(StatusOut):
    """What the screens remember."""

    preferences = Dict(required=True)


class UsersIn(PageIn):
    """Search in e-mail addresses and user names."""

    search = String(load_default="", validate=Length(max=255))


class UsersOut(PageOut):
    """A page of users, by e-mail address."""

    users = List(Nested(UserOut), required=True)


class UserChangeIn(Schema):
    """What an administrator may set."""

    roles = List(String(validate=OneOf(sorted(ROLES))), validate=Length(max=10))
    active = Boolean()


class UserChangeOut(StatusOut):
    """The user as it is now."""

    user = Nested(UserOut, required=True)


class AuditIn(PageIn):
    """Which part of the record to read."""

    action = String(validate=Length(max=80))
    user = String(validate=Length(max=255))


class AuditEventOut(Schema):
    """One sensitive operation."""

    id = Integer()
    at = DateTime()
    user_email = String(allow_none=True)
    action = String()
    target = String(allow_none=True)
    remote_address = String(allow_none=True)
    details = Dict()


class AuditOut(PageOut):
    """A page of the record, newest first."""

    records = List(Nested(AuditEventOut), required=True)
