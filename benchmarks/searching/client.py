"""A browser's requests without a browser: one connection that is kept, and a session's cookie."""

from __future__ import annotations

import http.client
import json
import time
from dataclasses import dataclass
from typing import Any

# gunicorn hangs up on a client that says nothing for five seconds.
IDLE_SECONDS = 4.0
TIMEOUT = 120.0
# The route that asks the database nothing, by the size of its answer: see `floor` and `sizes`.
FLOOR = "/api/floor"


@dataclass(frozen=True)
class Answer:
    """What came back; `milliseconds` from sending to the last byte."""

    status: int
    body: bytes
    milliseconds: float

    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found


class Client:
    """Logged in with `cookie` (from `log_in`); for one thread."""

    def __init__(self, host: str, port: int, cookie: str = "", token: str = "") -> None:
        self._connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT)
        self._headers = {"Cookie": cookie} if cookie else {}
        self._token = token
        self._last = 0.0

    def get(self, path: str) -> Answer:
        return self._send("GET", path, None, self._headers)

    def post(self, path: str, body: dict[str, Any]) -> Answer:
        headers = {**self._headers, "Content-Type": "application/json"}
        if self._token:
            headers["X-CSRF-Token"] = self._token
        return self._send("POST", path, json.dumps(body).encode(), headers)

    def _send(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        self._connect()
        began = time.perf_counter()
        self._connection.request(method, path, body, headers)
        response = self._connection.getresponse()
        content = response.read()
        took = (time.perf_counter() - began) * 1000
        self._last = time.monotonic()
        return Answer(response.status, content, took)

    def _connect(self) -> None:
        """Unless there is a connection that is sure to live: none is made while time is taken."""
        if self._connection.sock is None or time.monotonic() - self._last > IDLE_SECONDS:
            self._connection.close()
            self._connection.connect()

    def log_in(self, email: str, password: str) -> tuple[str, str]:
        """The cookie and the CSRF token of a new session."""
        self._connection.connect()
        body = json.dumps({"email": email, "password": password}).encode()
        self._connection.request("POST", "/login", body, {"Content-Type": "application/json"})
        response = self._connection.getresponse()
        content = response.read()
        if response.status != 200:
            raise RuntimeError(f"the login failed: {content[:300]!r}")
        cookies = [c.split(";")[0] for c in response.headers.get_all("Set-Cookie") or []]
        self._last = time.monotonic()
        return "; ".join(cookies), str(json.loads(content)["response"]["csrf_token"])
