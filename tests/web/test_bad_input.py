"""Every route refuses what nobody can mean: in the one shape, by the field's name, and quickly.

The routes come from the OpenAPI document, so that a new one is asked like all others.
"""

from __future__ import annotations

import re
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text
from werkzeug.test import TestResponse

from catalogtool.core import db
from catalogtool.core.db import unit_of_work
from tests.clients import Client, new_client
from tests.web.bad_values import (
    HOSTILE_JSON,
    HOSTILE_PATH,
    HOSTILE_QUERY,
    NO_OBJECT,
    NOT_A_NUMBER,
    OTHER_TYPES,
    body_with,
    doubled,
    json_schema_of,
    operations,
    parameters_of,
)
from tests.web.full_site import SAMPLES, Site, known_values, make_app, open_site

SHAPE = {"status", "error_code", "message", "details", "request_id"}
SLOWEST_SECONDS = 2.0
ANY = "any"
KNOWN = {name: values[0] for name, values in known_values().items()}


@pytest.fixture(scope="module")
def site(server: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with open_site(make_app(), server, template, tmp_path_factory.mktemp("home")) as opened:
        yield opened


@pytest.fixture(scope="module")
def document(site: Site) -> dict[str, Any]:
    found: dict[str, Any] = (
        new_client(site.app).get("/api/openapi.json", headers=site.headers).json or {}
    )
    return found


class Asking:
    """A program with a token that tells whether an answer is a proper refusal."""

    def __init__(self, site: Site) -> None:
        self.client: Client = new_client(site.app)
        self.client.bearer = site.headers["Authorization"].removeprefix("Bearer ")
        self.problems: list[str] = []

    def refused(self, what: str, method: str, path: str, field: str | None, **sent: Any) -> None:
        """Ask, and note what is wrong with the answer; without a field none need be named."""
        began = time.perf_counter()
        answer = self.client.open(path, method=method, **sent)
        seconds = time.perf_counter() - began
        if fault := fault_of(answer, field) or (seconds > SLOWEST_SECONDS and f"{seconds:.1f} s"):
            self.problems.append(f"{method} {path[:100]}: {what}: {fault}")


def fault_of(answer: TestResponse, field: str | None) -> str | None:
    """What is wrong with a refusal."""
    body = answer.json if answer.is_json else None
    if not 400 <= answer.status_code < 500 or not isinstance(body, dict):
        return f"{answer.status_code} {answer.text[:200]}"
    if set(body) != SHAPE or body["status"] != "error" or "Traceback" in answer.text:
        return f"another shape: {answer.text[:200]}"
    named = body["details"].get("field")
    if field == ANY:
        return None if named else f"names nothing: {answer.text[:200]}"
    if field is not None and str(named).partition(".")[0] != field:
        return f"names {named!r} and not {field!r}: {answer.text[:200]}"
    return None


@pytest.fixture
def asking(site: Site) -> Iterator[Asking]:
    asked = Asking(site)
    yield asked
    assert not asked.problems, "\n" + "\n".join(asked.problems)


def address(path: str, **instead: str) -> str:
    """A path with known things in its places."""
    for name, value in {**KNOWN, "asset_type": "video", **instead}.items():
        path = path.replace(f"{{{name}}}", str(value))
    return path


def test_addresses(asking: Asking, document: dict[str, Any]) -> None:
    for method, path, operation in operations(document):
        for name in parameters_of(operation, "path"):
            for value in HOSTILE_PATH:
                asking.refused(name, method, address(path, **{name: value}), None, json={})


def test_queries(asking: Asking, document: dict[str, Any]) -> None:
    for method, path, operation in operations(document):
        if method != "GET":
            continue
        place = address(path)
        for name, schema in parameters_of(operation, "query").items():
            for what, value in HOSTILE_QUERY.items():
                asking.refused(what, method, f"{place}?{name}={value}", name)
            asking.refused("doubled", method, f"{place}?{name}=1&{name}=1", name)
            if schema.get("type") == "integer":
                for value in NOT_A_NUMBER:
                    asking.refused("number", method, place, name, query_string={name: value})
        # Programs have no fresh login; whoever has none is told that first.
        if path.startswith("/api/") and {"token": []} in operation["security"]:
            asking.refused("unknown", method, f"{place}?no_such=1", "no_such")
            asking.refused("hostile name", method, f"{place}?%00=1", None)
            many = "&".join(f"a{number}=1" for number in range(2_000))
            asking.refused("2,000 parameters", method, f"{place}?{many}", None)


def test_bodies_that_are_no_object(asking: Asking, document: dict[str, Any]) -> None:
    for method, path, operation in operations(document):
        if json_schema_of(operation, document) is None:
            continue
        optional = not operation["requestBody"]["required"]
        for what, body in NO_OBJECT.items():
            if optional and not body:
                continue
            sent = {"data": body, "content_type": "application/json"}
            asking.refused(what, method, address(path), None if b"[1]" in body else "body", **sent)


def test_members_of_bodies(asking: Asking, document: dict[str, Any]) -> None:
    for method, path, operation in operations(document):
        schema = json_schema_of(operation, document)
        if schema is None:
            continue
        for name in [*schema.get("properties", {}), "no_such"]:
            for what, raw in HOSTILE_JSON.items():
                sent = {"data": body_with(name, raw), "content_type": "application/json"}
                asking.refused(f"{name}: {what}", method, address(path), name, **sent)
            sent = {"data": doubled(name), "content_type": "application/json"}
            asking.refused(f"{name} twice", method, address(path), name, **sent)
        sent = {"data": b'{"no_such": 1}', "content_type": "application/json"}
        asking.refused("unknown field", method, address(path), ANY, **sent)


def test_no_body_at_all(asking: Asking, document: dict[str, Any]) -> None:
    for method, path, operation in operations(document):
        if operation.get("requestBody", {}).get("required"):
            asking.refused("no body", method, address(path), ANY)


def test_bodies_of_another_type(asking: Asking, document: dict[str, Any]) -> None:
    for method, path, operation in operations(document):
        for mimetype in OTHER_TYPES if json_schema_of(operation, document) else ():
            sent = {"data": b'{"a": 1}', "content_type": mimetype}
            asking.refused(mimetype, method, address(path), "body", **sent)


# Werkzeug leaves the file of a form that breaks off to the garbage collector.
@pytest.mark.filterwarnings("ignore:.*SpooledTemporaryFile")
def test_uploads(asking: Asking) -> None:
    place = "/api/reports/upload"
    boundary = "multipart/form-data; boundary=x"

    def part(head: bytes) -> bytes:
        return b"--x\r\nContent-Disposition: form-data; " + head + b"\r\n\r\na\r\n--x--\r\n"

    bodies = {
        "nothing": b"",
        "no parts": b"--x--\r\n",
        "cut": b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\na',
        "no name": part(b'filename="a.csv"'),
        "a text": part(b'name="file"'),
        "another field": part(b'name="other"; filename="a.csv"'),
        "no UTF-8 in the name": part(b'name="file"; filename="\xed\xa0\x80"'),
        "a path": part(b'name="file"; filename="../../a"'),
        "no file name": part(b'name="file"; filename=""'),
        "no report": part(b'name="file"; filename="a.exe"'),
    }
    for what, body in bodies.items():
        asking.refused(what, "POST", place, None, data=body, content_type=boundary)
    for mimetype in ("multipart/form-data", "application/json", "text/csv", ""):
        asking.refused(mimetype, "POST", place, None, data=b"{}", content_type=mimetype)


@pytest.mark.parametrize("path", ["/login", "/register", "/reset", "/change"])
def test_pages_of_accounts_read_json_as_strictly(site: Site, path: str) -> None:
    client = Asking(site).client if path == "/change" else new_client(site.app)
    # Without any body it asks for the form's CSRF token.
    bodies = [body for body in NO_OBJECT.values() if body]
    for name in ("email", "username", "password", "new_password"):
        bodies += [body_with(name, raw) for raw in (*HOSTILE_JSON.values(), "7", "[]", "{}")]
    for body in bodies:
        answer = client.post(path, data=body, content_type="application/json")
        assert 400 <= answer.status_code < 500, (body[:60], answer.text[:300])
        assert set(answer.json or {}) >= SHAPE
    for value in ("\0", "\ud800", "a" * 10_000):
        form = {"email": value.encode("utf-8", "surrogatepass"), "password": "x"}
        assert client.post(path, data=form).status_code < 500


@pytest.mark.parametrize("header", ["Authorization", "Cookie", "X-CSRF-Token", "Accept", "Range"])
def test_headers_that_nobody_sends(site: Site, header: str) -> None:
    values = (
        "Bearer", "Bearer ", "Bearer \xff", "bearer \t", "Bearer " + "a" * 9_000, "Basic Og==",
        "session=", "session=a.b.c", "session=\xe4; session=\xe4", "remember_token=1|a",
        "remember_token=\xff|\xff", "=;=;", "a" * 9_000, "text/csv;q=x", "*/*;q=9,,;", "bytes=-",
    )  # fmt: skip
    for value in values:
        headers = {**site.headers, header: value}
        for path in ("/api/me", "/api/reports/1/errors", "/health/live"):
            answer = new_client(site.app).get(path, headers=headers)
            assert answer.status_code in {200, 400, 401, 416}, (header, value, path, answer.text)


def test_cursors(asking: Asking) -> None:
    def cursor(query: str) -> str:
        answer = asking.client.get(f"/api/videos?per_page=2&{query}")
        assert answer.json is not None
        return str(answer.json["next_cursor"])

    own = cursor("hidden=all")
    wild = {
        "another sort": cursor("hidden=all&sort=title:asc"),
        "the other direction": cursor("hidden=all&sort=updated_at:asc"),
        "another filter": cursor("search=l&hidden=all"),
        "cut": own[:-1],
        "cut by half": own[: len(own) // 2],
        "longer": own + "A",
        "swapped": own[::-1],
        "one letter": "A",
        "empty": "",
        "not base64": "!!!!",
        "other letters": "ä" * 20,
        "JSON": '["2026-01-01",1,1,1,0]',
        "unsigned": urlsafe_b64encode(b"\0" * 16 + b'["a",0,1,1,0]').decode(),
        "pickle": urlsafe_b64encode(b"\x80\x04K\x01.").decode(),
        "long": "A" * 4_000,
        "too long": "A" * 4_001,
        "a number": "1",
    }
    for what, value in wild.items():
        query = {"cursor": value, "hidden": "all"}
        asking.refused(what, "GET", "/api/videos", "cursor", query_string=query)
    answer = asking.client.get("/api/videos", query_string={"cursor": own, "hidden": "all"})
    assert answer.status_code == 200


@pytest.mark.parametrize("field", ["search", "channel_search", "video_id", "artist", "label"])
def test_signs_of_other_languages_are_letters(site: Site, field: str) -> None:
    client = Asking(site).client
    for letter in ("%", "_", "\\", "'", '"', "%_", "\\%", ";--", "$1", ":a", "{", "%%%%", "____"):
        found = found_by(client, field, letter)
        column = {"search": "title", "channel_search": "channel_display_name"}.get(field, field)
        expected = {s["video_id"] for s in SAMPLES if letter in "\n".join(texts_of(s[column]))}
        assert found == expected, letter


def texts_of(value: str | list[str] | None) -> list[str]:
    return [value] if isinstance(value, str) else value or []


def found_by(client: Client, field: str, letter: str) -> set[str]:
    """The samples that a search finds."""
    query = {field: letter, "hidden": "all", "per_page": "100", "fields": "video_id"}
    answer = client.get("/api/videos", query_string=query)
    assert answer.status_code == 200
    assert answer.json is not None
    found = {video["video_id"] for video in answer.json["videos"]}
    return {one for one in found if not one.startswith("sample")}


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Statements that read are given up after a tenth of a second."""
    url = db.engine().url
    with monkeypatch.context() as patch:
        soon = re.sub("statement_timeout=[0-9]+s", "statement_timeout=100", db.READING_OPTIONS)
        patch.setattr(db, "READING_OPTIONS", soon)
        hasty = db.connect(url.render_as_string(hide_password=False))
    yield
    hasty.dispose()
    db.connect(url.render_as_string(hide_password=False))


def test_a_search_that_takes_too_long_says_so(site: Site, impatient: None) -> None:
    client = Asking(site).client
    with unit_of_work() as holder:
        # The search waits for the table until its time is up.
        holder.execute(text("LOCK TABLE video"))
        answer = client.get("/api/videos?search=live")
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["error_code"] == "DATABASE_TIMEOUT"
    assert answer.json["details"] == {"reason": "timeout"}
    assert client.get("/api/videos?search=live").status_code == 200
