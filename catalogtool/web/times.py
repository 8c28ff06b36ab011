"""Every time in an answer is ISO 8601 in UTC with a `Z`, whichever way it gets there."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Flask
from flask.json.provider import DefaultJSONProvider
from marshmallow.fields import DateTime

from catalogtool.core.times import iso
from catalogtool.web.strict_json import strict_loads


class JSONProvider(DefaultJSONProvider):
    """Flask's JSON with our times instead of those of HTTP, letters as they are, read strictly."""

    ensure_ascii = False
    sort_keys = False

    def loads(self, s: str | bytes, **_: Any) -> Any:
        """Strictly: see `web.strict_json`."""
        return strict_loads(s)

    @staticmethod
    def default(value: Any) -> Any:
        """What JSON itself has no notation for."""
        return iso(value) if isinstance(value, datetime) else DefaultJSONProvider.default(value)


def init_times(app: Flask) -> None:
    """One notation for `jsonify` and for the schemas of all packages."""
    # The class, not only the object: Flask-Security derives its own from it.
    app.json_provider_class = JSONProvider
    app.json = JSONProvider(app)
    DateTime.SERIALIZATION_FUNCS = {**DateTime.SERIALIZATION_FUNCS, "iso": iso}
