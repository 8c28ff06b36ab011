"""/health, /health/live and /metrics, also when the database is gone or hangs."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from apiflask import APIFlask

from catalogtool.core import db
from tests.clients import new_client, program_of, session_of


@contextmanager
def another_database(url: str) -> Iterator[None]:
    """Let the process believe that its database is elsewhere."""
    made = db.connect(url)
    try:
        yield
    finally:
        made.dispose()


def test_a_healthy_system(app: APIFlask) -> None:
    answer = new_client(app).get("/health")
    assert answer.status_code == 200
    body = answer.json
    assert body is not None
    assert body["status"] == "healthy"
    assert body["database"]["status"] == "up"
    assert body["queue"] == {"status": "stopped", "workers": 0, "pending": 0, "processing": 0}
    assert body["timestamp"].endswith("Z")
    assert 0 < body["response_time_seconds"] < 2
    assert body["version"]


def test_a_database_that_is_gone(app: APIFlask) -> None:
    client = session_of(app, "ann@example.com")
    with another_database("postgresql://ann:secret@127.0.0.1:1/catalog"):
        answer = client.get("/health", headers={"Authorization": "Bearer whatever"})
        live = client.get("/health/live")
    assert answer.status_code == 503
    body = answer.json
    assert body is not None
    assert body["status"] == "unhealthy"
    assert body["database"] == {"status": "down", "reason": "no connection"}
    assert body["request_id"] == answer.headers["X-Request-ID"]
    assert "secret" not in answer.text
    assert live.status_code == 200
    assert live.json == {"status": "alive"}


def test_a_database_that_hangs_does_not_hang_the_answer(app: APIFlask) -> None:
    client = session_of(app, "ann@example.com")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with another_database(f"postgresql://ann@127.0.0.1:{port}/catalog"):
            took = []
            for _ in range(4):
                began = time.monotonic()
                assert client.get("/health").status_code == 503
                took.append(time.monotonic() - began)
    # The machine may be busy with something else during some of them.
    assert min(took) < 2


def test_metrics_are_for_this_machine_or_a_token(app: APIFlask) -> None:
    here = new_client(app).get("/metrics")
    assert here.status_code == 200
    assert here.mimetype == "text/plain"
    elsewhere = {"environ_base": {"REMOTE_ADDR": "192.0.2.7"}}
    stranger = new_client(app).get("/metrics", **elsewhere, headers={"Accept": "application/json"})
    assert stranger.status_code == 401
    program = program_of(app, "ann@example.com")
    assert program.get("/metrics", **elsewhere).status_code == 200
    # A proxy on this machine asks for somebody else.
    proxied = new_client(app).get(
        "/metrics", headers={"X-Forwarded-For": "192.0.2.7", "Accept": "application/json"}
    )
    assert proxied.status_code == 401


@pytest.mark.parametrize("name", ["catalog_requests_total", "catalog_request_duration_seconds"])
def test_requests_are_counted(app: APIFlask, name: str) -> None:
    client = new_client(app)
    client.get("/api/nothing")
    text = client.get("/metrics").text
    assert f"{name}" in text
    assert 'endpoint="unknown",method="GET",status="404"' in text
    assert "catalog_reports" in text
