"""The application with one route more: what an answer costs that asks the database nothing.

It is behind the same door as the others (a login) and answers the JSON in the file FLOOR_ANSWER.
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

ANSWER = "FLOOR_ANSWER"

floor_bp = APIBlueprint("floor", __name__, enable_openapi=False)


@floor_bp.get(FLOOR)
@needs("login")
def answer_floor() -> Response:
    """The fixed answer"""
    return jsonify(**_answer())


@cache
def _answer() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(os.environ[ANSWER]).read_text())
    return found


app.register_blueprint(floor_bp)
