"""What the OpenAPI document says about every route alike: errors, rights, and how to log in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from apiflask import APIFlask, Schema
from apiflask.fields import Dict, String
from apiflask.validators import OneOf
from werkzeug.routing import AnyConverter, Rule

from catalogtool.auth.gate import HEADER, SAFE_METHODS
from catalogtool.auth.policy import Need, need_of, needs_fresh

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
    405: "Not with this method; `Allow` names the right ones",
    409: "Somebody else changed this meanwhile, or its state does not allow it",
    413: "The body is too large",
    415: "The body is of the wrong type",
    422: "The body is well-formed, but what it speaks of can't be used",
    429: "Too many requests; `Retry-After` says when to come again",
    500: "The server or its database failed",
    503: "The database took too long, or the system is being maintained",
}
ALWAYS = {400, 404, 405, 429, 500, 503}
CHANGING = {409}
BODY_ERRORS = {413, 415, 422}
ERROR = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
HEADERS = {
    "RequestId": ("X-Request-ID", {"type": "string"}, "Found again in the log", True),
    "Allow": ("Allow", {"type": "string"}, "The methods that are served here", True),
    "RetryAfter": ("Retry-After", {"type": "string"}, "Seconds to wait", True),
}
HEADERS_OF = {"405": "Allow", "429": "RetryAfter"}
DESCRIBED = ("/api/", "/health")
LARGEST_ID = 2**63 - 1
NO_NUL = "^[^\\u0000]*$"


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

    def complete(spec: dict[str, Any]) -> dict[str, Any]:
        paths = spec["paths"].items()
        spec["paths"] = {path: found for path, found in paths if path.startswith(DESCRIBED)}
        # Two blueprints may share a heading.
        spec["tags"] = list({tag["name"]: tag for tag in spec["tags"]}.values())
        parts = spec["components"]
        parts["headers"] = {
            part: {"schema": schema, "description": text, "required": required}
            for part, (_name, schema, text, required) in HEADERS.items()
        }
        routes = _routes_by_operation(app)
        for method, operation in _operations(spec):
            rule = routes[operation["operationId"]]
            _complete_operation(method, operation, need_of(app, rule.endpoint))
            if needs_fresh(app, rule.endpoint):
                operation["security"] = operation["security"][1:]
            _complete_path(operation, rule)
            _complete_body(operation, parts["schemas"], _is_optional(app, rule))
        return spec

    app.spec_callback = complete  # type: ignore[assignment]


def _complete_operation(method: str, operation: dict[str, Any], need: Need | None) -> None:
    """Add who may, and which failures every route of its kind can answer with."""
    failures = set(ALWAYS)
    safe = method.upper() in SAFE_METHODS
    if need != "public":
        failures |= {401}
        session = ["session"] if safe else ["session", "csrf"]
        operation["security"] = [{"token": []}, {name: [] for name in session}]
    if need == "admin":
        failures |= {403}
    if not safe:
        failures |= CHANGING
    if "requestBody" in operation:
        failures |= BODY_ERRORS
    _complete_responses(operation["responses"], failures)


def _complete_responses(responses: dict[str, Any], failures: set[int]) -> None:
    """One shape for all failures, except where a route has one of its own for 503."""
    for status in sorted(failures):
        responses.setdefault(str(status), {}).setdefault("description", ERRORS[status])
    # Accepted work is told in the same shape as work that is done.
    if "202" in responses and "200" in responses:
        responses["202"]["content"] = responses["200"]["content"]
    for code, response in responses.items():
        if code.startswith(("4", "5")) and not (code == "503" and "content" in response):
            response["content"] = ERROR
        for part in ("RequestId", HEADERS_OF.get(code)):
            if part:
                name = HEADERS[part][0]
                found = response.setdefault("headers", {})
                found.setdefault(name, {"$ref": f"#/components/headers/{part}"})


def _complete_path(operation: dict[str, Any], rule: Rule) -> None:
    """Numbers in a path are ids, choices are those of the route; no parameter can hold NUL."""
    for parameter in operation.get("parameters", ()):
        schema = parameter["schema"]
        if parameter["in"] == "path":
            converter = rule._converters[parameter["name"]]
            if isinstance(converter, AnyConverter):
                schema["enum"] = sorted(converter.items)
            elif schema.get("type") == "integer":
                schema |= {"minimum": 1, "maximum": LARGEST_ID}
            else:
                schema.setdefault("minLength", 1)
        _say_no_nul(schema)


def _is_optional(app: APIFlask, rule: Rule) -> bool:
    """Whether the view's body may be left out."""
    body = getattr(app.view_functions[rule.endpoint], "_spec", {}).get("body")
    return getattr(body, "body_may_be_left_out", False)


def _complete_body(operation: dict[str, Any], schemas: dict[str, Any], is_optional: bool) -> None:
    """Where there may be a body there must be one, with few exceptions; no part of one takes other
    fields."""
    if "requestBody" in operation:
        operation["requestBody"]["required"] = not is_optional
        for body in operation["requestBody"]["content"].values():
            _close(body["schema"], schemas)


def _say_no_nul(schema: dict[str, Any]) -> None:
    """No text may hold a NUL character: PostgreSQL can't keep it."""
    text = schema.get("type") in ("string", ["string", "null"])
    if text and not schema.keys() & {"enum", "format", "pattern"}:
        schema["pattern"] = NO_NUL


def _close(schema: dict[str, Any], schemas: dict[str, Any]) -> None:
    """A field that nobody knows is refused in every body, also inside of its parts; so is NUL."""
    if reference := schema.get("$ref"):
        schema = schemas[reference.rpartition("/")[2]]
    _say_no_nul(schema)
    if schema.get("additionalProperties") is False:
        return
    if "properties" in schema:
        schema.setdefault("additionalProperties", False)
    inner = [*schema.get("properties", {}).values(), schema.get("items", {})]
    for part in (*inner, *schema.get("allOf", ()), *schema.get("anyOf", ())):
        _close(part, schemas)


def _routes_by_operation(app: APIFlask) -> dict[str, Rule]:
    """APIFlask builds an operation's id from its method and endpoint."""
    return {
        f"{method.lower()}_{rule.endpoint.replace('.', '_')}": rule
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
    }


def _operations(spec: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in spec["paths"].values():
        for method, operation in path.items():
            if isinstance(operation, dict) and "responses" in operation:
                yield method, operation
