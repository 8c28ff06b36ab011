"""A body of another type than the route reads is refused, instead of being taken for empty."""

from __future__ import annotations

from flask import Flask, Request, current_app, request
from werkzeug.exceptions import UnsupportedMediaType


def init_bodies(app: Flask) -> None:
    """Answer 415 where the declared type and the sent one differ."""
    app.before_request(check_body_type)


def check_body_type() -> None:
    """Compare with what the view's `input` decorator declares; an empty body has no type."""
    if request.endpoint is None or not has_body(request):
        return
    spec = getattr(current_app.view_functions[request.endpoint], "_spec", {})
    declared = spec.get("content_type")
    if not declared or request.method == "GET":
        return
    wanted = [declared] if isinstance(declared, str) else list(declared)
    if request.mimetype not in wanted and not ("application/json" in wanted and request.is_json):
        raise UnsupportedMediaType(f"The body must be {' or '.join(wanted)}.")


def has_body(asked: Request) -> bool:
    """Whether anything comes after the headers."""
    return bool(asked.content_length) or "Transfer-Encoding" in asked.headers
