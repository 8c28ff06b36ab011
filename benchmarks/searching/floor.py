"""The application with one route more: what an answer costs that asks the database nothing.

It is behind the same door as the others (a login) and answers fixed JSON, which the file
FLOOR_ANSWERS holds for every size (see `sizes`): as many rows as the list would answer, whole or
with some of their fields.
"""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

from apiflask import APIBlueprint
from flask import Response, jsonify

from catalogtool.auth.policy import needs
from catalogtool.wsgi import app
from searching.client import FLOOR

ANSWERS = "FLOOR_ANSWERS"

floor_bp = APIBlueprint("floor", __name__, enable_openapi=False)


@floor_bp.get(f"{FLOOR}/<size>")
@needs("login")
def answer_floor(size: str) -> Response:
    """The fixed answer of the size that is asked for"""
    return jsonify(**_answers()[size])


@cache
def _answers() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads(Path(os.environ[ANSWERS]).read_text())
    return found


app.register_blueprint(floor_bp)
