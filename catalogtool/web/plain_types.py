"""A value has the type that its schema says, and is not made into it: no 1 for true, no "7" for 7.

Marshmallow takes `"yes"`, `"on"` and 1 for true, and whatever Python's `int()` can read for a
number. A client that sends such a thing has a mistake in it, which is better told than guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import Schema
from marshmallow.fields import Boolean, Dict, Field, Integer, List, Nested, Number

from catalogtool.catalog.search.parameters import refuse

DIGITS = re.compile(r"-?[0-9]{1,19}")
WHOLE_NUMBER = "must be a whole number"


def check_texts(schema: Schema, given: Mapping[str, str]) -> None:
    """Of a query: numbers are plain digits. ValidationError names the parameter."""
    for name, field in schema.fields.items():
        key = field.data_key or name
        if isinstance(field, Integer) and key in given and not DIGITS.fullmatch(given[key]):
            refuse(key, f"{WHOLE_NUMBER} in plain digits")


def check_members(schema: Schema, value: Any, path: tuple[str, ...] = ()) -> None:
    """Of a JSON body: each member by its field. ValidationError names the path to the first."""
    if not isinstance(value, dict):
        return
    for name, field in schema.fields.items():
        key = field.data_key or name
        if key in value:
            _check(field, value[key], (*path, key))


def _check(field: Field[Any], value: Any, path: tuple[str, ...]) -> None:
    if value is None:
        return
    if rule := _broken_rule(field, value):
        refuse(".".join(path), rule)
    if isinstance(field, Nested):
        for place, part in enumerate(value if isinstance(value, list) else [value]):
            below = (*path, str(place)) if isinstance(value, list) else path
            check_members(field.schema, part, below)
    elif isinstance(field, List) and isinstance(value, list):
        for place, part in enumerate(value):
            _check(field.inner, part, (*path, str(place)))
    elif isinstance(field, Dict) and isinstance(value, dict) and field.value_field:
        for name, part in value.items():
            _check(field.value_field, part, (*path, name))


def _broken_rule(field: Field[Any], value: Any) -> str | None:
    if isinstance(field, Boolean):
        return None if isinstance(value, bool) else "must be true or false"
    if isinstance(field, Integer):
        fits = isinstance(value, int) and not isinstance(value, bool)
        return None if fits else WHOLE_NUMBER
    if isinstance(field, Number):
        fits = isinstance(value, int | float) and not isinstance(value, bool)
        return None if fits else "must be a number"
    return None
