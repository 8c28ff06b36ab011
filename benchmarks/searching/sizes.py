"""How much an answer may hold: its rows, whole or with some fields, and the floor of the same size.

The name of a size is `20`, `50` or `100`, or `100-fields`.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

from searching.client import FLOOR
from searching.questions import PER_PAGE, SOME_FIELDS

USUAL = "20"
# What of a request's parameters makes its size.
NAMES = ("per_page", "fields")


def size_of(parameters: Mapping[str, str]) -> str:
    """The size that a request with these parameters asks for."""
    return parameters.get("per_page", USUAL) + ("-fields" if "fields" in parameters else "")


def floor_of(size: str) -> str:
    """The address of the floor of this size."""
    return f"{FLOOR}/{size}"


def shown(size: str) -> str:
    """For a table: `100 rows`, `20 rows, some fields`."""
    rows, _, fields = size.partition("-")
    return f"{rows} rows{', some fields' if fields else ''}"


def _all() -> dict[str, dict[str, str]]:
    fields: list[dict[str, str]] = [{}, {"fields": SOME_FIELDS}]
    every = [{"per_page": rows, **more} for more, rows in product(fields, PER_PAGE)]
    return {size_of(parameters): parameters for parameters in every}


# All that the questions can ask for, each with its parameters.
SIZES = _all()
