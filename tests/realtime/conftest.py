"""Web servers with two processes each, and pages that listen to them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
import socketio

from catalogtool.auth.service import create_user, ensure_roles
from catalogtool.core import db
from catalogtool.core.db import unit_of_work
from catalogtool.core.events import publish
from tests.databases import new_database
from tests.jobs.conftest import start_worker  # noqa: F401

PASSWORD = "a long enough password"


@pytest.fixture(scope="module")
def web(server: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server with a few users; `unit_of_work()` uses its database."""
    with new_database(server, template) as url:
        engine = db.connect(url)
        add_users()
        with served(url, tmp_path_factory.mktemp("web")) as address:
            yield address
        engine.dispose()


def add_users() -> None:
    """One administrator, and users who can each be deactivated by one test."""
    with unit_of_work() as session:
        ensure_roles(session)
        create_user(session, "admin@example.com", PASSWORD, admin=True)
        for name in ("user", "leaver", "listener"):
            create_user(session, f"{name}@example.com", PASSWORD)


@contextmanager
def served(database: str, home: Path) -> Iterator[str]:
    """Gunicorn with two processes that were forked after loading the application."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "gunicorn", "--preload", "--workers", "2", "--threads", "30"),
            *("--worker-class", "gthread", "--bind", f"127.0.0.1:{port}", "--no-control-socket"),
            *("--graceful-timeout", "1", "tests.realtime.web_app:app"),
        ],
        env={**os.environ, "DATABASE_URL": database, "CATALOG_HOME": str(home)},
        stderr=subprocess.PIPE,
    )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(address)
        yield address
    finally:
        server.terminate()
        _, errors = server.communicate(timeout=10)
        sys.stderr.buffer.write(errors)


def _wait_for(address: str) -> None:
    for _ in range(200):
        try:
            requests.get(address, timeout=5, allow_redirects=False)
        except requests.ConnectionError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the web server did not start")


def login(address: str, email: str = "user@example.com") -> str:
    """The cookies of a new login, as one header."""
    with requests.Session() as browser:
        answer = browser.post(
            f"{address}/login", json={"email": email, "password": PASSWORD}, timeout=10
        )
        assert answer.status_code == 200, answer.text
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.cookies)


class Page:
    """A client that keeps what it hears."""

    def __init__(self, address: str, cookies: str | None, origin: str | None = None) -> None:
        self.heard: list[tuple[str, Any, float]] = []
        options = {"origin": origin} if origin else {}
        self.client = socketio.Client(reconnection=False, websocket_extra_options=options)
        self.client.on("*", self._hear)
        headers = {"Cookie": cookies} if cookies else {}
        self.client.connect(address, headers=headers, transports=["websocket"], wait_timeout=10)

    def _hear(self, event: str, payload: Any) -> None:
        self.heard.append((event, payload, time.monotonic()))

    def of(self, event: str) -> list[Any]:
        """The payloads of this event so far."""
        return [payload for name, payload, _ in list(self.heard) if name == event]


@pytest.fixture
def pages() -> Iterator[Callable[..., Page]]:
    """Open pages; they are closed afterwards."""
    opened: list[Page] = []

    def open_page(*arguments: Any, **options: Any) -> Page:
        opened.append(Page(*arguments, **options))
        return opened[-1]

    yield open_page
    for page in opened:
        page.client.disconnect()


def eventually(check: Callable[[], bool], seconds: float = 10) -> None:
    """Wait until the check holds; fail if it does not within this time."""
    end = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def tell(event: str, **payload: object) -> None:
    """Publish an event in a transaction of its own."""
    with unit_of_work() as session:
        publish(session, event, payload)
