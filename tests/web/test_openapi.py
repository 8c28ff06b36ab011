"""The API's description: valid, complete, and readable without a script."""

from __future__ import annotations

import re

import pytest
from apiflask import APIFlask
from openapi_spec_validator import validate

from tests.clients import new_client, program_of, session_of


def test_the_document_is_valid_and_knows_every_route(app: APIFlask) -> None:
    answer = program_of(app, "ann@example.com").get("/api/openapi.json")
    document = answer.json
    assert document is not None
    validate(document)
    described = {
        (method.upper(), path)
        for path, operations in document["paths"].items()
        for method in operations
    }
    served = {
        (method, re.sub(r"<(?:[^<>]+:)?(\w+)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith(("/api/", "/health"))
        and rule.endpoint not in {"openapi.spec", "main.api_docs"}
    }
    assert described == served


def test_every_operation_says_who_may_and_how_it_fails(app: APIFlask) -> None:
    document = program_of(app, "ann@example.com").get("/api/openapi.json").json
    assert document is not None
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            place = f"{method} {path}"
            assert operation["summary"], place
            if path.startswith("/health"):
                continue
            assert operation["security"], place
            assert {"400", "401", "404", "405", "500"} <= set(operation["responses"]), place
            if path.startswith("/api/admin/"):
                assert "403" in operation["responses"], place


@pytest.mark.parametrize("path", ["/api/openapi.json", "/api/docs"])
def test_it_is_for_those_who_are_logged_in(app: APIFlask, path: str) -> None:
    assert new_client(app).get(path).status_code == 401


def test_the_page_needs_no_script(app: APIFlask) -> None:
    page = session_of(app, "ann@example.com").get("/api/docs")
    assert page.status_code == 200
    assert "/api/me/tokens" in page.text
    assert "<script>" not in page.text
