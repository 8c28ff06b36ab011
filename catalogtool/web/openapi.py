"""What the OpenAPI document says about every route alike: errors, rights, and how to log in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from apiflask import APIFlask, Schema
from apiflask.fields import Dict, String
from apiflask.schema_adapters import marshmallow as adapter
from apiflask.validators import OneOf

from catalogtool.auth.gate import HEADER, SAFE_METHODS
from catalogtool.auth.policy import Need, need_of

SCHEMES = {
    "session": {"type": "apiKey", "in": "cookie", "name": "session"},
    "csrf": {"type": "apiKey", "in": "header", "name": HEADER},
    "token": {"type": "http", "scheme": "bearer"},
}
ERRORS = {
    400: "A value is not allowed; `details` names the field and the rule",
    401: "Not logged in",
    403: "Logged in, but without the right",
    404: "No such thing",
    405: "Not with this method",
    413: "The body is too large",
    415: "The body is of the wrong type",
    500: "The server or its database failed",
}
DESCRIBED = ("/api/", "/health")
LARGEST_ID = 2**31 - 1
BODY_ERRORS = {413, 415}


class Error(Schema):
    """Every failure has this shape."""

    status = String(required=True, validate=OneOf(["error"]))
    error_code = String(required=True)
    message = String(required=True)
    details = Dict(required=True)
    request_id = String(required=True)


def init_openapi(app: APIFlask) -> None:
    """Describe the API; every route's own schemas come from its decorators."""
    app.config.update(
        DESCRIPTION="A catalogue of YouTube rights: reports in, a correct catalogue out.",
        SECURITY_SCHEMES=SCHEMES,
        VALIDATION_ERROR_STATUS_CODE=400,
        VALIDATION_ERROR_DESCRIPTION=ERRORS[400],
        VALIDATION_ERROR_SCHEMA=Error,
        HTTP_ERROR_SCHEMA=Error,
        AUTO_OPERATION_ID=True,
    )
    # A parameter that nobody knows is a mistake that should be told, not ignored.
    parser = adapter.parser
    parser.DEFAULT_UNKNOWN_BY_LOCATION = {**parser.DEFAULT_UNKNOWN_BY_LOCATION, "query": None}

    def complete(spec: dict[str, Any]) -> dict[str, Any]:
        paths = spec["paths"].items()
        spec["paths"] = {path: found for path, found in paths if path.startswith(DESCRIBED)}
        needed = _needs_by_operation(app)
        for method, operation in _operations(spec):
            _complete_operation(method, operation, needed.get(operation["operationId"]))
            _complete_input(operation, spec["components"]["schemas"])
        return spec

    app.spec_callback = complete  # type: ignore[assignment]


def _complete_operation(method: str, operation: dict[str, Any], need: Need | None) -> None:
    """Add who may, and which failures every route of its kind can answer with."""
    failures = {400, 404, 405, 500}
    if need != "public":
        failures |= {401}
        session = ["session"] if method.upper() in SAFE_METHODS else ["session", "csrf"]
        operation["security"] = [{"token": []}, {name: [] for name in session}]
    if need == "admin":
        failures |= {403}
    if "requestBody" in operation:
        failures |= BODY_ERRORS
    for status in sorted(failures):
        operation["responses"][str(status)] = {
            "description": ERRORS[status],
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
        }


def _complete_input(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Numbers in a path are ids; a body with required fields is itself required."""
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "path" and parameter["schema"].get("type") == "integer":
            parameter["schema"] |= {"minimum": 1, "maximum": LARGEST_ID}
    for body in operation.get("requestBody", {}).get("content", {}).values():
        name = body.get("schema", {}).get("$ref", "").rpartition("/")[2]
        if schemas.get(name, {}).get("required"):
            operation["requestBody"]["required"] = True


def _needs_by_operation(app: APIFlask) -> dict[str, Need | None]:
    """APIFlask builds an operation's id from its method and endpoint."""
    return {
        f"{method.lower()}_{rule.endpoint.replace('.', '_')}": need_of(app, rule.endpoint)
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
    }


def _operations(spec: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in spec["paths"].values():
        for method, operation in path.items():
            if isinstance(operation, dict) and "responses" in operation:
                yield method, operation
