"""Login by e-mail or user name in one field, and registration with an optional user name."""

from __future__ import annotations

from typing import Any

from flask_security.forms import LoginForm, RegisterFormV2, email_required
from flask_security.proxies import _datastore
from wtforms import StringField
from wtforms.validators import Optional, Regexp, ValidationError

from catalogtool.auth.audit import record_audit
from catalogtool.core.db import unit_of_work

# No "@", so that a user name is never taken for an address.
USERNAME = r"^[\w.-]{3,32}$"


class IdentityLoginForm(LoginForm):
    """`email` (or, for programs, `username`) takes either; failures are recorded."""

    email = StringField("E-mail or user name", render_kw={"autocomplete": "username"})
    username = StringField("User name", validators=[Optional()])

    def validate(self, **kwargs: Any) -> bool:
        """Find the user by what was typed, then let Flask-Security check the password."""
        given = self.email.data or self.username.data
        identity = given.strip() if isinstance(given, str) else ""
        self.ifield = self.email
        if identity:
            name = "email" if "@" in identity else "username"
            self.user = _datastore.find_user(case_insensitive=True, **{name: identity})
        valid = bool(super().validate(**kwargs))
        if not valid and identity and self.is_submitted():
            with unit_of_work() as session:
                record_audit(session, None, "login_failed", identity[:255])
        return valid

    def validate_email(self, field: StringField) -> None:
        """One of the two names must be there, and be a text."""
        for value in (field.data, self.username.data):
            if value is not None and not isinstance(value, str):
                raise ValidationError("Must be a text.")
        if not (field.data or self.username.data):
            email_required(self, field)


class RegistrationForm(RegisterFormV2):
    """Flask-Security's form with an optional, unique user name."""

    username = StringField(
        "User name (optional)",
        filters=[lambda value: value or None],
        render_kw={"autocomplete": "username"},
    )

    def validate_username(self, field: StringField) -> None:
        """A taken name may be told: unlike an address, it says nothing about a person."""
        if field.data is None:
            return
        if not isinstance(field.data, str):
            raise ValidationError("Must be a text.")
        Regexp(USERNAME, message="3 to 32 letters, digits, dots, dashes.")(self, field)
        if _datastore.find_user(case_insensitive=True, username=field.data):
            raise ValidationError("This user name is taken.")
