"""What a route needs, declared once beside it and read in one place.

Every view function carries its declaration (`@needs("login")`), the views of libraries stand in a
table here. A route without a declaration is refused, and a test over the URL map fails. The
socket events use the same words: `require("login", user)`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeVar

from flask import Flask
from flask_security.core import UserMixin

from catalogtool.core.errors import AuthenticationError, AuthorizationError

Need = Literal["public", "login", "admin", "loopback"]
View = TypeVar("View", bound=Callable[..., Any])

ATTRIBUTE = "needed_right"
FRESH = "needs_fresh_login"
LIBRARY_ROUTES: dict[str, Need] = {
    "static": "public",
    "openapi.spec": "login",
    "security.static": "public",
    "security.login": "public",
    "security.logout": "public",
    "security.register": "public",
    "security.forgot_password": "public",
    "security.reset_password": "public",
    "security.change_password": "login",
    "security.verify": "login",
}


def needs(need: Need, *, fresh: bool = False) -> Callable[[View], View]:
    """Declare what a view needs; stands below the route's decorator.

    `public`: nothing; `login`: a session or an API token; `admin`: the role of that name;
    `loopback`: a request from this machine, or any login. `fresh`: and the password, given in this
    session a short while ago.
    """

    def declare(view: View) -> View:
        setattr(view, ATTRIBUTE, need)
        setattr(view, FRESH, fresh)
        return view

    return declare


def need_of(app: Flask, endpoint: str) -> Need | None:
    """What the view behind an endpoint declares; None if nobody thought of it."""
    declared: Need | None = getattr(app.view_functions[endpoint], ATTRIBUTE, None)
    return declared or LIBRARY_ROUTES.get(endpoint)


def needs_fresh(app: Flask, endpoint: str) -> bool:
    """Whether the view behind an endpoint wants the password to have been given just now."""
    return bool(getattr(app.view_functions[endpoint], FRESH, False))


def require(need: Need | None, user: UserMixin | None, *, loopback: bool = False) -> None:
    """Raise AuthenticationError or AuthorizationError unless the user has the right."""
    if need is None:
        raise AuthorizationError("This address does not say who may use it, so nobody may.")
    if need == "public" or (need == "loopback" and loopback):
        return
    if user is None or not user.is_authenticated:
        raise AuthenticationError()
    if need == "admin" and not getattr(user, "is_admin", False):
        raise AuthorizationError()
