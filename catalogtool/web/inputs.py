"""What no route can make sense of is refused before any route sees it, and named.

PostgreSQL can hold neither a NUL character nor half a character. A parameter that is given twice,
or that the route does not know, would silently mean something else than what was sent.
"""

from __future__ import annotations

from typing import Any

from apiflask.schema_adapters import marshmallow as adapter
from flask import Flask, Request, current_app, request
from marshmallow import Schema, missing
from webargs.flaskparser import is_json_request
from webargs.multidictproxy import MultiDictProxy
from werkzeug.routing import IntegerConverter

from catalogtool.catalog.search.parameters import (
    check_names,
    check_text,
    printable,
    read_query,
    refuse,
)
from catalogtool.core.errors import NotFoundError
from catalogtool.web.bodies import has_body
from catalogtool.web.plain_types import check_members, check_texts
from catalogtool.web.strict_json import BODY, LARGEST

QUERY = {"query", "querystring"}


class PlainInteger(IntegerConverter):
    """A number in an address: the digits 0 to 9, and not those of every script."""

    regex = "[0-9]{1,19}"


def init_inputs(app: Flask) -> None:
    """Look at addresses and queries before the views do; bodies are read by `web.strict_json`."""
    app.url_map.converters["int"] = PlainInteger
    app.before_request(check_inputs)
    # A parameter that nobody knows is a mistake that should be told, not ignored.
    parser = adapter.parser
    parser.DEFAULT_UNKNOWN_BY_LOCATION = {**parser.DEFAULT_UNKNOWN_BY_LOCATION, "query": None}
    vars(parser).update(load_json=_load_json, load_querystring=_load_query)


def check_inputs() -> None:
    """ValidationError or NotFoundError for an address of the API that can't mean anything."""
    if request.endpoint is None:
        return
    if not request.path.startswith("/api/"):
        _check_form()
        return
    for name, value in (request.view_args or {}).items():
        if (isinstance(value, str) and "\0" in value) or (
            isinstance(value, int) and value > LARGEST
        ):
            details = {"field": name, "value": printable(str(value)), "rule": "cannot exist"}
            raise NotFoundError(details=details)
    if request.query_string:
        given = read_query(request.query_string)
        for name in given:
            check_text(name, name)
        if not _takes_parameters(request.endpoint):
            check_names(given, ())


def _check_form() -> None:
    """The forms of Flask-Security take any JSON for an object, and any value for a text."""
    if not (request.is_json and request.content_length):
        return
    body = request.get_json()
    if not isinstance(body, dict):
        refuse(BODY, "must be an object")
    for name, value in body.items():
        if value is not None and not isinstance(value, str | bool):
            refuse(name, "must be a text")


def _takes_parameters(endpoint: str) -> bool:
    spec = getattr(current_app.view_functions[endpoint], "_spec", {})
    return any(location in QUERY for _schema, location in spec.get("args") or ())


def _load_json(asked: Request, schema: Schema) -> Any:
    """For webargs: the body as `get_json` reads it, with members of the types that they have.

    Without a body it names the first field that is required, or asks for the body itself; unless
    the schema says `body_may_be_left_out`.
    """
    if getattr(schema, "body_may_be_left_out", False) and not has_body(asked):
        return missing
    if not is_json_request(asked):
        if not any(field.required for field in schema.fields.values()):
            refuse(BODY, "must be a JSON object")
        return missing
    value = asked.get_json()
    check_members(schema, value)
    return value


def _load_query(asked: Request, schema: Schema) -> MultiDictProxy:
    """For webargs: the query, whose numbers are numbers."""
    check_texts(schema, asked.args)
    return MultiDictProxy(asked.args, schema)
