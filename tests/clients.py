"""Talking to the application in tests, as a browser's session or as a program with a token."""

from __future__ import annotations

from typing import Any

from apiflask import APIFlask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from catalogtool.auth.service import create_token, create_user
from catalogtool.core.db import unit_of_work

PASSWORD = "correct horse 7"


class Client(FlaskClient):
    """Flask's test client that adds the CSRF token or the bearer token, once it has one."""

    csrf: str | None = None
    bearer: str | None = None

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        headers = dict(kwargs.pop("headers", None) or {})
        if self.csrf:
            headers.setdefault("X-CSRF-Token", self.csrf)
        if self.bearer:
            headers.setdefault("Authorization", f"Bearer {self.bearer}")
        kwargs.setdefault("buffered", True)
        return super().open(*args, headers=headers, **kwargs)


def new_client(app: APIFlask) -> Client:
    """A client that nobody has logged in with."""
    app.test_client_class = Client
    client = app.test_client()
    assert isinstance(client, Client)
    return client


def session_of(app: APIFlask, email: str, *, admin: bool = False) -> Client:
    """A client in the session of a new user."""
    with unit_of_work() as session:
        create_user(session, email, PASSWORD, admin)
    client = new_client(app)
    answer = client.post("/login", json={"email": email, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    client.csrf = answer.json["response"]["csrf_token"] if answer.json else None
    return client


def program_of(app: APIFlask, email: str, *, admin: bool = False) -> Client:
    """A client with the API token of a new user."""
    client = new_client(app)
    with unit_of_work() as session:
        client.bearer = create_token(session, create_user(session, email, PASSWORD, admin), "test")
    return client
