"""The real web application on a catalogue, and how to reach it as a logged-in user."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg

from catalogtool.auth.service import create_user, ensure_roles
from catalogtool.core import db
from searching.client import Client
from searching.questions import PATH
from searching.sizes import SIZES

HOST = "127.0.0.1"
EMAIL = "bench@example.com"
START_SECONDS = 60
KEPT = ("PATH", "HOME", "LANG")
BENCHMARKS = Path(__file__).parents[1]


@dataclass(frozen=True)
class Site:
    """A running server and a session on it; `environment` is what its processes see."""

    url: str
    port: int
    cookie: str
    token: str
    environment: dict[str, str]

    def client(self) -> Client:
        """A connection of its own with the same session."""
        return Client(HOST, self.port, self.cookie, self.token)


@contextmanager
def served(url: str, folder: Path) -> Iterator[Site]:
    """The site for as long as the block; its log is `web.log` in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    answers = folder / "floors.json"
    port = _free_port()
    environment = {
        **{name: os.environ[name] for name in KEPT if name in os.environ},
        "PYTHONPATH": str(BENCHMARKS),
        "DATABASE_URL": url,
        "CATALOG_HOME": str(folder),
        "HOST": HOST,
        "PORT": str(port),
        "SECRET_KEY": secrets.token_urlsafe(),
        "SECURITY_PASSWORD_SALT": secrets.token_urlsafe(),
        "FLOOR_ANSWERS": str(answers),
    }
    password = _new_user(url)
    with open(folder / "web.log", "wb") as log:
        command = [sys.executable, "-m", "searching.serving"]
        process = subprocess.Popen(
            command, env=environment, cwd=folder, stdout=log, stderr=log, start_new_session=True
        )
    try:
        _wait_for(port, process)
        client = Client(HOST, port)
        cookie, token = client.log_in(EMAIL, password)
        site = Site(url, port, cookie, token, environment)
        answers.write_text(json.dumps(_typical(site)))
        yield site
    finally:
        process.terminate()
        process.wait(20)


def _typical(site: Site) -> dict[str, Any]:
    """What the list answers at each size: the first page of the whole catalogue."""
    client, found = site.client(), {}
    for size, parameters in SIZES.items():
        url = f"{PATH}?{urlencode(parameters)}"
        answer = client.get(url)
        # An error is short and would make everything else look slow.
        if answer.status != 200:
            raise RuntimeError(f"{url}: {answer.status} {answer.body[:300]!r}")
        found[size] = answer.json()
    return found


def _new_user(url: str) -> str:
    """A fresh password for the benchmark's own user."""
    password = secrets.token_urlsafe(16)
    with psycopg.connect(url) as connection:
        connection.execute("""DELETE FROM "user" WHERE email = %s""", [EMAIL])
    engine = db.connect(url)
    with db.unit_of_work() as session:
        ensure_roles(session)
        create_user(session, EMAIL, password, admin=True)
    engine.dispose()
    return password


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            if Client(HOST, port).get("/health/live").status == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the web server does not answer; see its log")
