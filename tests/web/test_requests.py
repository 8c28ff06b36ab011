"""Request ids, headers of the browser's policies, compression, and times."""

from __future__ import annotations

import gzip
import json
import re
from datetime import datetime, timedelta, timezone

import pytest
from apiflask import APIFlask
from flask import Response, jsonify
from structlog.testing import capture_logs

from catalogtool.app import create_app
from catalogtool.auth.policy import needs
from catalogtool.core.settings import Settings
from tests.clients import new_client, session_of


def test_a_sane_request_id_is_kept(app: APIFlask) -> None:
    answer = new_client(app).get("/health/live", headers={"X-Request-ID": "from-the-proxy-7"})
    assert answer.headers["X-Request-ID"] == "from-the-proxy-7"


@pytest.mark.parametrize("given", ["short", "x" * 65, "with spaces in it", "<script>alert"])
def test_any_other_request_id_is_replaced(app: APIFlask, given: str) -> None:
    answer = new_client(app).get("/health/live", headers={"X-Request-ID": given})
    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["X-Request-ID"])


def test_the_access_log_tells_what_happened_and_no_secret(app: APIFlask) -> None:
    client = session_of(app, "ann@example.com")
    with capture_logs() as logs:
        client.get("/reports?secret=hunter2")
        client.get("/reset/the-secret-key")
    lines = [line for line in logs if line["event"] == "request"]
    assert lines[0]["path"] == "/reports"
    assert lines[0]["status"] == 200
    assert lines[0]["duration_ms"] > 0
    assert isinstance(lines[0]["user_id"], int)
    assert "hunter2" not in str(logs)
    assert "the-secret-key" not in str(logs)


def directives(policy: str) -> dict[str, list[str]]:
    return {words[0]: words[1:] for words in (part.split() for part in policy.split(";"))}


@pytest.mark.parametrize("path", ["/", "/reports", "/login", "/nothing", "/api/me", "/health"])
def test_nothing_inline_may_run(app: APIFlask, path: str) -> None:
    answer = session_of(app, "ann@example.com").get(path)
    policy = directives(answer.headers["Content-Security-Policy"])
    assert policy["default-src"] == ["'none'"]
    assert policy["frame-ancestors"] == ["'none'"]
    assert policy["style-src"] == ["'self'"]
    assert "'unsafe-inline'" not in str(policy)
    assert "'unsafe-eval'" not in str(policy)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Referrer-Policy" in answer.headers
    assert "Permissions-Policy" in answer.headers


def test_each_page_has_its_own_nonce_and_no_other_inline_code(app: APIFlask) -> None:
    client = session_of(app, "ann@example.com")
    nonces = set()
    for _ in range(2):
        answer = client.get("/")
        nonce = re.search(r"'nonce-([^']+)'", answer.headers["Content-Security-Policy"])
        assert nonce is not None
        nonces.add(nonce[1])
        scripts = re.findall(r"<script([^>]*)>", answer.text)
        inline = [script for script in scripts if "src=" not in script]
        assert all(f'nonce="{nonce[1]}"' in script for script in inline)
        assert not re.search(r"<[^>]+\s(on\w+|style)=", answer.text)
    assert len(nonces) == 2


def test_a_strange_host_gets_nothing_into_the_policy(app: APIFlask) -> None:
    answer = new_client(app).get("/health/live", headers={"Host": "x;script-src *"})
    assert "script-src *" not in answer.headers.get("Content-Security-Policy", "")


def test_production_insists_on_https(settings: Settings, database: str) -> None:
    settings.flask_env = "prod"
    settings.database_url = database
    client = new_client(create_app(settings))
    answer = client.get("/login?next=/reports")
    assert answer.status_code == 308
    assert answer.headers["Location"] == "https://localhost/login?next=/reports"
    assert client.get("/health/live").status_code == 200
    answer = client.get("/login", headers={"X-Forwarded-Proto": "https"})
    assert answer.status_code == 200
    assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]
    assert "; Secure" in answer.headers["Set-Cookie"]


def test_a_developers_machine_does_not(app: APIFlask) -> None:
    answer = new_client(app).get("/login", headers={"X-Forwarded-Proto": "https"})
    assert "Strict-Transport-Security" not in answer.headers
    assert "Secure" not in answer.headers["Set-Cookie"]


def test_large_texts_travel_compressed(app: APIFlask) -> None:
    client = session_of(app, "ann@example.com")
    plain = client.get("/api/openapi.json")
    packed = client.get("/api/openapi.json", headers={"Accept-Encoding": "br, gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(packed.data)) == plain.json
    assert len(packed.data) < len(plain.data) / 3
    assert "Accept-Encoding" in packed.headers["Vary"]
    refused = client.get("/api/openapi.json", headers={"Accept-Encoding": "gzip;q=0"})
    assert "Content-Encoding" not in refused.headers


def test_streams_are_left_alone(app: APIFlask) -> None:
    @needs("public")
    def stream() -> Response:
        return Response((f"{'x' * 5000}" for _ in range(3)), mimetype="text/html")

    app.add_url_rule("/stream", "stream", stream)
    answer = new_client(app).get("/stream", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in answer.headers
    assert len(answer.data) == 15_000


def test_times_are_utc_with_z(app: APIFlask) -> None:
    @needs("public")
    def now() -> Response:
        zone = timezone(timedelta(hours=2))
        return jsonify(at=datetime(2026, 1, 31, 14, tzinfo=zone))

    app.add_url_rule("/api/now", "now", now)
    assert new_client(app).get("/api/now").json == {"at": "2026-01-31T12:00:00Z"}
    me = session_of(app, "ann@example.com").get("/api/me").json
    assert me is not None
    assert me["user"]["created_at"].endswith("Z")
